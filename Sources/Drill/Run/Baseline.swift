internal import Backup
internal import Rules
internal import Sealing
internal import Storage
internal import Vault

/// How vault and destination are before anything is damaged: what a recovery is counted against.
struct Baseline: Sendable {
  /// The destination's place.
  let place: Identifier
  /// Its newest snapshot.
  let newest: Entered<Snapshot>
  /// Bytes of the boxes of that snapshot.
  let bytes: UInt64
  /// Boxes of that snapshot.
  let boxes: UInt64
  /// What is out of order there already.
  let findings: [Finding]

  /// Looks at the destination by names and sizes.
  /// - Throws: where it can't be looked at at all, or holds nothing to recover from.
  static func look(
    at destination: Location, of vault: Identifier, in machine: Machine,
    report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> Baseline {
    let source = try await OpenPlace.open(destination, in: machine, expecting: vault)
    let place = source.place.marker.place
    guard let newest = source.state.newestSnapshot(of: place) else {
      throw DrillError(.needs, "\(destination) holds no snapshot of its own to recover from")
    }
    let boxes = source.state.boxes(of: newest.content)
    let listed = try await Verifier(of: source, level: .list).run(report: report)
    return Baseline(
      place: place, newest: newest, bytes: boxes.reduce(0) { $0 + $1.box.size }, boxes: UInt64(boxes.count),
      findings: listed.findings)
  }
}

/// What the vault itself holds, by the entries that added it: so what any snapshot of it promises.
struct Promise: Sendable {
  /// Versions of records by class, and by the newest entry of a box in which each lies.
  private var versions: [String: [UInt64: UInt64]] = [:]
  /// Records of the plan's scope, by the entry with which each was there first.
  private var firsts: [UInt64: UInt64] = [:]
  private var countsVersions = false
  private var countsRecords = false
  /// The customers whom a plan names or a sample chose.
  private(set) var customers: [String] = []
  /// How many of these the vault holds nothing of.
  private(set) var unknown = 0
  /// Whose records were erased, whatever the destination's ledger knows of it; nil where nobody can know.
  private(set) var erased: Set<ErasedRecords>?
  /// The newest erasure's entry.
  private var newestErasure: UInt64 = 0
  /// The newest snapshot of the destination that the vault's ledger names.
  private(set) var newest: UInt64?

  /// Counts what the vault has.
  static func count(
    in vault: OpenPlace, of place: Identifier, for plan: Plan, seed: UInt64, _ stop: Stop
  ) async throws -> Promise {
    var promise = Promise()
    promise.newest = vault.state.newestSnapshot(of: place)?.number
    let inForce = vault.state.erasures.values.filter { $0.ended == nil }
    promise.newestErasure = inForce.map(\.erased.number).max() ?? 0
    promise.erased = try await vault.erasedRecords()
    switch plan.scope {
    case .all, .classes: break
    case .customers(let names): promise.customers = Set(names).sorted()
    case .sample(let count): promise.customers = try await sample(count, in: vault, seed: seed, stop)
    case .untested(let count): promise.customers = try await untested(count, of: plan, in: vault, stop)
    }
    if plan.probes.contains(.counts) { try await promise.countVersions(in: vault, stop) }
    // Where all must come back, the boxes themselves tell how many that is.
    if plan.scope != .all || plan.objectives.records < 1000 {
      promise.countsRecords = true
      for selection in promise.selections(of: plan) {
        try await promise.countRecords(of: selection, in: vault, stop)
      }
    }
    return promise
  }

  /// What a plan's scope selects.
  func selections(of plan: Plan) -> [Selection] {
    switch plan.scope {
    case .all: [Selection()]
    case .classes(let names): Set(names).sorted().map { Selection(className: $0) }
    case .customers, .sample, .untested: customers.map { Selection(subject: $0) }
    }
  }

  /// Records of the scope that boxes of entries below a size promise; nil where nobody counted, or could.
  func records(below size: UInt64) -> UInt64? {
    countsRecords ? firsts.reduce(0) { $1.key < size ? $0 + $1.value : $0 } : nil
  }

  /// Versions by class that boxes of entries below a size promise; nil where nobody counted, or could.
  func versions(below size: UInt64) -> [String: UInt64]? {
    countsVersions ? versions.mapValues { $0.reduce(0) { $1.key < size ? $0 + $1.value : $0 } } : nil
  }

  /// Whether something was erased since an entry, so that more may come back than the vault has now.
  func wasErased(since entry: UInt64) -> Bool { newestErasure >= entry }

  private mutating func countVersions(in vault: OpenPlace, _ stop: Stop) async throws {
    var counts: [String: [UInt64: UInt64]] = [:]
    let rest = try await vault.forEachCustomer(Selection(versions: .all)) { records in
      try stop.check()
      for record in records { counts[record.className, default: [:]][record.newestBox, default: 0] += 1 }
    }
    versions = counts
    // What the vault can't read it can't promise.
    countsVersions = !rest.findings.contains(where: \.concernsRecords)
  }

  private mutating func countRecords(of selection: Selection, in vault: OpenPlace, _ stop: Stop) async throws
  {
    var (counts, isEmpty): ([UInt64: UInt64], Bool) = ([:], true)
    let all = Selection(className: selection.className, subject: selection.subject, versions: .all)
    let rest = try await vault.forEachCustomer(all) { records in
      try stop.check()
      isEmpty = false
      // A customer's records come together, so each is counted once.
      var first: [RecordReference: UInt64] = [:]
      for record in records {
        first[record.reference] = min(first[record.reference] ?? .max, record.newestBox)
      }
      for entry in first.values { counts[entry, default: 0] += 1 }
    }
    firsts.merge(counts, uniquingKeysWith: +)
    if isEmpty, selection.subject != nil { unknown += 1 }
    if rest.findings.contains(where: \.concernsRecords) { countsRecords = false }
  }

  /// Versions by class, of those in boxes of entries below a size.
  static func versions(in place: OpenPlace, below size: UInt64) async throws -> [String: UInt64] {
    var counts: [String: UInt64] = [:]
    _ = try await place.forEachCustomer(Selection(versions: .all)) { records in
      for record in records where record.newestBox < size { counts[record.className, default: 0] += 1 }
    }
    return counts
  }

  /// Customers whose turn it is: in an order that is the plan's own each drill of it takes those behind the ones of the drill
  /// before. Who was tested longest ago follows from how many drills there were, so nothing need be kept of anybody.
  static func untested(
    _ count: Int, of plan: Plan, in vault: OpenPlace, _ stop: Stop
  ) async throws -> [String] {
    let start = plan.digest.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    var order: [(number: UInt64, name: [UInt8])] = []
    _ = try await vault.forEachCustomer { records in
      try stop.check()
      guard let name = records.first?.customer else { return }
      order.append((name.reduce(Seeded.mixed(start)) { Seeded.mixed($0 ^ UInt64($1)) }, name))
    }
    // A customer of several classes comes once for each.
    order.sort {
      $0.number == $1.number ? $0.name.lexicographicallyPrecedes($1.name) : $0.number < $1.number
    }
    var names: [[UInt8]] = []
    for row in order where names.last != row.name { names.append(row.name) }
    guard !names.isEmpty else { return [] }
    let before = vault.state.drills.count {
      $0.content.plan == plan.digest && $0.content.verdict != .unfit
    }
    return (0..<min(count, names.count)).map {
      String(decoding: names[(before * count + $0) % names.count], as: UTF8.self)
    }.sorted()
  }

  /// Customers chosen by chance, each as likely as any other, in however many classes they are: those whose names give the
  /// smallest numbers with the seed.
  private static func sample(
    _ count: Int, in vault: OpenPlace, seed: UInt64, _ stop: Stop
  ) async throws -> [String] {
    var chosen: [UInt64: [UInt8]] = [:]
    var largest = UInt64.max
    _ = try await vault.forEachCustomer { records in
      try stop.check()
      guard let name = records.first?.customer else { return }
      let number = name.reduce(Seeded.mixed(seed)) { Seeded.mixed($0 ^ UInt64($1)) }
      guard chosen.count < count || number < largest, chosen.updateValue(name, forKey: number) == nil else {
        return
      }
      if chosen.count > count { chosen[largest] = nil }
      largest = chosen.keys.max() ?? .max
    }
    return chosen.values.map { String(decoding: $0, as: UTF8.self) }.sorted()
  }
}
