package import Rules
internal import Boxes
internal import Keyring
package import Sealing
internal import Storage
internal import Synchronization

/// What came of reading boxes whole and opening them.
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
  /// Boxes whose bytes aren't those that were sealed, or can't be had; nothing in them counts.
  package fileprivate(set) var damaged: Set<Digest> = []
  /// Sets of parts that make no record: its sealing broke off, or what is missing of it is among the findings.
  package fileprivate(set) var incompleteParts: UInt64 = 0
  /// Parts of records that are sound each by itself.
  fileprivate var parts: [SoundPart] = []
  /// The same, and boxes that could not be looked at.
  fileprivate var unsound: Set<Digest> = []
  /// Whom records name, bundle by bundle, until it is compared.
  fileprivate var names: [BundleNames] = []
  /// Bundles whose keys were erased.
  package fileprivate(set) var erased: UInt64 = 0
  /// Bundles whose keys were erased or lost: which of both the journal says, that isn't open.
  package fileprivate(set) var erasedOrLost: UInt64 = 0
  /// Boxes that were opened and found sound.
  package fileprivate(set) var sound: [KnownBox] = []
}

extension OpenPlace {
  /// Compares boxes with their names, opens every bundle in them, and compares every record with its SHA-256, in one
  /// reading. Nothing is written.
  /// - Parameters:
  ///   - boxes: ascending by ordinal.
  ///   - report: bytes of boxes and records done so far.
  package func checkBoxes(
    _ boxes: some RandomAccessCollection<KnownBox>,
    report: @escaping @Sendable (_ bytes: UInt64, _ records: UInt64) -> Void
  ) async throws -> BoxesCheck {
    let opening = try IndexOpener(self)
    // Pages that no bundle asks for, too.
    try await unlocked().readEveryPage()
    let job = CheckJob(vault: self, report: report)
    let names = try NamesCheck(unlocked())
    if names == nil { note(.noDirectory) }
    // Of a bundle that is in two boxes the one in the box that goes before counts.
    let ordinals = boxes.map(\.ordinal)
    let ordered =
      state.uncomparedMoves.isEmpty
      ? ordinals : ordinals.sorted { state.rank(of: state.boxes[$0]) < state.rank(of: state.boxes[$1]) }
    var start = 0
    // Indexes are opened a few at a time: in a large place all of them would take much memory.
    let atOnce = max(64, 8 * machine.workers)
    while start < boxes.count {
      let end = min(start + atOnce, boxes.count)
      var batch: [BoxToCheck] = []
      for known in ordered[start..<end].lazy.map({ self.state.boxes[$0] }) {
        try Task.checkCancellation()
        let before = opening.findings.count
        let opened = try await opening.open(known)
        batch.append(BoxToCheck(known: known, opened: opened, isNamed: opening.findings.count > before))
      }
      // The largest first, so that all workers end together.
      let largestFirst = batch.sorted { $0.known.box.size > $1.known.box.size }
      try await WorkList(largestFirst).run(workers: machine.workers) { boxes in
        let worker = try CheckWorker(job)
        while let box = try boxes.take() { try await worker.check(box) }
      }
      for bundle in job.takeNames() { try await names?.check(bundle) }
      start = end
    }
    let read = job.tally.withLock { $0.boxes }
    guard read == boxes.count else {
      throw VaultError(.failed, "only \(read) of \(boxes.count) boxes were looked at; nothing is verified")
    }
    let named = try await names?.finish() ?? []
    var check = result(job.tally.withLock { $0 }, opening.findings)
    check.add(try await PartsCheck(self).run(check.parts, workers: machine.workers))
    check.findings += named
    check.findings += try await accountFindings()
    (check.erased, check.erasedOrLost) = opening.counts
    return check
  }

  /// Accounts and holds that can't be read, and keys that were erased and are back.
  private func accountFindings() async throws -> [Finding] {
    guard let generation = state.generation else { return [] }
    let erased = try await erasedKeys()
    var findings = erased.unreadable.map { Finding(.lost, "entry \($0)", .accountUnreadable) }
    findings += try await holds().filter { $0.isOpen && $0.terms == nil }
      .map { Finding(.lost, "entry \($0.entry)", .holdUnreadable) }
    let keys = try unlocked()
    let object = Layout.keyringFile(generation.file).text
    for one in erased.keys.sorted(by: { ($0.subject, $0.classID) < ($1.subject, $1.classID) })
    where keys.opened[one.classID] != nil {
      guard let key = try await keys.readableKey(of: one.subject, in: one.classID),
        try KeySchedule.keyCheck(subject: key) == one.check
      else { continue }
      findings.append(Finding(.exposed, object, part: .customer(one.subject), .erasedKeyIsBack))
    }
    return findings
  }

  private func result(_ tally: CheckTally, _ opening: [Finding]) -> BoxesCheck {
    var check = tally.check
    // Of a box that isn't what was sealed that is all there is to say.
    let damaged = Set(check.unsound.map { Layout.box($0).text })
    check.findings =
      tally.damage.sorted { $0.object < $1.object } + opening.filter { !damaged.contains($0.object) }
      + check.findings
    return check
  }
}

/// A box to be read, and its index, where that is open to us.
private struct BoxToCheck: Sendable {
  let known: KnownBox
  let opened: IndexedBox?
  /// Whether opening the index found something.
  let isNamed: Bool
}

/// What workers have found so far.
private struct CheckTally {
  var check = BoxesCheck()
  /// Boxes that were looked at, whatever came of it.
  var boxes = 0
  /// What is wrong with boxes as they lie there.
  var damage: [Finding] = []
}

/// What checking workers share.
private final class CheckJob: Sendable {
  let vault: Identifier
  let store: any ObjectStore
  let tally = Mutex(CheckTally())
  private let report: @Sendable (UInt64, UInt64) -> Void
  private let done = Mutex((bytes: UInt64(0), records: UInt64(0)))

  init(vault: OpenPlace, report: @escaping @Sendable (UInt64, UInt64) -> Void) {
    self.vault = vault.state.vault
    store = vault.place.store
    self.report = report
  }

  /// Whom the records name that were read since this was asked last.
  func takeNames() -> [BundleNames] {
    tally.withLock { tally in
      defer { tally.check.names = [] }
      return tally.check.names
    }
  }

  func noteDone(bytes: UInt64, records: UInt64) {
    let now = done.withLock { done in
      done.bytes += bytes
      done.records += records
      return done
    }
    report(now.bytes, now.records)
  }
}

/// Reads boxes from end to end, and opens what is in them from the same bytes.
private final class CheckWorker {
  private let job: CheckJob
  private let workspace: ReadWorkspace
  /// What came of the box that is being read.
  private var inBox = BoxesCheck()

  init(_ job: CheckJob) throws {
    self.job = job
    workspace = try ReadWorkspace()
  }

  func check(_ box: BoxToCheck) async throws {
    let name = Layout.box(box.known.box.hash)
    let reader = try BoxReader(
      vault: job.vault, size: box.known.box.size, source: StoredBox(store: job.store, name: name),
      workspace: workspace)
    reader.beginScan()
    inBox = BoxesCheck()
    let told = try await open(box, reader, name)
    let damage = try await damage(box.known, reader, name)
    job.tally.withLock { tally in
      tally.boxes += 1
      if let damage {
        tally.damage.append(damage)
        tally.check.unsound.insert(box.known.box.hash)
        if damage.kind != .unread { tally.check.damaged.insert(box.known.box.hash) }
      } else {
        tally.check.add(inBox, of: box)
      }
    }
    job.noteDone(bytes: box.known.box.size - told, records: 0)
  }

  /// Opens the bundles; returns of how many bytes that was told.
  private func open(_ box: BoxToCheck, _ reader: BoxReader, _ name: ObjectName) async throws -> UInt64 {
    var told: UInt64 = 0
    for bundle in box.opened?.bundles ?? [] {
      try Task.checkCancellation()
      inBox.expected += UInt64(bundle.row.records)
      do {
        let opened = try await reader.openBundle(bundle.row, keys: bundle.keys)
        note(try await opened.verifyBundle(), opened, bundle, box.known, name)
        inBox.names.append(BundleNames(bundle.row, of: box.known, opened.records))
      } catch let error as BoxError {
        inBox.findings.append(
          Finding(
            .damaged, name.text, part: .bundle(bundle.row.bundle),
            .bundle(error, records: bundle.row.records)))
      } catch let error as StorageError {
        inBox.findings.append(Finding(box: name, error))
        break
      }
      told += bundle.row.bodyLength
      job.noteDone(bytes: bundle.row.bodyLength, records: UInt64(bundle.row.records))
    }
    return min(told, box.known.box.size)
  }

  private func note(
    _ check: BundleCheck, _ opened: BundleReader, _ bundle: OpenableBundle, _ box: KnownBox,
    _ name: ObjectName
  ) {
    for (record, error) in check.damaged {
      let reference = RecordReference(
        classID: bundle.keys.classID, subject: bundle.row.subject, id: record.label.id)
      inBox.findings.append(Finding(.damaged, name.text, part: .record(reference), .box(error)))
    }
    if let error = check.elsewhere {
      inBox.findings.append(
        Finding(.damaged, name.text, part: .bundle(bundle.row.bundle), .box(error)))
    }
    inBox.records += UInt64(opened.records.count - check.damaged.count)
    inBox.bytes += check.bytes
    noteParts(of: opened, besides: Set(check.damaged.map(\.record.label.id)), bundle, box)
  }

  private func noteParts(
    of opened: BundleReader, besides damaged: Set<Identifier>, _ bundle: OpenableBundle, _ box: KnownBox
  ) {
    for (number, record) in opened.records.enumerated()
    where record.part != nil && !damaged.contains(record.label.id) {
      let reference = RecordReference(
        classID: bundle.keys.classID, subject: bundle.row.subject, id: record.label.id)
      inBox.parts.append(
        SoundPart(reference: reference, record: record, number: number, bundle: bundle, box: box))
    }
  }

  /// In what the box differs from what was sealed.
  private func damage(_ known: KnownBox, _ reader: BoxReader, _ name: ObjectName) async throws -> Finding? {
    do {
      return try await reader.finishScan() == known.box.hash
        ? nil : Finding(.damaged, name.text, .notAsSealed())
    } catch let error as BoxError {
      return Finding(.damaged, name.text, .box(error))
    } catch let error as StorageError {
      return Finding(box: name, error)
    }
  }
}

extension BoxesCheck {
  /// Adds what came of a box whose bytes are what was sealed.
  fileprivate mutating func add(_ inBox: BoxesCheck, of box: BoxToCheck) {
    records += inBox.records
    expected += inBox.expected
    bytes += inBox.bytes
    findings += inBox.findings
    parts += inBox.parts
    names += inBox.names
    if let opened = box.opened {
      // A box with something that nobody opened wasn't looked at whole.
      if inBox.findings.isEmpty, !box.isNamed, opened.unopened == 0 { sound.append(box.known) }
    } else if !box.isNamed {
      closed += 1
    }
  }

  /// Adds what came of putting parts together.
  fileprivate mutating func add(_ joined: PartsCheck.Outcome) {
    findings += joined.findings
    incompleteParts = joined.incomplete
    records -= UInt64(joined.unsound.count)
    // Equal contents of a bundle were counted once.
    bytes -= min(bytes, joined.unsound.reduce(0) { $0 + $1.record.size })
    let unsound = Set(joined.unsound.map(\.box.ordinal))
    sound.removeAll { unsound.contains($0.ordinal) }
    parts = []
  }
}
