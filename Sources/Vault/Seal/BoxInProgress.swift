internal import Boxes
internal import Sealing
internal import Storage

/// A box that a worker fills.
final class BoxInProgress {
  let writer: BoxWriter
  let classIndex: Int
  /// What is in it so far, but for records in parts.
  var tally = BoxTally()
  /// Parts in it, by the set that they belong to.
  var parts: [Identifier: Int] = [:]
  /// The bundle that is open.
  var bundle: Identifier?
  private var records: [Identifier: [Identifier]] = [:]
  private var names: [Identifier: Identifier] = [:]
  private var marks: [CustomerMarks] = []
  private let classID: Identifier
  private let spool: any Spool

  init(_ job: SealJob, classIndex: Int, workspace: BoxWorkspace) async throws {
    let seal = job.classes[classIndex]
    spool = try await job.store.spool()
    writer = try BoxWriter(
      vault: job.vault, year: seal.year, classID: seal.id, epoch: seal.epoch, indexKey: seal.indexKey,
      sink: SpoolSink(spool), workspace: workspace)
    self.classIndex = classIndex
    classID = seal.id
  }

  /// A record, or a part of one, is in it.
  func note(_ record: Identifier, _ mark: SourceMark?, _ plan: BundlePlan) {
    if let bundle {
      records[bundle, default: []].append(record)
      names[bundle] = plan.mark
    }
    if let mark { marks.add(mark, plan) }
  }

  /// Writes the box to its end; nil, and nothing left, where there is nothing in it.
  func finish() throws -> FinishedSpool? {
    guard writer.bundleCount > 0 else {
      spool.discard()
      return nil
    }
    let box = try writer.finish()
    return FinishedSpool(
      spool: spool,
      waiting: UnnamedBox(
        box: box, classIndex: classIndex, classID: classID, tally: tally, parts: parts, records: records,
        names: names, marks: marks))
  }
}

/// A box that is written whole and waits for its name.
struct FinishedSpool: Sendable {
  let spool: any Spool
  let waiting: UnnamedBox

  /// Puts it into the store; it is durable afterwards.
  func put(into store: any ObjectStore) async throws -> UnnamedBox {
    let name = Layout.box(waiting.box.digest)
    _ = try await store.put(spool, at: name)
    guard let size = try await store.size(name) else {
      var gone = waiting
      gone.isGone = true
      return gone
    }
    guard size == waiting.box.size else {
      throw VaultError(
        .storage, "\(name) is not as long as it was written", safe: "the ledger doesn't name it",
        hint: "the disk may be failing; verify the vault")
    }
    return waiting
  }
}

extension [CustomerMarks] {
  /// Customers come one after the other.
  mutating func add(_ mark: SourceMark, _ plan: BundlePlan) {
    if last?.customer.subject != plan.subject || last?.customer.classID != plan.customer.classID {
      append(CustomerMarks(customer: plan.customer, keepsOthers: plan.keepsMarks))
    }
    self[count - 1].marks.append(mark)
  }
}

/// A spool as the box writer sees it.
final class SpoolSink: BoxSink {
  private let spool: any Spool
  init(_ spool: any Spool) { self.spool = spool }
  func write(_ bytes: Span<UInt8>) throws { try spool.write(bytes) }
}
