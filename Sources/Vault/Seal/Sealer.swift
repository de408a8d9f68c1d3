internal import Rules
internal import Boxes
internal import Keyring
internal import Sealing
internal import Storage
internal import Synchronization

/// Seals records from folders and files: the road in, from the walk to the commit.
public final class Sealer {
  /// What came of it.
  public struct Summary: Sendable {
    /// Records that weren't there before.
    public fileprivate(set) var new: UInt64 = 0
    /// Records of which there is a new version.
    public fileprivate(set) var changed: UInt64 = 0
    /// Records that are as they were sealed before.
    public fileprivate(set) var unchanged: UInt64 = 0
    /// Bytes of the new and changed records.
    public fileprivate(set) var bytes: UInt64 = 0
    /// Bytes of the boxes that were added.
    public fileprivate(set) var stored: UInt64 = 0
    /// Boxes that were added.
    public fileprivate(set) var boxes: UInt64 = 0
    /// Customers that were new.
    public fileprivate(set) var newSubjects: UInt64 = 0
    /// Folders with nothing in them.
    public fileprivate(set) var emptyFolders: UInt64 = 0
    /// Files and folders that are excluded.
    public fileprivate(set) var excluded: UInt64 = 0
    /// Patterns that excluded nothing.
    public fileprivate(set) var idlePatterns: [String] = []
    /// What was not sealed, by name.
    public fileprivate(set) var leftOut: [LeftOut] = []
    /// Customers of whom nothing was sealed.
    public fileprivate(set) var refused: [RefusedCustomer] = []
    /// What of the vault could not be read: a record that lies there counts as new.
    public internal(set) var damaged: [Finding] = []

    /// Counts what was committed.
    mutating func count(_ sealed: BoxTally, boxes: UInt64, stored: UInt64) {
      new = sealed.new
      changed = sealed.changed
      bytes = sealed.bytes
      self.boxes = boxes
      self.stored = stored
    }

    /// Takes in what a run committed before it had to begin again: the next one found it unchanged.
    mutating func add(committed earlier: Summary) {
      new += earlier.new
      changed += earlier.changed
      unchanged -= min(unchanged, earlier.new + earlier.changed)
      bytes += earlier.bytes
      stored += earlier.stored
      boxes += earlier.boxes
      newSubjects += earlier.newSubjects
    }
  }

  /// Boxes that were sealed can't be named any more (`StaleBoxes`): what isn't committed is to be sealed again.
  struct Interrupted: Error {
    let committed: Summary
  }

  private let vault: OpenPlace
  private let sources: SealSources
  private let before: any KnownRecords
  private let workers: Int

  /// - Parameters:
  ///   - before: tells what is sealed already.
  ///   - workers: how many work side by side.
  init(_ sources: SealSources, into vault: OpenPlace, before: any KnownRecords, workers: Int) {
    self.vault = vault
    self.sources = sources
    self.before = before
    self.workers = max(1, workers)
  }

  /// Seals what is in the sources and isn't sealed yet.
  /// - Throws: `Interrupted` where what isn't committed is to be sealed again.
  func run(report: @escaping @Sendable (RecordProgress) -> Void) async throws -> Summary {
    let identity = try vault.writer()
    let now = vault.machine.now()
    let opened = try OpenSources(sources, for: vault, at: now)
    report(RecordProgress(stage: "looking for files", bytes: 0, total: 0, records: 0))
    let planner = opened.planner(of: vault, as: identity, before: before)
    let job = SealJob(
      vault: vault.state.vault, generation: opened.generation, store: vault.place.store,
      sources: opened.sources, classes: opened.classes, sealedAt: now,
      fileClock: vault.machine.fileClock, workers: workers)
    var summary = Summary()
    try await seal(job, planner, as: identity, &summary, report)
    summary.excluded = planner.excluded.items
    summary.idlePatterns = sources.exclusions.idle(in: planner.excluded)
    summary.refused = RefusedCustomer.sum(planner.refused)
    summary.leftOut.sort { $0.path.lexicographicallyPrecedes($1.path) }
    return summary
  }

  private func seal(
    _ job: SealJob, _ planner: SealPlanner, as identity: Identity, _ summary: inout Summary,
    _ report: @escaping @Sendable (RecordProgress) -> Void
  ) async throws {
    let batch = BoxCommitter(vault: vault, job: job, identity: identity, before: before) { planner.large }
    let workers = workers
    let (events, delivery) = AsyncStream.makeStream(of: Event.self)
    var failure: (any Error)?
    do {
      async let working: Void = Self.work(job, workers: workers) { event in
        delivery.yield(event)
        if case .end = event { delivery.finish() }
      }
      for await event in events {
        guard failure == nil else { continue }
        do {
          switch event {
          case .box(let box): try await batch.add(box)
          case .ask: try await plan(job, planner)
          case .progress:
            let tally = job.tally.withLock { ($0.read, $0.sealed + $0.unchanged) }
            report(
              RecordProgress(
                stage: "sealing", bytes: tally.0, total: planner.isDone ? planner.bytes : 0,
                records: tally.1 + planner.unchanged))
          case .end: break
          }
        } catch {
          failure = error
          job.queue.abandon()
        }
      }
      try await working
    } catch {
      failure = failure ?? error
    }
    // What is whole is kept even where something went wrong.
    if failure == nil || !(failure is StaleBoxes) {
      do { try await batch.finish() } catch { failure = failure ?? error }
    }
    batch.count(into: &summary)
    summary.newSubjects = planner.newSubjects
    if failure is StaleBoxes { throw Interrupted(committed: summary) }
    if let failure { throw failure }
    // Whoever was interrupted has not sealed all, even where no worker noticed.
    try Task.checkCancellation()
    guard planner.isDone, !job.queue.wasAbandoned else { throw CancellationError() }
    let tally = job.tally.withLock { $0 }
    before.finish(planner.read + tally.asSealed)
    summary.emptyFolders = planner.emptyFolders
    summary.unchanged = tally.unchanged + planner.unchanged
    summary.leftOut += batch.leftOut(beside: planner.leftOut + tally.leftOut)
  }

  /// Puts the next stretch in that has anything to seal.
  private func plan(_ job: SealJob, _ planner: SealPlanner) async throws {
    while !planner.isDone {
      let plans = try await planner.next()
      if plans.isEmpty { continue }
      job.queue.put(plans)
      // What planning took lies between what stays of each stretch, a little further on with each.
      BlockingPool.returnMemory()
      if !planner.isDone { return }
    }
    job.queue.close()
  }

  private enum Event: Sendable {
    case box(UnnamedBox)
    case ask
    case progress
    case end
  }

  @concurrent
  private static func work(_ job: SealJob, workers: Int, _ tell: @escaping @Sendable (Event) -> Void)
    async throws
  {
    defer { tell(.end) }
    try await withTaskCancellationHandler {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<workers {
          group.addTask {
            do {
              try await SealWorker(job).run(progress: { tell(.progress) }, ask: { tell(.ask) }) { box in
                tell(.box(box))
              }
            } catch {
              // Others stop at the bundle they are at, and don't wait for more.
              job.queue.abandon()
              throw error
            }
          }
        }
        try await group.waitForAll()
      }
    } onCancel: {
      job.queue.abandon()
    }
  }
}
