internal import Keyring
internal import Ledger
internal import Rules
public import Sealing

/// What an erasure left that took nothing, as a finding says it: so that it isn't forgotten.
struct WithheldFinding: Hashable, Sendable {
  let owner: String
  let text: String
  let withheld: [ErasureAccount.Withheld]

  init(owner: String = "", text: String, withheld: [ErasureAccount.Withheld]) {
    (self.owner, self.text, self.withheld) = (owner, text, withheld)
  }

  /// Reads the sealed part of a `found` entry (Format.md, 4.4).
  init(_ object: JSONObject) throws {
    try object.only(["owner", "text", "withheld"])
    func text(_ name: String) throws -> String {
      guard let text = String(validating: try object.hex(name), as: UTF8.self) else {
        throw Malformed(what: "isn't UTF-8", where: name)
      }
      return text
    }
    owner = try text("owner")
    self.text = try text("text")
    withheld = try ErasureAccount.Withheld.list(in: object)
  }

  var object: JSONObject {
    [
      "owner": .hex(Array(owner.utf8)), "text": .hex(Array(text.utf8)),
      "withheld": .array(withheld.map(\.value)),
    ]
  }
}

/// What is left of earlier erasures.
public struct UnfinishedErasures: Hashable, Sendable {
  /// Customers of whom the same classes are due.
  public struct Group: Hashable, Sendable {
    /// Ids of classes.
    public let classes: [Identifier]
    /// Ids of customers.
    public let subjects: [Identifier]
  }

  /// What nothing keeps any more.
  public let due: [Group]
  /// What still stays, and why.
  public let kept: [ErasurePlan.Kept]
  /// An erasure that isn't done again.
  public struct TakenBack: Hashable, Sendable {
    /// Its entry.
    public let erasure: UInt64
    /// The entry that took it back.
    public let by: UInt64
  }

  /// Those of whose orders were given and that were taken back.
  public internal(set) var takenBack: [TakenBack] = []
}

extension OpenKeyring {
  /// Whether a key that was erased is there.
  func has(_ pair: ErasureAccount.Pair, in classID: Identifier) async throws -> Bool {
    guard let key = try await key(of: pair.subject, in: classID) else { return false }
    return try KeySchedule.keyCheck(subject: key) == pair.check
  }
}

extension OpenPlace {
  /// Findings by custodians that say what an erasure left, by number.
  func withheldFindings() async throws -> [(entry: UInt64, finding: WithheldFinding)] {
    let open = state.findings.values.filter(\.byCustodian).sorted { $0.found.number < $1.found.number }
    let parts = try await sealedParts(of: open.map { ($0.found.number, $0.leaf) })
    return open.compactMap { known in
      guard case .opened(let part)? = parts[known.found.number], let finding = try? WithheldFinding(part),
        !finding.withheld.isEmpty
      else { return nil }
      return (known.found.number, finding)
    }
  }

  /// Enters that everything of an erasure stays for now, unless a finding says so already.
  /// - Returns: the finding, and what stays, for people.
  public func noteWithheld(
    _ subjects: [Identifier], reason: String
  ) async throws -> (entry: UInt64, words: String)? {
    let identity = try writer()
    try await requireHome()
    let withheld = try await erasureScope(of: subjects, classes: [])
    guard withheld.keyCount == 0, !withheld.withheld.isEmpty else { return nil }
    guard withheld.withheld.reduce(0, { $0 + $1.subjects.count }) <= Self.atOnce else {
      throw VaultError(
        .refused,
        "nothing may be erased now, and these are too many customers for one finding: \(withheld.words)",
        safe: "nothing was written", hint: "name fewer at once")
    }
    let known = try await withheldFindings()
    if let same = known.first(where: { $0.finding.withheld == withheld.withheld }) {
      return (same.entry, withheld.words)
    }
    let finding = WithheldFinding(text: reason, withheld: withheld.withheld)
    let draft = OpenLedger.Draft(
      .found(Found(about: state.policyEntry, due: 0)), sealed: finding.object)
    try await checkCounts(draft, by: identity)
    return (try await commit(as: identity) { _ in [draft] }.lowerBound, withheld.words)
  }

  /// What erasures withheld, and keys that came back, as far as nothing keeps them any more: customers by the classes that
  /// it is about.
  public func unfinishedErasures() async throws -> UnfinishedErasures {
    let keys = try unlocked()
    var due: [Identifier: Set<Identifier>] = [:]
    func take(_ withheld: [ErasureAccount.Withheld]) async throws {
      for one in withheld {
        for subject in one.subjects where try await keys.key(of: subject, in: one.classID) != nil {
          due[subject, default: []].insert(one.classID)
        }
      }
    }
    for erasure in state.erasures.values where erasure.ended == nil {
      let account: ErasureAccount
      do { account = try await self.account(of: erasure) } catch let error as VaultError
        where error.code == .damaged
      {
        // It accounts for nothing, whoever wrote it; a store that fails says nothing of it.
        note(.notTakenUp(error))
        continue
      }
      try await take(account.withheld)
      for (classID, pairs) in account.keys {
        for pair in pairs where try await keys.has(pair, in: classID) {
          due[pair.subject, default: []].insert(classID)
        }
      }
    }
    for (_, finding) in try await withheldFindings() { try await take(finding.withheld) }
    try keys.checkNoneIsMislaid()
    return try await freed(due)
  }

  /// A request names so many customers.
  private static let atOnce = 200

  /// What nothing keeps any more of customers and classes.
  func freed(_ due: [Identifier: Set<Identifier>]) async throws -> UnfinishedErasures {
    var (free, kept): ([Identifier: [Identifier]], [ErasurePlan.Kept]) = ([:], [])
    for classID in Set(due.values.joined()).sorted() {
      let subjects = due.filter { $0.value.contains(classID) }.map(\.key)
      let plan = try await erasureScope(of: subjects, classes: [classID])
      for pair in plan.keys[classID] ?? [] { free[pair.subject, default: []].append(classID) }
      kept += plan.kept
    }
    let groups = Dictionary(grouping: free, by: \.value).flatMap { classes, customers in
      let subjects = customers.map(\.key).sorted()
      return stride(from: 0, to: subjects.count, by: Self.atOnce).map { start in
        UnfinishedErasures.Group(
          classes: classes, subjects: Array(subjects[start..<min(start + Self.atOnce, subjects.count)]))
      }
    }
    return UnfinishedErasures(
      due: groups.sorted { $0.classes.lexicographicallyPrecedes($1.classes) }, kept: kept)
  }

  /// Ends findings of which nothing is left to be erased.
  /// - Returns: their entries.
  public func endFinishedFindings() async throws -> [UInt64] {
    let identity = try writer()
    let keys = try unlocked()
    var over: [UInt64] = []
    for (entry, finding) in try await withheldFindings() {
      var isOver = true
      for one in finding.withheld {
        for subject in one.subjects where try await keys.key(of: subject, in: one.classID) != nil {
          isOver = false
        }
      }
      if isOver { over.append(entry) }
    }
    try keys.checkNoneIsMislaid()
    for entry in over {
      let draft = OpenLedger.Draft(.ended(entry), saying: Array("erased".utf8))
      try await commit(as: identity) { state in state.findings[entry] == nil ? [] : [draft] }
    }
    return over
  }
}
