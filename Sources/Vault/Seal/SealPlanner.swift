internal import Boxes
internal import Keyring
internal import Sealing
internal import Storage

/// Finds what is to be sealed and cuts it into bundles, a stretch of the source at a time, so that workers begin
/// while the rest is still looked for, and memory doesn't grow with the source.
///
/// A stretch ends where the source's topmost folder does, or after so many files. Within it a customer's records come
/// together, and customers are in the order of their ids, as boxes need them.
final class SealPlanner {
  private let vault: OpenPlace
  /// Who commits the keys of new customers; nil where nothing is written.
  private let identity: Identity?
  private let before: any KnownRecords
  private let sources: [(folder: SourceFolder, name: String)]
  private let classes: [ClassKeys]
  private let generation: UInt64
  private var walk: SourceWalk
  private var new: NewSubjects
  /// Records that were met, by a hash of their ids, so that no two files become one record. 64 bits: of a million files
  /// one is left out by chance, and named, in one of thirty million runs.
  private var met: Set<Int> = []
  private var owners = CustomersMet()

  /// What was left out.
  private(set) var leftOut: [LeftOut] = []
  /// Customers of whom nothing is sealed.
  private(set) var refused: [RefusedCustomer] = []
  /// Records that are as they were sealed before.
  private(set) var unchanged: UInt64 = 0
  /// Files that had to be read to find that out.
  private(set) var read: [CustomerMarks] = []
  /// Bytes that are to be read by workers.
  private(set) var bytes: UInt64 = 0
  /// Records that are sealed in parts, by their sets.
  private(set) var large: [Identifier: LargeRecord] = [:]
  private(set) var isDone = false

  var newSubjects: UInt64 { new.made }
  var emptyFolders: UInt64 { walk.emptyFolders }
  var excluded: Exclusions.Tally { walk.excluded }

  init(
    _ vault: OpenPlace, as identity: Identity?, before: any KnownRecords,
    sources: [(folder: SourceFolder, name: String)], walk: SourceWalk, classes: [ClassKeys],
    generation: UInt64
  ) {
    self.vault = vault
    self.identity = identity
    self.before = before
    self.sources = sources
    self.classes = classes
    self.generation = generation
    self.walk = walk
    new = NewSubjects(vault)
  }

  /// The bundles of the next stretch; empty where all of it is sealed already, or behind the end.
  /// - Throws: `StaleBoxes` where somebody changed the keyring meanwhile.
  func next() async throws -> [ClassPlan] {
    var plans: [ClassPlan] = []
    for (index, customers) in try await nextCustomers().sorted(by: { $0.key < $1.key }) {
      let plan = try await plan(index, customers)
      if !plan.bundles.isEmpty { plans.append(plan) }
    }
    bytes += plans.reduce(0) { $0 + $1.bytes }
    return plans
  }

  /// The customers of the next stretch by class, with what lies there of each.
  func nextCustomers() async throws -> [Int: [Identifier: CustomerPlan]] {
    guard var stretch = try walk.next() else {
      leftOut += walk.takeLeftOut()
      isDone = true
      return [:]
    }
    leftOut += walk.takeLeftOut()
    defer { isDone = walk.isAtEnd }
    let subjects = try await provide(stretch)
    try await refuseShared(&stretch, subjects)
    var items: [Int: [Identifier: CustomerPlan]] = [:]
    for key in stretch.keys.sorted(by: { $0.subject.lexicographicallyPrecedes($1.subject) }) {
      // Moved from one list to the other, so that no stretch of the source is in memory twice.
      guard let found = stretch.removeValue(forKey: key) else { continue }
      guard let (name, subject) = subjects[key.subject],
        let secret = subject.keys[classes[key.classIndex].id]
      else {
        throw VaultError(.failed, "a customer has no key for class \(classes[key.classIndex].name)")
      }
      let customer = SealingSubject(
        classID: classes[key.classIndex].id, subject: subject.subject, key: secret, name: name)
      let fresh = try notMet(found, of: customer)
      items[key.classIndex, default: [:]][subject.subject, default: CustomerPlan(customer: customer)].items +=
        fresh
    }
    return items
  }

  /// Ids and keys first: every customer that is met gets them in as few entries as possible.
  private func provide(_ stretch: [SourceWalk.Key: [SourceItem]]) async throws -> [[UInt8]: Provided] {
    var wanted: [[UInt8]: NewSubjects.Wanted] = [:]
    for key in stretch.keys {
      guard let name = CustomerName(key.subject) else {
        throw VaultError(.failed, "a customer has no number", safe: "nothing of it was sealed")
      }
      wanted[key.subject, default: NewSubjects.Wanted(name: name, classes: [])].classes.insert(
        classes[key.classIndex].id)
    }
    let order = wanted.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    let provided =
      if let identity {
        try await new.provide(order.map(\.value), as: identity)
      } else {
        try await new.rehearse(order.map(\.value))
      }
    guard try vault.unlocked().number == generation else { throw StaleBoxes() }
    return Dictionary(
      uniqueKeysWithValues: zip(order, provided).map { ($0.key, ($0.value.name, $1)) })
  }

  /// Takes out what would come under an id beside another customer's records: sealed, it would pass for that
  /// customer's, and be erased with them. The directory leads there, and whoever may seal may have added that.
  private func refuseShared(
    _ stretch: inout [SourceWalk.Key: [SourceItem]], _ subjects: [[UInt8]: Provided]
  ) async throws {
    var shared: Set<[UInt8]> = []
    var contested: Set<Identifier> = []
    for (given, (name, keys)) in subjects {
      let isNew = new.own.contains(keys.subject)
      if !isNew, try await before.isShared(keys.subject, by: name) {
        shared.insert(given)
      } else if !owners.meet(keys.subject, as: name) {
        // Nothing lies there yet, and nobody knows whose it is.
        contested.insert(keys.subject)
      }
    }
    for (given, provided) in subjects
    where shared.contains(given) || contested.contains(provided.keys.subject) {
      var files: UInt64 = 0
      for key in stretch.keys.filter({ $0.subject == given }) {
        files += UInt64(stretch.removeValue(forKey: key)?.count ?? 0)
      }
      refused.append(RefusedCustomer(subject: given, id: provided.keys.subject, files: files))
    }
  }

  /// A record is known by class, customer, source and path (Format.md, 3.2): of two files that are the same one, the
  /// first is taken.
  private func notMet(_ items: [SourceItem], of customer: SealingSubject) throws -> [SourceItem] {
    let marks = try RecordMarks(customer)
    var fresh: [SourceItem] = []
    fresh.reserveCapacity(items.count)
    for var item in items {
      item.record = try marks.id(source: sources[item.root].name, path: item.path)
      if met.insert(item.record.hashValue).inserted {
        fresh.append(item)
      } else {
        leftOut.append(
          LeftOut(
            path: item.file,
            reason: "another file is the same record: its class, customer, source and path are the same"))
      }
    }
    return fresh
  }

  private func plan(_ index: Int, _ customers: [Identifier: CustomerPlan]) async throws -> ClassPlan {
    var bundles: [BundlePlan] = []
    for (_, one) in customers.sorted(by: { $0.key < $1.key }) {
      try Task.checkCancellation()
      var recognised = try await before.recognise(one.items, of: one.customer)
      unchanged += recognised.unchanged
      var marks = CustomerMarks(customer: one.customer, keepsOthers: recognised.keepsOthers)
      try await takeOutUnchanged(&recognised, &marks)
      if !marks.marks.isEmpty { read.append(marks) }
      let cut = try BundlePlanner.plan(
        recognised.items, of: one.customer, mark: RecordMarks(one.customer).name,
        keepsMarks: recognised.keepsOthers
      ) {
        try Identifier.random()
      }
      for bundle in cut {
        guard case .part(let part) = bundle.contents else { continue }
        large[
          part.set, default: LargeRecord(file: part.item.file, isKnown: part.item.known != nil)
        ].parts += 1
      }
      bundles += cut
    }
    return ClassPlan(classIndex: index, bundles: bundles)
  }

  /// Takes out large files that are as they were sealed, and counts them.
  private func takeOutUnchanged(_ recognised: inout Recognised, _ marks: inout CustomerMarks) async throws {
    var changed: [SourceItem] = []
    for item in recognised.items {
      if item.size > BoxLimits.content, let known = item.known, known.size == item.size, !item.tellsMore {
        let candidate = LargeCandidate(folder: sources[item.root].folder, item: item, known: known)
        if try await candidate.isUnchanged() {
          unchanged += 1
          marks.marks.append(SourceMark(record: item.record, looks: item.looks))
          continue
        }
      }
      changed.append(item)
    }
    recognised.items = changed
  }
}

/// What is provided for a customer.
private typealias Provided = (name: CustomerName, keys: NewSubjects.Keys)

/// What lies in a stretch of one customer in one class.
struct CustomerPlan {
  let customer: SealingSubject
  var items: [SourceItem] = []
}
