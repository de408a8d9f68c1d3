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
    let source: Int
    let row: IndexRow
    let keys: BundleKeys
    let epoch: BundleEpoch
    let firstEntry: UInt64
  }

  let group: MoveGroup
  /// Ascending by subject.
  let bundles: [Bundle]
  /// What isn't carried.
  let leftOut: MoveLeavings
  /// With what the new index is sealed.
  let epoch: UInt32
  /// Nil where nothing is carried.
  let indexKey: Secret?
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

  func run(_ job: MoveJob) async throws -> MovedGroup {
    var boxes: [FinishedBox] = []
    // A source's workspace holds what it read of it; with many small sources each reads little.
    let workspace = try ReadWorkspace()
    let readers = try job.group.boxes.map { box in
      let stored = StoredBox(store: store, name: Layout.box(box.box.hash))
      return try BoxReader(
        vault: vault, size: box.box.size, source: ReadAhead(stored, stretch: Self.stretch(of: job)),
        workspace: workspace)
    }
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
        _ = try await open.writer.carry(
          bundle.row, from: readers[bundle.source], opening: bundle.keys, sealing: bundle.epoch,
          firstEntry: bundle.firstEntry)
      }
      if let open = box { boxes.append(try await finish(open)) }
    } catch {
      box?.spool.discard()
      throw error
    }
    return MovedGroup(
      group: job.group, epoch: job.epoch, boxes: boxes, bundles: UInt64(job.bundles.count),
      leftOut: job.leftOut)
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
