internal import Boxes
internal import Sealing
internal import Storage

/// A box that a worker fills.
final class OpenBox {
  let writer: BoxWriter
  let classIndex: Int
  /// What is in it so far, but for records in parts.
  var tally = BoxTally()
  /// Parts in it, by the set that they belong to.
  var parts: [Identifier: Int] = [:]
  private let spool: any Spool

  init(_ job: SealJob, classIndex: Int, workspace: BoxWorkspace) async throws {
    let seal = job.classes[classIndex]
    spool = try await job.store.spool()
    writer = try BoxWriter(
      vault: job.vault, year: seal.year, classID: seal.id, epoch: seal.epoch, indexKey: seal.indexKey,
      sink: SpoolSink(spool), workspace: workspace)
    self.classIndex = classIndex
  }

  /// Writes the box to its end; nil, and nothing left, where there is nothing in it.
  func finish() throws -> FinishedSpool? {
    guard writer.bundleCount > 0 else {
      spool.discard()
      return nil
    }
    let box = try writer.finish()
    return FinishedSpool(
      spool: spool, waiting: WaitingBox(box: box, classIndex: classIndex, tally: tally, parts: parts))
  }
}

/// A box that is written whole and waits for its name.
struct FinishedSpool: Sendable {
  let spool: any Spool
  let waiting: WaitingBox

  /// Puts it into the store; it is durable afterwards.
  func put(into store: any ObjectStore) async throws -> WaitingBox {
    let name = Layout.box(waiting.box.digest)
    _ = try await store.put(spool, at: name)
    guard try await store.size(name) == waiting.box.size else {
      throw VaultError(
        .storage, "\(name) is not as long as it was written", safe: "the ledger doesn't name it",
        hint: "the disk may be failing; verify the vault")
    }
    return waiting
  }
}

/// A spool as the box writer sees it.
private final class SpoolSink: BoxSink {
  private let spool: any Spool
  init(_ spool: any Spool) { self.spool = spool }
  func write(_ bytes: Span<UInt8>) throws { try spool.write(bytes) }
}
