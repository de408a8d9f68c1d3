internal import Ledger
internal import Sealing

/// All that one event of Format 4.4 is: its members, who may make it, when it counts (Format 4.5), what it changes, and
/// how it reads in one line. Each has a file of its own in this folder; `Event` lists them.
protocol EventContent {
  /// What entries call it.
  static var name: EventName { get }
  /// The members of its entries, but for those that every entry has.
  static var memberNames: [String] { get }
  /// The one member that the sealed part may have; nil where the event has no sealed part of its own.
  static var sealedMember: String? { get }
  /// Which roles may make some entry of it. For `founded`, its founder's, who is a custodian by it.
  static var roles: Set<Role> { get }

  /// From an entry: values out of bounds are refused; members that aren't known were before.
  init(_ object: JSONObject) throws(Malformed)
  /// The opposite, without `by`, `event`, `time`, `request` and `sealed`.
  var members: JSONObject { get }

  /// Which roles may make this one, as far as its own members tell; in some state fewer may.
  var everyRole: Set<Role> { get }
  /// Which roles may make this one: fewer than `everyRole` where that hangs on what it names, or on who makes it.
  func roles(in state: LedgerState, by: Identifier) -> Set<Role>
  /// How it breaks a rule; nil if it keeps it. Rules 1 (role) and 5 (eyes) are the same for all, and not asked here.
  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String?
  /// Whether it takes a request by another custodian, where there is one.
  func isGrave(in state: LedgerState) -> Bool
  /// How it goes beyond what a request for this event asks for; nil if it doesn't.
  func exceeds(_ asked: AskedAct, request: UInt64, entry: Entry, in state: LedgerState) -> String?
  /// Whether an entry of it says what time it is, whatever earlier ones said.
  var settlesTime: Bool { get }
  /// Whether it may be entered whatever clocks say: what takes a right away waits for nobody.
  var ignoresClocks: Bool { get }
  /// What an entry of it that counts changes.
  func enter(_ state: inout LedgerState, as entry: EnteredAs)

  /// The public part in a few words.
  var summary: String { get }
}

extension EventContent {
  static var sealedMember: String? { nil }
  var everyRole: Set<Role> { Self.roles }
  func roles(in state: LedgerState, by: Identifier) -> Set<Role> { everyRole }
  func isGrave(in state: LedgerState) -> Bool { false }
  var settlesTime: Bool { false }
  var ignoresClocks: Bool { settlesTime }

  func exceeds(_ asked: AskedAct, request: UInt64, entry: Entry, in state: LedgerState) -> String? {
    asked.particulars == entry.particulars ? nil : "request \(request) is for other particulars"
  }
}

/// Where an entry stands that is judged.
struct EntryPlace {
  /// Its number.
  let number: UInt64
  /// Who made it.
  let by: Identifier
  /// When, as they say.
  let time: UInt64
  /// The ledger before its commit.
  let start: CommitStart
}

/// Which entry it is that counts, by whom, and when, as they said.
struct EnteredAs {
  let number: UInt64
  let by: Identifier
  let time: UInt64
  /// As it stands in the ledger, without a line feed.
  let line: [UInt8]
  /// The request that it names.
  let request: UInt64?

  /// By which the entry is found again, and known not to be another one.
  var leaf: Digest { MerkleTree.leaf(line) }

  /// What was entered, as a state keeps it.
  func holding<Content>(_ content: Content) -> Entered<Content> {
    Entered(number: number, by: by, time: time, content: content)
  }
}

/// Sizes of what an entry may name (Format 2 and 3).
enum EventBounds {
  static let generation: ClosedRange<UInt64> = 1...UInt64(UInt32.max)
  static let erasedRows: ClosedRange<UInt64> = 1...UInt64(UInt32.max)
}
