internal import Boxes
internal import Keyring
internal import Sealing
internal import Storage
internal import Synchronization

/// What came of opening boxes whole.
package struct BoxesCheck: Sendable {
  /// Records whose content is what its label says.
  package fileprivate(set) var records: UInt64 = 0
  /// Records in the tables that could be opened, and in the rows of those that could not.
  package fileprivate(set) var expected: UInt64 = 0
  /// Bytes of the records that are whole.
  package fileprivate(set) var bytes: UInt64 = 0
  /// What isn't as it was sealed.
  package fileprivate(set) var findings: [Finding] = []
  /// Boxes of classes that this identity doesn't open.
  package fileprivate(set) var closed: UInt64 = 0
  /// Bundles whose customer's key is gone.
  package fileprivate(set) var erased: UInt64 = 0
  /// Boxes that were opened and found sound.
  package fileprivate(set) var sound: [KnownBox] = []
}

extension OpenVault {
  /// Opens every bundle of some boxes and compares every record with its SHA-256; nothing is written.
  /// - Parameters:
  ///   - boxes: ascending by ordinal.
  ///   - report: bytes of boxes and records done so far.
  package func checkBoxes(
    _ boxes: [KnownBox], workers: Int = 2,
    report: @escaping @Sendable (_ bytes: UInt64, _ records: UInt64) -> Void
  ) async throws -> BoxesCheck {
    let opening = try BoxOpening(self)
    let job = CheckJob(vault: self, report: report)
    var start = 0
    // Indexes are opened a few at a time: in a large place all of them would take much memory.
    while start < boxes.count {
      let end = min(start + 64, boxes.count)
      var opened: [IndexedBox] = []
      for known in boxes[start..<end] {
        try Task.checkCancellation()
        let before = opening.findings.count
        if let box = try await opening.open(known) {
          opened.append(box)
          job.tally.withLock { $0.erased += UInt64(box.erased) }
          if opening.findings.count > before { job.unsound(known) }
        } else if opening.findings.count == before {
          job.tally.withLock { $0.closed += 1 }
        }
      }
      try await CheckJob.work(job, opened, workers: workers)
      start = end
    }
    var check = job.tally.withLock { $0 }
    check.findings = opening.findings + check.findings
    if check.erased > 0, state.generations.allSatisfy({ $0.change.rows.dropped == 0 }) {
      check.findings.append(
        Finding(
          .lost, "keyring",
          "the keys of \(check.erased) bundles are not in it, and no entry says that they were erased"))
    }
    return check
  }
}

/// What checking workers share.
private final class CheckJob: Sendable {
  let vault: Identifier
  let store: any ObjectStore
  let report: @Sendable (UInt64, UInt64) -> Void
  let tally = Mutex(BoxesCheck())
  private let done = Mutex((bytes: UInt64(0), unsound: Set<Int>()))

  init(vault: OpenVault, report: @escaping @Sendable (UInt64, UInt64) -> Void) {
    self.vault = vault.state.vault
    store = vault.place.store
    self.report = report
  }

  @concurrent
  static func work(_ job: CheckJob, _ boxes: [IndexedBox], workers: Int) async throws {
    let queue = CheckQueue(boxes)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<max(1, workers) {
        group.addTask {
          let workspace = try ReadWorkspace()
          while let box = queue.take() {
            try Task.checkCancellation()
            try await job.check(box, workspace)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  func found(_ finding: Finding, in box: KnownBox) {
    tally.withLock { $0.findings.append(finding) }
    unsound(box)
  }

  func unsound(_ box: KnownBox) { _ = done.withLock { $0.unsound.insert(box.ordinal) } }

  private func check(_ box: IndexedBox, _ workspace: ReadWorkspace) async throws {
    let name = Layout.box(box.known.box.hash)
    let reader = try BoxReader(
      vault: vault, size: box.known.box.size, source: StoredBox(store: store, name: name),
      workspace: workspace)
    for bundle in box.bundles {
      tally.withLock { $0.expected += UInt64(bundle.row.records) }
      do {
        let opened = try await reader.openBundle(bundle.row, keys: bundle.keys)
        let check = try await opened.verifyBundle()
        let whole = UInt64(opened.records.count - check.damaged.count)
        for (record, error) in check.damaged {
          found(Finding(.damaged, name.text, "record \(record.label.id.hex): \(error)"), in: box.known)
        }
        if let error = check.elsewhere {
          found(Finding(.damaged, name.text, "bundle \(bundle.row.bundle.hex): \(error)"), in: box.known)
        }
        tally.withLock { tally in
          tally.records += whole
          tally.bytes += check.bytes
        }
      } catch let error as BoxError {
        found(
          Finding(
            .damaged, name.text,
            "bundle \(bundle.row.bundle.hex) with \(bundle.row.records) records: \(error)"),
          in: box.known)
      } catch let error as StorageError {
        found(Finding(error.code == .absent ? .missing : .damaged, name.text, "\(error)"), in: box.known)
        break
      }
    }
    let (bytes, isSound) = done.withLock { done in
      done.bytes += box.known.box.size
      return (done.bytes, !done.unsound.contains(box.known.ordinal))
    }
    if isSound { tally.withLock { $0.sound.append(box.known) } }
    report(bytes, tally.withLock { $0.records })
  }
}

/// Boxes that workers take one after the other.
private final class CheckQueue: Sendable {
  private let boxes: [IndexedBox]
  private let next = Mutex(0)

  init(_ boxes: [IndexedBox]) { self.boxes = boxes }

  func take() -> IndexedBox? {
    next.withLock { next in
      guard next < boxes.count else { return nil }
      defer { next += 1 }
      return boxes[next]
    }
  }
}
