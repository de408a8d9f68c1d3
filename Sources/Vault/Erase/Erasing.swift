internal import Boxes
internal import Keyring
internal import Ledger
internal import Rules
public import Sealing

/// What an erasure takes, and what it leaves.
public struct ErasurePlan: Hashable, Sendable {
  /// What stays of a class, and why.
  public struct Kept: Hashable, Sendable {
    /// The class's name.
    public let className: String
    /// So many customers' records.
    public let customers: Int
    /// The last year for which the law keeps them; nil where a hold does.
    public let until: UInt64?

    /// Why, for people.
    public var why: String { until.map { "kept by law until the end of \($0)" } ?? "held" }
  }

  /// Customers' keys that fall, by class.
  let keys: [Identifier: [ErasureAccount.Pair]]
  /// Customers whose keys fall and of whom none is left in any class, so that nothing leads to them any more. Others aren't
  /// among them, since nothing would account for their rows.
  let gone: Set<Identifier>
  let withheld: [ErasureAccount.Withheld]
  /// Ids of which nothing is known, neither a key nor a row of the directory.
  public let unknown: [Identifier]
  /// What stays.
  public let kept: [Kept]

  /// Whose keys fall.
  public var subjects: [Identifier] { Set(keys.values.flatMap { $0.map(\.subject) }).union(gone).sorted() }
  /// How many keys fall.
  public var keyCount: Int { keys.values.reduce(0) { $0 + $1.count } }
  /// Customers something of whom falls.
  public var customers: Int { subjects.count }

  /// What falls, as a change of keys is told.
  var dropped: [Identifier: Set<Identifier>] {
    var dropped = keys.mapValues { Set($0.map(\.subject)) }
    if !gone.isEmpty { dropped[.directory] = gone }
    return dropped
  }
}

/// What came of an erasure.
public struct ErasureOutcome: Hashable, Sendable {
  /// The numbers of its `erased` entries, by which it is called.
  public let entries: [UInt64]
  /// The keyring's generation without the keys.
  public let generation: UInt64
  /// Rows that went, those of the directory included.
  public let rows: UInt64
  /// What it took, and left.
  public let plan: ErasurePlan
}

extension OpenPlace {
  /// The id that the directory knows a customer by, or that is given as `id-ID`; nil where nothing is known of them.
  public func customer(numbered number: String) async throws -> Identifier? {
    let keys = try unlocked()
    // An id, for whom no number leads to: one whose erasure was taken back after they came again.
    if let match = number.wholeMatch(of: /%?id-([0-9a-f]{32})/), let id = Identifier(hex: String(match.1)) {
      for section in keys.classes where try await keys.key(of: id, in: section.id) != nil { return id }
    }
    guard let name = CustomerName(Array(number.utf8)) else { return nil }
    guard try await !keys.isContested(name) else {
      throw VaultError(
        .refused, "the directory leads a customer's number to several ids", safe: "nothing was changed",
        hint: .verifyOpen)
    }
    return try await keys.subject(of: name)
  }

  /// What an erasure of these customers would take now.
  /// - Parameters:
  ///   - subjects: their ids.
  ///   - classes: ids of classes; none means all.
  /// - Throws: `VaultError` `.input` where nothing is known of any of them, `.refused` where everything stays, or
  ///   anything of a class that was named.
  public func erasurePlan(of subjects: [Identifier], classes: [Identifier]) async throws -> ErasurePlan {
    let plan = try await erasureScope(of: subjects, classes: classes)
    try check(plan, names: !classes.isEmpty)
    return plan
  }

  /// The same, though it may be nothing.
  public func erasureScope(of subjects: [Identifier], classes: [Identifier]) async throws -> ErasurePlan {
    let keys = try unlocked()
    guard keys.opened.isWhole else {
      throw VaultError(
        .notGranted, "to erase, an identity must open every section", safe: "nothing was changed",
        hint: "a custodian does")
    }
    let subjects = Set(subjects).sorted()
    let holds = try await holds()
    let laws = try await lawfulYears(of: subjects, in: classes)
    var (falling, stays): ([Identifier: [ErasureAccount.Pair]], Set<Identifier>) = ([:], [])
    var withheld: [ErasureAccount.Withheld] = []
    for section in keys.classes {
      let isMeant = classes.isEmpty || classes.contains(section.id)
      var (held, kept): ([Identifier], [UInt64: [Identifier]]) = ([], [:])
      for subject in subjects {
        guard let key = try await keys.key(of: subject, in: section.id) else { continue }
        if isMeant, holds.contains(where: { $0.holds(subject, in: section.id) }) {
          held.append(subject)
        } else if isMeant, let until = laws[section.id]?[subject] {
          kept[until, default: []].append(subject)
        } else if isMeant {
          falling[section.id, default: []].append(
            ErasureAccount.Pair(subject: subject, check: try KeySchedule.keyCheck(subject: key)))
          continue
        }
        stays.insert(subject)
      }
      if !held.isEmpty { withheld.append(.init(classID: section.id, subjects: held, until: 0, why: .hold)) }
      withheld += kept.sorted { $0.key < $1.key }.map {
        .init(classID: section.id, subjects: $0.value, until: $0.key, why: .law)
      }
    }
    let led = Set(try await keys.directoryRows(to: Set(subjects)).map(\.subject))
    // A page that can't be read may hold a key that is to fall, and that would be back with it.
    try keys.checkNoneIsMislaid()
    let named = Set(falling.values.flatMap { $0.map(\.subject) })
    let met = named.union(stays)
    return ErasurePlan(
      keys: falling, gone: named.subtracting(stays),
      withheld: withheld.sorted { $0.place < $1.place },
      unknown: subjects.filter { !met.contains($0) && !led.contains($0) },
      kept: withheld.map { one in
        ErasurePlan.Kept(
          className: keys.opened[one.classID]?.section.name ?? one.classID.hex, customers: one.subjects.count,
          until: one.why == .law ? one.until : nil)
      })
  }

  private func check(_ plan: ErasurePlan, names: Bool) throws(VaultError) {
    guard plan.unknown.isEmpty else {
      throw VaultError(
        .input,
        plan.unknown.count == 1
          ? "the keyring knows nothing of that customer, or they were erased already"
          : "the keyring knows nothing of \(plan.unknown.count) of these customers, or they were erased already",
        safe: "nothing was changed")
    }
    guard plan.keyCount > 0 || !plan.withheld.isEmpty else {
      throw VaultError(.input, "nothing of these customers lies there", safe: "nothing was changed")
    }
    guard plan.keyCount == 0 || names && !plan.withheld.isEmpty else { return }
    throw VaultError(
      .refused, "nothing may be erased: \(plan.words)", safe: "nothing was changed",
      hint: names ? "without a class, what may be erased is" : nil)
  }

  /// The last year for which the law keeps a customer's records of a class, where that isn't over.
  func lawfulYears(
    of subjects: [Identifier], in classes: [Identifier]
  ) async throws -> [Identifier: [Identifier: UInt64]] {
    let rules = state.policy.classes.filter { $0.isKept && (classes.isEmpty || classes.contains($0.id)) }
    guard !rules.isEmpty else { return [:] }
    let (file, _) = try await updatedCatalog(whole: true, remembers: true)
    // A box that can't be read may hold records of anybody.
    let unread = try file.unread().filter { state.boxes[$0].isLive(at: state.size) }.map { state.boxes[$0] }
    // What time allows is judged by the more careful of two clocks; where the other custodians stated none, nothing is over.
    let me = try writer().publicIdentity.id
    let time = state.time.allowing(
      clock: machine.now(), otherCustodians: state.activeCustodians.filter { $0 != me })
    let year = time.map { CivilTime.year(of: $0) } ?? 0
    var found: [Identifier: [Identifier: UInt64]] = [:]
    for rule in rules {
      let bundles = try file.bundles(of: subjects.map { CatalogFile.customer(rule.id, $0) })
      for (subject, bundles) in zip(subjects, bundles) {
        // Whoever raises the years means what is sealed already, too.
        let last =
          (bundles.filter { state.boxes[$0.ordinal].isLive(at: state.size) }.map { bundle in
            let box = state.boxes[bundle.ordinal]
            return state.keptUntil(rule.id, year: box.box.year, first: bundle.row.firstEntry(in: box)) ?? 9999
          }
          + unread.map { max($0.box.year, CivilTime.year(of: $0.time) + rule.years) }).max()
        if let last, last >= year { found[rule.id, default: [:]][subject] = last }
      }
    }
    return found
  }

  /// Erases customers: their keys are dropped from the keyring, by entries that account for each.
  /// - Returns: what was entered.
  public func erase(
    _ subjects: [Identifier], classes: [Identifier], reason: String, request: UInt64? = nil
  ) async throws -> ErasureOutcome {
    let identity = try writer()
    var plan = try await erasurePlan(of: subjects, classes: classes)
    var update = KeyringUpdate(vault: self, reason: .dropped)
    update.accounting = { next in
      try plan.accounts(reason: reason, rows: next.rows.dropped).map { account, rows in
        let erasure = Erasure(generation: UInt64(next.opened.generation.number), rows: rows)
        return OpenLedger.Draft(.erased(erasure), sealed: account.object, request: request)
      }
    }
    let next = try await update.run(as: identity, about: "dropped") { change in
      // Others may have sealed for them, or placed a hold, since the last look.
      plan = try await self.erasurePlan(of: subjects, classes: classes)
      for (section, subjects) in plan.dropped { try change.drop(subjects, in: section) }
    }
    let generation = UInt64(next.opened.generation.number)
    let entries = state.erasures.values.filter { $0.erased.content.generation == generation }
    return ErasureOutcome(
      entries: entries.map(\.erased.number).sorted(), generation: generation, rows: next.rows.dropped,
      plan: plan)
  }
}

extension ErasureAccount.Withheld {
  var place: (Identifier, String, UInt64) { (classID, why.rawValue, until) }
}

extension ErasurePlan {
  /// What stays, for people.
  var words: String {
    kept.map { "\($0.className): \($0.why)" }.joined(separator: "; ")
  }

  /// A sealed part holds some 14 KiB, of which the reason and what stays take a share.
  private static let pairsInEntry = 200
  private static let withheldInEntry = 80

  /// The accounts of as many entries as it takes, and how many rows each states: its keys, and the first one all rows
  /// of the directory.
  func accounts(reason: String, rows: UInt64) throws -> [(ErasureAccount, rows: UInt64)] {
    let pairs = keys.flatMap { classID, pairs in pairs.map { (classID, $0) } }
      .sorted { ($0.1.subject, $0.0) < ($1.1.subject, $1.0) }
    guard UInt64(pairs.count) <= rows else {
      throw VaultError(
        .failed, "\(rows) keys would be dropped of \(pairs.count)", safe: "nothing was changed",
        hint: "this is a defect, please report it")
    }
    let held = withheld.flatMap { one in one.subjects.map { (one, $0) } }
    let groups = Self.byCustomer(pairs, atLeast: held.parts(of: Self.withheldInEntry))
    let count = groups.count
    guard count <= 200, count <= max(1, rows) else {
      throw VaultError(
        .refused, "these are too many customers for one erasure", safe: "nothing was changed",
        hint: "erase fewer at once")
    }
    var accounts: [(ErasureAccount, rows: UInt64)] = []
    var rest = rows
    for index in 0..<count {
      let mine = groups[index]
      let keys = Dictionary(grouping: mine, by: \.0).sorted { $0.key < $1.key }
        .map { (classID: $0.key, pairs: $0.value.map(\.1).sorted()) }
      let stays = Dictionary(grouping: held[held.part(index, of: count)], by: \.0)
        .map { one, subjects in
          ErasureAccount.Withheld(
            classID: one.classID, subjects: subjects.map(\.1).sorted(), until: one.until, why: one.why)
        }.sorted { $0.place < $1.place }
      // Each entry states at least one row; what is over goes with the last.
      let stated = index == count - 1 ? rest : max(1, UInt64(mine.count))
      guard stated <= rest, stated >= UInt64(mine.count), stated > 0 else {
        throw VaultError(
          .refused, "more is withheld than one erasure can account for", safe: "nothing was changed",
          hint: "erase fewer at once")
      }
      rest -= stated
      accounts.append((ErasureAccount(keys: keys, reason: reason, withheld: stays), stated))
    }
    return accounts
  }

  /// The keys in as many groups as it takes, no customer's in two of them: what one entry erases can be taken back whole.
  private static func byCustomer(
    _ pairs: [(Identifier, ErasureAccount.Pair)], atLeast count: Int
  ) -> [[(Identifier, ErasureAccount.Pair)]] {
    let target = min(pairsInEntry, max(1, pairs.count / max(1, count)))
    var groups: [[(Identifier, ErasureAccount.Pair)]] = [[]]
    for customer in pairs.runs(by: \.1.subject) {
      if !groups[groups.count - 1].isEmpty, groups[groups.count - 1].count + customer.count > target {
        groups.append([])
      }
      groups[groups.count - 1] += customer
    }
    while groups.count < count { groups.append([]) }
    return groups
  }
}

extension Array {
  /// Stretches of neighbours that are alike.
  fileprivate func runs<Key: Equatable>(by key: (Element) -> Key) -> [ArraySlice<Element>] {
    var (runs, begin): ([ArraySlice<Element>], Int) = ([], 0)
    for index in indices where index + 1 == endIndex || key(self[index + 1]) != key(self[index]) {
      runs.append(self[begin...index])
      begin = index + 1
    }
    return runs
  }

  fileprivate func parts(of size: Int) -> Int { (count + size - 1) / size }

  /// The share of one of so many entries.
  fileprivate func part(_ index: Int, of parts: Int) -> Range<Int> {
    (count * index / parts)..<(count * (index + 1) / parts)
  }
}
