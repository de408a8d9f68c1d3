public import Keyring
internal import Ledger
public import Sealing

/// Members of `keyring`: the next generation, and an account of every row.
public struct KeyringChange: Hashable, Sendable {
  /// Why it was made.
  public typealias Reason = KeyringEdit.Reason
  /// Rows of all sections: before + added - dropped - merged = after.
  public typealias Rows = RowCounts

  /// SHA-256 of the generation's file, which is its name.
  public let file: Digest
  /// 1, 2, 3 ...
  public let generation: UInt64
  /// The file of the generation before; nil for the first.
  package let previous: Digest?
  /// Why it was made.
  public let reason: Reason
  /// Pages of `keys` entries that it leaves out; ascending by who added them, each once.
  public let refused: [RefusedPages]
  /// The account.
  public let rows: Rows
  /// The file's bytes.
  public let size: UInt64
  /// The ledger size up to which it takes additions over.
  package let through: UInt64

  /// The next generation.
  public init(
    file: Digest, generation: UInt64, previous: Digest?, reason: Reason, refused: [RefusedPages], rows: Rows,
    size: UInt64, through: UInt64
  ) {
    self.file = file
    self.generation = generation
    self.previous = previous
    self.reason = reason
    self.refused = refused
    self.rows = rows
    self.size = size
    self.through = through
  }
}

extension KeyringChange: EventContent {
  static let name = EventName.keyring
  static let memberNames: [String] = [
    "file", "generation", "previous", "reason", "refused", "rows", "size", "through",
  ]
  static let sealedMember: String? = "about"
  static let roles: Set<Role> = [.custodian]

  init(_ object: JSONObject) throws(Malformed) {
    file = try object.digest("file")
    generation = try object.integer("generation", in: EventBounds.generation)
    previous = try object.optionalDigest("previous")
    reason = try object.choice("reason", of: Reason.self)
    size = try object.integer("size", in: 1...UInt64(Generation.maximumSize))
    through = try object.integer("through")
    var refused: [RefusedPages] = []
    for member in try object.objects("refused") {
      try member.only(["by", "count", "pages"])
      let pages = try member.hex("pages")
      try member.require(
        !pages.isEmpty && pages.last != 0 && pages.count <= PendingKeys.maximumPages / 8, "pages",
        "is empty, ends with a byte of zeros, or names more than may wait")
      let by = try member.identifier("by")
      try object.require(refused.last.map { $0.by < by } ?? true, "refused", "isn't ascending")
      refused.append(
        RefusedPages(
          by: by, count: try member.integer("count", in: 1...PendingKeys.maximumRows), pages: pages))
    }
    self.refused = refused
    let account = try object.object("rows")
    try account.only(["added", "after", "before", "dropped", "merged"])
    rows = Rows(
      before: try account.integer("before"), added: try account.integer("added"),
      dropped: try account.integer("dropped"), merged: try account.integer("merged"),
      after: try account.integer("after"))
  }

  var members: JSONObject {
    JSONObject([
      "file": .string(file.hex), "generation": .integer(generation), "previous": .string(previous?.hex ?? ""),
      "reason": .string(reason.rawValue),
      "refused": .array(
        refused.map {
          .object(
            JSONObject(["by": .string($0.by.hex), "count": .integer($0.count), "pages": .hex($0.pages)]))
        }),
      "rows": .object(
        JSONObject([
          "added": .integer(rows.added), "after": .integer(rows.after), "before": .integer(rows.before),
          "dropped": .integer(rows.dropped), "merged": .integer(rows.merged),
        ])),
      "size": .integer(size), "through": .integer(through),
    ])
  }

  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    switch rule {
    case .generation: breaksSuccession(in: state, number: place.number)
    case .box: state.wasRemoved(file, .keyring) ? "its file was removed" : nil
    case .counts: breaksAccount(in: state)
    case .account: breaksErasing(in: state)
    default: nil
    }
  }

  var ignoresClocks: Bool { reason == .revoked }

  /// Rule 2: it follows the present generation, and no added row is lost in a race.
  private func breaksSuccession(in state: LedgerState, number: UInt64) -> String? {
    let present = state.generation
    let next = (present?.number ?? 0) + 1
    guard generation == next else { return "it names generation \(generation), but next is \(next)" }
    guard previous == present?.file else { return "it doesn't name the present generation as previous" }
    guard through <= number else { return "its `through` \(through) is above its own number" }
    guard through >= present?.change.through ?? 0 else {
      return "its `through` \(through) is below the previous generation's"
    }
    if let late = state.pendingPages.last, late.entry >= through {
      return "it takes over additions through \(through), but entry \(late.entry) added keys"
    }
    if reason == .dropped, let hold = state.holds.keys.max(), hold >= through {
      return "it erases by the holds through \(through), but entry \(hold) is one"
    }
    return nil
  }

  /// Rule 4: every row is accounted for.
  private func breaksAccount(in state: LedgerState) -> String? {
    let before = state.generation?.change.rows.after ?? 0
    guard rows.before == before else {
      return "it states \(rows.before) rows before, but there were \(before)"
    }
    let (known, reason) = state.pendingKeys.rows(without: refused)
    guard let added = known else { return reason }
    guard rows.added == added else { return "it states \(rows.added) rows added, but \(added) were" }
    guard rows.addUp else { return "its rows don't add up" }
    guard rows.dropped == 0 || self.reason == .dropped else { return "only reason `dropped` may drop rows" }
    return nil
  }

  /// Rule 11: what it drops is what the `erased` entries directly before it say, which name it.
  private func breaksErasing(in state: LedgerState) -> String? {
    let erasing = state.erasing
    guard reason == .dropped else {
      return erasing.isEmpty ? nil : "entries `erased` stand before it, and its reason isn't `dropped`"
    }
    guard !erasing.isEmpty else { return "no `erased` stands directly before it" }
    let sum = erasing.reduce(0) { $0 + $1.erasure.rows }
    return rows.dropped == sum ? nil : "it drops \(rows.dropped) rows, but `erased` says \(sum)"
  }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    // Not the stated time: who holds a stolen key could state one so old that the hold-back is over at once.
    if !state.generations.isEmpty {
      state.generations[state.generations.count - 1].superseded = state.time.newest
    }
    let othersCanCompare = state.couldCompare(besides: entry.by)
    state.generations.append(
      KnownGeneration(
        self, entry,
        taken: othersCanCompare || reason == .dropped ? state.pendingKeys.pages(without: refused) : [],
        left: othersCanCompare ? state.pendingKeys.pages(in: refused) : [],
        compared: othersCanCompare ? nil : entry.number))
    // Rule 2 saw to it that all of them stand before its `through`.
    state.pendingKeys = PendingKeys()
  }

  var summary: String {
    "generation \(generation), \(reason.rawValue): \(rows.before) rows, \(rows.added) added, \(rows.dropped) dropped, \(rows.after) after"
  }
}

extension KeyringChange: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    file = try rows.digest()
    generation = try rows.number()
    previous = try rows.flag() ? try rows.digest() : nil
    reason = try rows.choice()
    refused = try rows.list { rows throws(FoldReader.Torn) in
      RefusedPages(by: try rows.identifier(), count: try rows.number(), pages: try rows.counted())
    }
    let (added, after, before) = (try rows.number(), try rows.number(), try rows.number())
    self.rows = Rows(
      before: before, added: added, dropped: try rows.number(), merged: try rows.number(), after: after)
    size = try rows.number()
    through = try rows.number()
  }

  func write(to rows: inout FoldWriter) {
    rows.digest(file)
    rows.number(generation)
    rows.flag(previous != nil)
    if let previous { rows.digest(previous) }
    rows.choice(reason)
    rows.list(refused) { rows, pages in
      rows.identifier(pages.by)
      rows.number(pages.count)
      rows.counted(pages.pages)
    }
    let account = self.rows
    for count in [account.added, account.after, account.before, account.dropped, account.merged] {
      rows.number(count)
    }
    rows.number(size)
    rows.number(through)
  }
}
