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

/// What the vault itself holds of what a snapshot promises, by class, and of whom a plan speaks.
struct Promise: Sendable {
  /// Versions of records by class.
  var versions: [String: UInt64] = [:]
  /// Records of the plan's scope.
  var records: UInt64?
  /// The customers whom a sample chose, as selections.
  var customers: [String] = []

  /// Counts what the vault has in boxes that the snapshot holds.
  /// - Parameter size: the ledger size that the snapshot holds the boxes of.
  static func count(in vault: OpenPlace, at size: UInt64, for plan: Plan, _ stop: Stop) async throws
    -> Promise
  {
    var promise = Promise()
    if case .sample(let count) = plan.scope {
      promise.customers = try await sample(count, in: vault, at: size, seed: plan.seed, stop)
    }
    if case .customers(let names) = plan.scope { promise.customers = names }
    if plan.probes.contains(.counts) { promise.versions = try await versions(in: vault, below: size, stop) }
    // Where all must come back, the boxes themselves tell how many that is.
    let counts = plan.scope != .all || plan.objectives.records < 1000
    for selection in promise.selections(of: plan) where counts {
      let more = try await records(of: selection, in: vault, below: size, stop)
      promise.records = (promise.records ?? 0) + more
    }
    return promise
  }

  /// What a plan's scope selects.
  func selections(of plan: Plan) -> [Selection] {
    switch plan.scope {
    case .all: [Selection()]
    case .classes(let names): names.map { Selection(className: $0) }
    case .customers, .sample: customers.map { Selection(subject: $0) }
    }
  }

  /// Versions by class, of those in boxes of entries below a size.
  static func versions(in place: OpenPlace, below size: UInt64, _ stop: Stop? = nil) async throws -> [String:
    UInt64]
  {
    var counts: [String: UInt64] = [:]
    _ = try await place.forEachCustomer(Selection(versions: .all)) { records in
      try stop?.check()
      for record in records where record.newestBox < size { counts[record.className, default: 0] += 1 }
    }
    return counts
  }

  /// Records with at least one version in boxes of entries below a size.
  static func records(
    of selection: Selection, in place: OpenPlace, below size: UInt64, _ stop: Stop? = nil
  ) async throws -> UInt64 {
    var ids: Set<RecordReference> = []
    let all = Selection(
      className: selection.className, subject: selection.subject, versions: .all)
    _ = try await place.forEachCustomer(all) { records in
      try stop?.check()
      for record in records where record.newestBox < size { ids.insert(record.reference) }
    }
    return UInt64(ids.count)
  }

  /// Customers chosen by chance, each as likely as any other (Vitter's algorithm R, 1985).
  private static func sample(
    _ count: Int, in vault: OpenPlace, at size: UInt64, seed: UInt64, _ stop: Stop
  ) async throws -> [String] {
    var chance = Seeded(seed)
    var (seen, last): (UInt64, [UInt8]?) = (0, nil)
    var chosen: [[UInt8]] = []
    var names: Set<[UInt8]> = []
    _ = try await vault.forEachCustomer { records in
      try stop.check()
      guard let record = records.first(where: { $0.newestBox < size }) else { return }
      let name = record.customer
      // A customer comes once for each class.
      guard name != last, !names.contains(name) else { return }
      last = name
      seen += 1
      if chosen.count < count {
        chosen.append(name)
        names.insert(name)
      } else {
        let place = UInt64.random(in: 0..<seen, using: &chance)
        if place < UInt64(count) {
          names.remove(chosen[Int(place)])
          chosen[Int(place)] = name
          names.insert(name)
        }
      }
    }
    return chosen.map { String(decoding: $0, as: UTF8.self) }.sorted()
  }
}
