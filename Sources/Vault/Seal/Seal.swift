internal import Boxes
internal import Keyring
internal import Sealing
internal import Storage
internal import Synchronization

/// Seals records from folders and files: the road in, from the walk to the commit.
public final class Seal {
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
    /// What was not sealed, by name.
    public fileprivate(set) var leftOut: [LeftOut] = []

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

  /// The keyring changed while boxes were sealed with the old one: what isn't committed is to be sealed again.
  struct Interrupted: Error {
    let committed: Summary
  }

  /// How far it is.
  public struct Report: Sendable {
    /// What is being done.
    public let stage: String
    /// Bytes read.
    public let bytes: UInt64
    /// Bytes to be read.
    public let total: UInt64
    /// Records done.
    public let records: UInt64
  }

  private let vault: OpenVault
  private let layout: SourceLayout
  private let source: String?
  private let known: [RecordIdentity: KnownVersion]
  private let workers: Int

  /// - Parameters:
  ///   - known: the newest versions of what is sealed already.
  ///   - layout: how paths tell class and customer.
  ///   - source: the name of the source; nil for each folder's own name.
  ///   - workers: how many work side by side.
  init(
    into vault: OpenVault, known: [RecordIdentity: KnownVersion], layout: SourceLayout, source: String?,
    workers: Int
  ) {
    self.vault = vault
    self.known = known
    self.layout = layout
    self.source = source
    self.workers = max(1, workers)
  }

  /// Seals what is in the sources and isn't sealed yet.
  /// - Throws: `Interrupted` where somebody changed the keyring meanwhile.
  func run(_ sources: [String], report: @escaping @Sendable (Report) -> Void) async throws -> Summary {
    let identity = try vault.writer()
    let classes = try vault.unlocked().classes
    if let fixed = layout.fixedClass, !classes.contains(where: { Array($0.name.utf8) == fixed }) {
      throw VaultError(
        .input, "there is no class '\(String(decoding: fixed, as: UTF8.self))' that you may seal",
        safe: "nothing was sealed", hint: "there are: \(classes.map(\.name).joined(separator: ", "))")
    }
    let opened = try sources.map { path in (folder: try Self.open(path), name: source ?? Self.name(of: path))
    }
    report(Report(stage: "looking for files", bytes: 0, total: 0, records: 0))
    let walk = try SourceWalk(opened, layout: layout, classes: classes.map(\.name))
    var summary = Summary()
    summary.leftOut = walk.leftOut
    summary.emptyFolders = walk.emptyFolders
    guard walk.files > 0 else { return summary }
    try await seal(walk, opened, classes, as: identity, &summary, report)
    summary.leftOut.sort { $0.path.lexicographicallyPrecedes($1.path) }
    return summary
  }

  private func seal(
    _ walk: SourceWalk, _ sources: [(folder: SourceFolder, name: String)], _ classes: [Section],
    as identity: Identity, _ summary: inout Summary, _ report: @escaping @Sendable (Report) -> Void
  ) async throws {
    var new = NewSubjects(vault)
    let job = try await prepare(walk, sources, classes, &new, as: identity)
    summary.newSubjects = new.made
    let batch = CommitBatch(vault: vault, job: job, identity: identity)
    let total = walk.bytes
    let workers = workers
    let (boxes, delivery) = AsyncStream.makeStream(of: WaitingBox.self)
    async let working: Void = Self.work(job, workers: workers) { event in
      switch event {
      case .box(let box): delivery.yield(box)
      case .end: delivery.finish()
      case .progress:
        let tally = job.tally.withLock { ($0.read, $0.sealed + $0.unchanged) }
        report(Report(stage: "sealing", bytes: tally.0, total: total, records: tally.1))
      }
    }
    var failure: (any Error)?
    for await box in boxes where failure == nil {
      do { try await batch.add(box) } catch { failure = error }
    }
    do { try await working } catch { failure = failure ?? error }
    // What is whole is kept even where something went wrong.
    if failure == nil || !(failure is StaleKeys) {
      do { try await batch.finish() } catch { failure = failure ?? error }
    }
    batch.count(into: &summary)
    if failure is StaleKeys { throw Interrupted(committed: summary) }
    if let failure { throw failure }
    let tally = job.tally.withLock { $0 }
    summary.unchanged = tally.unchanged
    summary.leftOut += batch.leftOut(beside: tally.leftOut)
  }

  private enum Event: Sendable {
    case box(WaitingBox)
    case progress
    case end
  }

  @concurrent
  private static func work(_ job: SealJob, workers: Int, _ tell: @escaping @Sendable (Event) -> Void)
    async throws
  {
    defer { tell(.end) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<workers {
        group.addTask {
          try await SealWorker(job).run(progress: { tell(.progress) }) { box in tell(.box(box)) }
        }
      }
      try await group.waitForAll()
    }
  }

  private func prepare(
    _ walk: SourceWalk, _ sources: [(folder: SourceFolder, name: String)], _ classes: [Section],
    _ new: inout NewSubjects, as identity: Identity
  ) async throws -> SealJob {
    // Ids and keys first: every customer that is met gets them in as few entries as possible.
    var wanted: [[UInt8]: NewSubjects.Wanted] = [:]
    var order: [[UInt8]] = []
    for key in walk.items.keys {
      let isCommon = key.subject == Array("common".utf8)
      if wanted[key.subject] == nil {
        order.append(key.subject)
        wanted[key.subject] = NewSubjects.Wanted(
          kind: isCommon ? .common : .number, value: isCommon ? [] : key.subject, classes: [])
      }
      wanted[key.subject]?.classes.insert(classes[key.classIndex].id)
    }
    let provided = try await new.provide(order.compactMap { wanted[$0] }, as: identity)
    let keys = try vault.unlocked()
    let found = Dictionary(uniqueKeysWithValues: zip(order, provided))
    var subjectKeys: [Identifier: [Identifier: Secret]] = [:]
    for one in provided { subjectKeys[one.subject, default: [:]].merge(one.keys) { first, _ in first } }
    var merged = SubjectItems(names: sources.map(\.name))
    for (key, more) in walk.items.sorted(by: { $0.key.subject.lexicographicallyPrecedes($1.key.subject) }) {
      guard let subject = found[key.subject]?.subject else { continue }
      merged.add(more, classIndex: key.classIndex, subject: subject)
    }
    let unchanged = try await takeOutUnchanged(&merged, sources, classes)
    let plans = try merged.items.map { index, items in
      try Batch.plan(classIndex: index, items: items) { try Identifier.random() }
    }
    let now = vault.surroundings.now()
    // The walk's classes in its order, with the keys of now: the identity may be granted others meanwhile.
    let seals = try classes.map { known in
      guard let section = keys.opened[known.id]?.section else {
        throw VaultError(.notGranted, "this identity does not open class '\(known.name)' any more")
      }
      return try seal(of: section, at: now)
    }
    let job = SealJob(
      vault: vault.state.vault, generation: keys.number, store: vault.place.store, sources: sources,
      classes: seals, subjectKeys: subjectKeys, known: known, sealedAt: now, plans: plans)
    job.tally.withLock {
      $0.leftOut = merged.leftOut
      $0.unchanged = unchanged
    }
    return job
  }

  /// Takes out large files that are as they were sealed, and counts them.
  private func takeOutUnchanged(
    _ merged: inout SubjectItems, _ sources: [(folder: SourceFolder, name: String)], _ classes: [Section]
  ) async throws -> UInt64 {
    var unchanged: Set<RecordIdentity> = []
    func identity(_ index: Int, _ subject: Identifier, _ item: SourceItem) -> RecordIdentity {
      RecordIdentity(
        classID: classes[index].id, subject: subject, source: sources[item.root].name, path: item.path)
    }
    for (index, subjects) in merged.items {
      for (subject, items) in subjects {
        for item in items where item.size > Batch.bundleLimit {
          let identity = identity(index, subject, item)
          guard let version = known[identity], version.size == item.size else { continue }
          let candidate = LargeCandidate(folder: sources[item.root].folder, file: item.file, known: version)
          if try await candidate.isUnchanged() { unchanged.insert(identity) }
        }
      }
    }
    guard !unchanged.isEmpty else { return 0 }
    merged.remove { index, subject, item in
      item.size > Batch.bundleLimit && unchanged.contains(identity(index, subject, item))
    }
    return UInt64(unchanged.count)
  }

  private func seal(of section: Section, at now: UInt64) throws -> ClassSeal {
    guard let epochKey = section.sealing.key else {
      throw VaultError(.failed, "a class has no key to seal with")
    }
    let years = vault.state.policy.rule(for: section.id)?.years ?? 10
    return ClassSeal(
      id: section.id, name: section.name, epoch: section.sealing.number, epochKey: epochKey,
      indexKey: try TwoKeys.indexKey(epoch: epochKey), year: UInt16(clamping: CivilTime.year(of: now) + years)
    )
  }

  private static func open(_ path: String) throws(VaultError) -> SourceFolder {
    do { return try SourceFolder(path) } catch {
      throw VaultError(.input, "\(path): \(error.reason)", safe: "nothing was sealed")
    }
  }

  private static func name(of path: String) -> String {
    let absolute = OpenVault.absolute(path)
    let last = absolute.split(separator: "/").last.map(String.init) ?? "source"
    return String(last.prefix(200))
  }
}
