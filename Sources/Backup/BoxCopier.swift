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
    /// Had, and what lies in their place at the target couldn't be replaced, by ordinal.
    var unplaced: [(ordinal: Int, hash: Digest)] = []
    var findings: [Finding] = []
  }

  private let source: ObjectSource
  private let target: any ObjectStore
  private let boxes: WorkList<KnownBox>
  private let present: [ObjectName: UInt64]
  private let rereads: Bool
  private let goesOn: Bool
  private let retainedUntil: Int64?
  private let suspects: ClaimedBoxes
  private let total: UInt64
  private let report: @Sendable (CopyProgress) -> Void
  private let tally = Mutex(Tally())
  private let progress = Mutex((bytes: UInt64(0), items: UInt64(0)))

  /// - Parameters:
  ///   - rereads: whether a box that is there already is read again, or kept for its size.
  ///   - goesOn: whether a box that can't be written keeps no other from being written.
  ///   - retainedUntil: until when those that are copied are locked there; nil: they aren't.
  ///   - suspects: boxes that are read again in any case, and written anew where they aren't what was sealed.
  ///   - listed: what lies at the target, where that was asked.
  init(
    _ boxes: some Sequence<KnownBox>, from source: ObjectSource, to target: any ObjectStore,
    listed: [ObjectName: UInt64]? = nil, rereads: Bool = false, goesOn: Bool = false,
    retainedUntil: Int64? = nil,
    suspects: ClaimedBoxes = ClaimedBoxes(),
    report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws {
    self.boxes = WorkList(Array(boxes))
    self.source = source
    self.target = target
    self.rereads = rereads
    self.goesOn = goesOn
    self.retainedUntil = retainedUntil
    self.suspects = suspects
    self.report = report
    present = if let listed { listed } else { try await Self.sizes(at: target) }
    let present = present
    total = boxes.reduce(0) { sum, box in
      let isThere = !rereads && present[Layout.box(box.box.hash)] == box.box.size
      return isThere ? sum : sum + box.box.size
    }
  }

  /// The boxes that lie at a place, with their sizes.
  static func sizes(at target: any ObjectStore) async throws -> [ObjectName: UInt64] {
    Dictionary(
      try await target.list(Layout.boxes).map { ($0.name, $0.size) }, uniquingKeysWith: { first, _ in first })
  }

  func run(workers: Int) async throws -> Tally {
    try await boxes.run(workers: workers) { boxes in
      let bytes = try ObjectBytes()
      while let box = try boxes.take() { try await self.bring(box, bytes) }
    }
    var tally = tally.withLock { $0 }
    tally.missing.sort { $0.ordinal < $1.ordinal }
    tally.unplaced.sort { $0.ordinal < $1.ordinal }
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
    if let error = try await place(copy, at: name) { return unplaced(box, name, error) }
    noteCopied(box)
  }

  /// Puts a sound box.
  /// - Returns: why this one can't be put, where others may be.
  private func place(_ copy: any Spool, at name: ObjectName) async throws -> StorageError? {
    let isThere = present[name] != nil
    do {
      if isThere { try await replace(name, by: copy) } else { try await put(copy, at: name) }
      return nil
    } catch let error as StorageError where (isThere || goesOn) && error.isOfOneObject {
      copy.discard()
      return error
    }
  }

  private func put(_ copy: any Spool, at name: ObjectName) async throws {
    _ = try await target.put(copy, at: name, retainedUntil: retainedUntil)
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

  private func unplaced(_ box: KnownBox, _ name: ObjectName, _ error: StorageError) {
    let isThere = present[name] != nil
    tally.withLock { tally in
      tally.unplaced.append((box.ordinal, box.box.hash))
      tally.findings.append(
        Finding(isThere ? .damaged : .missing, name.text, .notReplaced(error, wasThere: isThere)))
    }
  }

  /// Puts a sound box where a damaged one lies. Where the store keeps versions it goes on top, since what lies there may be
  /// locked, by whomever; else what is there is kept for whoever wants to look at it, if it can be read.
  private func replace(_ name: ObjectName, by copy: any Spool) async throws {
    if try await target.keepsVersions() {
      return try await target.putOnTop(copy, at: name, retainedUntil: retainedUntil)
    }
    try await setAside(name)
    guard try await target.erase(name) else {
      throw StorageError(.denied, "replace", name.text, reason: "the store keeps it from being erased")
    }
    try await put(copy, at: name)
  }

  /// The name comes from the bytes, so that what is done again keeps them once.
  private func setAside(_ name: ObjectName) async throws {
    let spool = try await newSpool()
    guard let digest = try await copied(name, to: spool),
      let aside = ObjectName("aside/\(name.text).\(digest.hex.prefix(12))")
    else { return spool.discard() }
    _ = try await target.put(spool, at: aside)
  }

  /// Writes what lies there to a spool.
  /// - Returns: its digest; nil where it can't be read.
  private func copied(_ name: ObjectName, to spool: any Spool) async throws -> Digest? {
    let digest = try DigestStream()
    var buffer: [UInt8] = []
    var offset: UInt64 = 0
    while let count = try await piece(of: name, at: offset, into: &buffer) {
      guard count > 0 else { return digest.finish() }
      digest.update(buffer.span)
      try spool.write(buffer)
      offset += UInt64(count)
    }
    return nil
  }

  private func piece(of name: ObjectName, at offset: UInt64, into buffer: inout [UInt8]) async throws -> Int?
  {
    do { return try await target.read(name, at: offset, count: 1 << 20, into: &buffer) } catch {
      guard error.isOfDamage || error.code == .absent else { throw error }
      return nil
    }
  }

  private func told(_ bytes: UInt64) {
    let (done, items) = progress.withLock { progress in
      progress.bytes += bytes
      return (progress.bytes, progress.items)
    }
    report(CopyProgress(stage: "copying boxes", bytes: done, total: total, items: items))
  }
}
