internal import Rules
internal import Sealing
internal import Storage
internal import Synchronization
internal import Vault

/// Copies boxes from one store to another, some side by side, each digested while it is copied and put only if it is
/// what its name says. A box that can't be had is named, and the others go on.
final class BoxCopier: Sendable {
  /// What came of it.
  struct Tally {
    var copied: UInt64 = 0
    var copiedBytes: UInt64 = 0
    var kept: UInt64 = 0
    /// Not had from the source, by ordinal.
    var missing: [(ordinal: Int, hash: Digest)] = []
    var findings: [Finding] = []
  }

  private let source: ObjectSource
  private let target: any ObjectStore
  private let boxes: WorkList<KnownBox>
  private let present: [ObjectName: UInt64]
  private let rereads: Bool
  private let suspects: ClaimedBoxes
  private let total: UInt64
  private let report: @Sendable (CopyProgress) -> Void
  private let tally = Mutex(Tally())
  private let progress = Mutex((bytes: UInt64(0), items: UInt64(0)))

  /// - Parameters:
  ///   - rereads: whether a box that is there already is read again, or kept for its size.
  ///   - suspects: boxes that are read again in any case, and written anew where they aren't what was sealed.
  init(
    _ boxes: some Sequence<KnownBox>, from source: ObjectSource, to target: any ObjectStore,
    rereads: Bool = false,
    suspects: ClaimedBoxes = ClaimedBoxes(),
    report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws {
    self.boxes = WorkList(Array(boxes))
    self.source = source
    self.target = target
    self.rereads = rereads
    self.suspects = suspects
    self.report = report
    present = Dictionary(uniqueKeysWithValues: try await target.list(Layout.boxes).map { ($0.name, $0.size) })
    let present = present
    total = boxes.reduce(0) { sum, box in
      let isThere = !rereads && present[Layout.box(box.box.hash)] == box.box.size
      return isThere ? sum : sum + box.box.size
    }
  }

  func run(workers: Int) async throws -> Tally {
    try await boxes.run(workers: workers) { boxes in
      let bytes = try ObjectBytes()
      while let box = try boxes.take() { try await self.bring(box, bytes) }
    }
    var tally = tally.withLock { $0 }
    tally.missing.sort { $0.ordinal < $1.ordinal }
    return tally
  }

  private func bring(_ box: KnownBox, _ bytes: ObjectBytes) async throws {
    let name = Layout.box(box.box.hash)
    if try await isSound(box, name, bytes) { return tally.withLock { $0.kept += 1 } }
    var (copy, outcome) = try await spooled(box, name, bytes)
    // A restored copy isn't completed later, so a fault that passes must not cost it a box.
    if case .unreadable = outcome {
      copy.discard()
      (copy, outcome) = try await spooled(box, name, bytes)
    }
    guard case .read(let whole) = outcome, whole == box.box.hash else {
      copy.discard()
      return lost(box, name, outcome)
    }
    if present[name] != nil { try await setAside(name) }
    _ = try await target.put(copy, at: name)
    noteCopied(box)
  }

  private func noteCopied(_ box: KnownBox) {
    progress.withLock { $0.items += 1 }
    tally.withLock { tally in
      tally.copied += 1
      tally.copiedBytes += box.box.size
    }
  }

  /// The box's bytes in a spool of the target, and what they turned out to be.
  private func spooled(
    _ box: KnownBox, _ name: ObjectName, _ bytes: ObjectBytes
  ) async throws -> (any Spool, ObjectBytes.Outcome) {
    let copy = try await newSpool()
    return (copy, try await bytes.read(name, of: source.store, size: box.box.size, to: writing(to: copy)))
  }

  private func newSpool() async throws -> any Spool { try await target.spool() }

  /// Made apart: Swift 6.3.1 crashes in an optimised build where an async function captures a spool in a closure.
  private func writing(to spool: any Spool) -> (Span<UInt8>) throws -> Void {
    { piece in
      try spool.write(piece)
      self.told(UInt64(piece.count))
    }
  }

  private func isSound(_ box: KnownBox, _ name: ObjectName, _ bytes: ObjectBytes) async throws -> Bool {
    guard present[name] == box.box.size else { return false }
    guard rereads || suspects[box.ordinal] != nil else { return true }
    let outcome = try await bytes.read(name, of: target, size: box.box.size)
    guard case .read(let whole) = outcome else { return false }
    return whole == box.box.hash
  }

  private func lost(_ box: KnownBox, _ name: ObjectName, _ outcome: ObjectBytes.Outcome) {
    let finding =
      switch outcome {
      case .absent: Finding(.missing, name.text, .boxMissing(at: source.location))
      case .otherSize(let size):
        Finding(.damaged, name.text, .size(size, expected: box.box.size, at: source.location))
      case .unreadable(let error): Finding(Finding.Kind(error), name.text, .storage(error))
      case .read: Finding(.damaged, name.text, .notAsSealed(at: source.location))
      }
    tally.withLock { tally in
      tally.missing.append((box.ordinal, box.box.hash))
      tally.findings.append(finding)
    }
  }

  /// Makes room for a sound box: what stands in its place is damaged, and is kept for whoever wants to look at it.
  private func setAside(_ name: ObjectName) async throws {
    if let aside = try await freeName(aside: name) { try await copy(name, to: aside) }
    guard try await target.erase(name) else {
      throw VaultError(
        .storage, "\(name) is damaged at \(target.location) and can't be erased there",
        hint: "whoever runs the store moves it away")
    }
  }

  /// A name under `aside/` that nothing bears yet; nil where a hundred are taken.
  private func freeName(aside name: ObjectName) async throws -> ObjectName? {
    for number in 0..<100 {
      guard let aside = ObjectName("aside/\(name.text).\(number)") else { return nil }
      let taken = try await target.size(aside)
      if taken == nil { return aside }
    }
    return nil
  }

  private func copy(_ name: ObjectName, to aside: ObjectName) async throws {
    guard let size = try await target.size(name) else { return }
    let spool = try await newSpool()
    var buffer: [UInt8] = []
    var offset: UInt64 = 0
    while offset < size {
      let count = try await target.read(name, at: offset, count: 1 << 20, into: &buffer)
      guard count > 0 else { break }
      try spool.write(buffer)
      offset += UInt64(count)
    }
    _ = try await target.put(spool, at: aside)
  }

  private func told(_ bytes: UInt64) {
    let (done, items) = progress.withLock { progress in
      progress.bytes += bytes
      return (progress.bytes, progress.items)
    }
    report(CopyProgress(stage: "copying boxes", bytes: done, total: total, items: items))
  }
}
