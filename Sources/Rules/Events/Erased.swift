internal import Ledger
package import Sealing

/// Members of `erased`: customers' keys that the next generation drops. Whose they are is sealed.
public struct Erasure: Hashable, Sendable {
  /// The generation without them, which the `keyring` entry behind it enters.
  public let generation: UInt64
  /// How many rows go, those of the directory included.
  public let rows: UInt64

  /// What is erased.
  public init(generation: UInt64, rows: UInt64) {
    self.generation = generation
    self.rows = rows
  }
}

extension Erasure: EventContent {
  static let name = EventName.erased
  static let memberNames: [String] = ["generation", "rows"]
  static let sealedMember: String? = "reason"
  static let roles: Set<Role> = [.custodian]

  init(_ object: JSONObject) throws(Malformed) {
    generation = try object.integer("generation", in: EventBounds.generation)
    rows = try object.integer("rows", in: EventBounds.erasedRows)
  }

  var members: JSONObject { JSONObject(["generation": .integer(generation), "rows": .integer(rows)]) }

  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    guard rule == .generation else { return nil }
    let next = (state.generation?.number ?? 0) + 1
    return generation == next && next > 1
      ? nil : "it names generation \(generation), but next is \(next)"
  }

  func isGrave(in state: LedgerState) -> Bool { state.policy.fourEyes.contains(.drop) }

  /// All of one commit that name a request share what it allows.
  func exceeds(_ asked: AskedAct, request: UInt64, entry: Entry, in state: LedgerState) -> String? {
    guard asked.particulars == entry.particulars else { return "request \(request) is for other particulars" }
    let others = state.erasing.filter { $0.entry.request == request }.reduce(0) { $0 + $1.erasure.rows }
    return others + rows <= asked.drops
      ? nil : "it drops \(others + rows) rows, but request \(request) allows \(asked.drops)"
  }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    state.erasures[entry.number] = KnownErasure(
      erased: entry.holding(self), request: state.needsRequest(self) ? entry.request : nil, leaf: entry.leaf)
  }

  var summary: String { "\(rows) \(rows == 1 ? "row" : "rows"), by generation \(generation)" }
}

/// An erasure that has its effect.
public struct KnownErasure: Hashable, Sendable {
  /// What was entered.
  public let erased: Entered<Erasure>
  /// The request that it carries out; nil where it took none.
  public let request: UInt64?
  /// The leaf of its entry, whose sealed part says whose keys went.
  package let leaf: Digest
  /// The entry that took it back; nil while none has.
  public internal(set) var ended: UInt64?
  /// The newest certificate that was entered for it.
  public internal(set) var certificate: Entered<Attestation>?
}

/// An entry that keeps all rules but for the `keyring` that is to stand behind it.
struct ErasingEntry: Hashable, Sendable {
  let number: UInt64
  let entry: Entry
  let erasure: Erasure
}

extension Erasure: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    generation = try rows.number()
    self.rows = try rows.number()
  }

  func write(to rows: inout FoldWriter) {
    rows.number(generation)
    rows.number(self.rows)
  }
}

extension KnownErasure: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    erased = try Entered(from: &rows)
    request = try rows.optionalNumber()
    leaf = try rows.digest()
    ended = try rows.optionalNumber()
    certificate = try rows.flag() ? try Entered(from: &rows) : nil
  }

  func write(to rows: inout FoldWriter) {
    erased.write(to: &rows)
    rows.number(request)
    rows.digest(leaf)
    rows.number(ended)
    rows.flag(certificate != nil)
    certificate?.write(to: &rows)
  }
}
