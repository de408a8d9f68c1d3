internal import Boxes
internal import Keyring
internal import Rules
internal import Sealing
internal import Storage

/// One group of boxes on its way: what is carried, with the keys for it. It can go to a worker.
struct MoveJob: Sendable {
  /// A bundle that is carried.
  struct Bundle: Sendable {
    /// Which of the group's boxes it lies in.
    fileprivate(set) var source: Int
    let row: IndexRow
    let keys: BundleKeys
    let epoch: BundleEpoch
    let firstEntry: UInt64
  }

  let group: MoveGroup
  /// Ascending by subject.
  let bundles: [Bundle]
  /// What isn't carried, of each box.
  let leftOut: [MoveLeavings]
  /// With what the new index is sealed.
  let epoch: UInt32
  /// Nil where nothing is carried.
  let indexKey: Secret?

  /// What isn't carried, of all of them.
  var leavings: MoveLeavings { leftOut.reduce(into: MoveLeavings()) { $0 += $1 } }

  /// The same without some of the group's boxes; nil where nothing is gained by moving the rest: a box alone that is
  /// sealed as it should be would be put in its own place with each run.
  func without(_ sources: Set<Int>) -> MoveJob? {
    let kept = group.boxes.indices.filter { !sources.contains($0) }
    let numbers = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    let rest = MoveJob(
      group: MoveGroup(classID: group.classID, year: group.year, boxes: kept.map { group.boxes[$0] }),
      bundles: bundles.compactMap { bundle in
        guard let number = numbers[bundle.source] else { return nil }
        var bundle = bundle
        bundle.source = number
        return bundle
      },
      leftOut: kept.map { leftOut[$0] }, epoch: epoch, indexKey: indexKey)
    let isGain =
      kept.count > 1 || rest.leftOut.contains { $0 != MoveLeavings() }
      || rest.bundles.contains { $0.row.epoch != epoch }
    return isGain && !kept.isEmpty ? rest : nil
  }
}

/// A box of a group that turned out not to be as it was sealed, or not to be had.
struct UnsoundBox: Error, Sendable {
  enum Fault: Sendable {
    case box(BoxError)
    case storage(StorageError)
  }

  /// Which of the group's boxes.
  let source: Int
  let fault: Fault
}

/// What came of a group: boxes that lie in the store, and that no entry names yet.
struct MovedGroup: Sendable {
  let group: MoveGroup
  let epoch: UInt32
  let boxes: [FinishedBox]
  let bundles: UInt64
  let leftOut: MoveLeavings
}

/// Carries a group's bundles into new boxes and puts these.
struct MoveWorker {
  let vault: Identifier
  let store: any ObjectStore

  /// A box is closed with so many customers at the latest.
  private static let mostBundles = 60_000

  /// - Throws: `UnsoundBox` for the first of the group's boxes that can't be carried; nothing was named then.
  func run(_ job: MoveJob) async throws -> MovedGroup {
    var boxes: [FinishedBox] = []
    // A source's workspace holds what it read of it; with many small sources each reads little.
    let workspace = try ReadWorkspace()
    let readers = try job.group.boxes.indices.map { try reader(of: $0, job, workspace) }
    let writing = try BoxWorkspace()
    var box: OpenBox?
    do {
      for bundle in job.bundles {
        try Task.checkCancellation()
        // Whoever wrote a box of many gigabytes doesn't make more of it than an entry names.
        let mayBegin = boxes.count < BoxMove.mostBoxes - 2
        if let open = box,
          mayBegin && !open.writer.takes(bundle.row) || open.writer.bundleCount >= Self.mostBundles
        {
          boxes.append(try await finish(open))
          box = nil
        }
        let open: OpenBox
        if let box { open = box } else { open = try await begin(job, writing) }
        box = open
        try await carry(bundle, from: readers[bundle.source], to: open.writer, sealing: bundle.epoch)
      }
      if let open = box { boxes.append(try await finish(open)) }
    } catch {
      box?.spool.discard()
      throw error
    }
    return MovedGroup(
      group: job.group, epoch: job.epoch, boxes: boxes, bundles: UInt64(job.bundles.count),
      leftOut: job.leavings)
  }

  /// Which of a group's boxes can't be carried: each is read as it is when it is moved, to its end or its first fault, and
  /// nothing is written.
  /// - Parameter known: one of which that is known.
  func unsound(in job: MoveJob, besides known: UnsoundBox) async throws -> [UnsoundBox] {
    let (workspace, writing) = (try ReadWorkspace(), try BoxWorkspace())
    let bundles = Dictionary(grouping: job.bundles, by: \.source)
    var found: [UnsoundBox] = []
    for source in job.group.boxes.indices {
      try Task.checkCancellation()
      guard source != known.source else {
        found.append(known)
        continue
      }
      guard let indexKey = job.indexKey else { continue }
      let reader = try reader(of: source, job, workspace)
      let writer = try BoxWriter(
        vault: vault, year: UInt16(clamping: job.group.year), classID: job.group.classID, epoch: job.epoch,
        indexKey: indexKey, sink: NoSink(), workspace: writing)
      do {
        for bundle in bundles[source] ?? [] {
          try await carry(bundle, from: reader, to: writer, sealing: nil)
        }
      } catch let unsound as UnsoundBox { found.append(unsound) }
    }
    return found
  }

  /// What is wrong with a box that is read is said of that box; what is wrong with the one that is written isn't.
  private func carry(
    _ bundle: MoveJob.Bundle, from reader: BoxReader, to writer: BoxWriter, sealing epoch: BundleEpoch?
  ) async throws {
    do {
      _ = try await writer.carry(
        bundle.row, from: reader, opening: bundle.keys, sealing: epoch, firstEntry: bundle.firstEntry)
    } catch let error as BoxError where error.isDamage || error.code == .wrongKey {
      throw UnsoundBox(source: bundle.source, fault: .box(error))
    }
  }

  private func reader(of source: Int, _ job: MoveJob, _ workspace: ReadWorkspace) throws -> BoxReader {
    let box = job.group.boxes[source].box
    let stored = MovedSource(number: source, box: StoredBox(store: store, name: Layout.box(box.hash)))
    return try BoxReader(
      vault: vault, size: box.size, source: ReadAhead(stored, stretch: Self.stretch(of: job)),
      workspace: workspace)
  }

  /// Of many sources none reads much ahead, so that all of them take little memory.
  private static func stretch(of job: MoveJob) -> Int {
    max(64 << 10, min(1 << 20, (16 << 20) / max(1, job.group.boxes.count)))
  }

  private struct OpenBox {
    let writer: BoxWriter
    let spool: any Spool
  }

  private func begin(_ job: MoveJob, _ workspace: BoxWorkspace) async throws -> OpenBox {
    guard let indexKey = job.indexKey else { throw VaultError(.failed, "a box has no key to be sealed with") }
    let spool = try await store.spool()
    let writer = try BoxWriter(
      vault: vault, year: UInt16(clamping: job.group.year), classID: job.group.classID, epoch: job.epoch,
      indexKey: indexKey, sink: SpoolSink(spool), workspace: workspace)
    return OpenBox(writer: writer, spool: spool)
  }

  private func finish(_ open: OpenBox) async throws -> FinishedBox {
    let box = try open.writer.finish()
    let name = Layout.box(box.digest)
    _ = try await store.put(open.spool, at: name)
    guard try await store.size(name) == box.size else {
      throw VaultError(
        .storage, "\(name) is not there as it was written", safe: "the ledger doesn't name it",
        hint:
          "the disk may be failing, or it was removed as a stray; verify the vault, and run the command again"
      )
    }
    return box
  }
}

/// A box that is carried from: a fault of it alone is told from one of the store, and from one of what is written.
private struct MovedSource: BoxSource {
  let number: Int
  let box: StoredBox

  func read(at offset: UInt64, count: Int, into buffer: inout [UInt8]) async throws -> Int {
    do { return try await box.read(at: offset, count: count, into: &buffer) } catch let error as StorageError
      where error.isOfOneObject
    {
      throw UnsoundBox(source: number, fault: .storage(error))
    }
  }
}

private struct NoSink: BoxSink {
  func write(_ bytes: Span<UInt8>) {}
}
