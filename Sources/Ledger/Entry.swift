public import Sealing

/// One entry of the ledger in its generic form: a line of canonical JSON with `by`, `event` and `time`.
///
/// What the event's own members mean is known to Rules; whether it counts too.
public struct Entry: Sendable {
  /// At most so many bytes a line.
  package static let lineLimit = 32 * 1024

  /// The part sealed to the journal.
  public struct Sealed: Hashable, Sendable {
    /// The journal's epoch that it is sealed to.
    public let epoch: UInt64
    /// The HPKE message (Format 1.4).
    public let message: [UInt8]
  }

  /// The canonical JSON, without a line feed.
  public let line: [UInt8]
  /// Who made it.
  public let by: Identifier
  /// What it enters.
  public let event: String
  /// When, as its maker's clock said; seconds since 1970.
  public let time: UInt64
  /// The number of the `requested` entry that it carries out.
  package let request: UInt64?
  /// What only custodians and auditors can read.
  public let sealed: Sealed?
  /// All its members.
  public var object: JSONObject {
    if let short { return short }
    guard let object = try? CanonicalJSON.decode(line, limit: Self.lineLimit) else {
      preconditionFailure("a line that was read isn't read again")
    }
    return object
  }

  /// What was read of a short line, such as that of sixteen boxes. Of a long one it isn't kept, but read again when it is
  /// asked for: it takes up to fifty times the line, and a commit has up to 256 of them.
  private let short: JSONObject?
  private static let shortLine = 4096

  /// Parses a line without its line feed.
  public init(line: [UInt8]) throws(LedgerError) {
    guard line.count <= Self.lineLimit else { throw LedgerError(.tooLarge, "entry", "is over 32 KiB") }
    do {
      try self.init(line: line, object: CanonicalJSON.decode(line, limit: Self.lineLimit))
    } catch {
      throw LedgerError(.malformed, "entry", "\(error)")
    }
  }

  /// An entry of an event's own members, and those that every entry has. It has no sealed part yet: see `sealing`.
  public init(
    event: String, by: Identifier, time: UInt64, request: UInt64? = nil, members: JSONObject = JSONObject()
  ) throws(LedgerError) {
    var object = members
    object["event"] = .string(event)
    object["by"] = .string(by.hex)
    object["time"] = .integer(time)
    if let request { object["request"] = .integer(request) }
    try self.init(line: object.encoded())
  }

  private init(line: [UInt8], object: JSONObject) throws(Malformed) {
    self.line = line
    short = line.count <= Self.shortLine ? object : nil
    by = try object.identifier("by")
    event = try object.string("event")
    time = try object.integer("time")
    request = try object.optionalInteger("request")
    guard let part = try object.optionalObject("sealed") else {
      sealed = nil
      return
    }
    try part.only(["epoch", "message"])
    sealed = Sealed(epoch: try part.integer("epoch"), message: try part.hex("message"))
  }

  /// The canonical JSON without the member `sealed`.
  package var publicPart: [UInt8] { without(["sealed"]) }

  /// SHA-256 of the public part without `by`, `request` and `time`: what a request states of the act to come. Of
  /// `recovered` also without `root` and `size`, for the request itself stands in the ledger that these name; of `erased`
  /// without what is known only once it is done (Format 4.7).
  package var particulars: Digest {
    let unknown = ["recovered": ["root", "size"], "erased": ["generation", "rows"]][event] ?? []
    return Digest.sha256(of: without(["sealed", "by", "request", "time"] + unknown))
  }

  /// The tree's leaf for it.
  package var leaf: Digest { MerkleTree.leaf(line) }

  private func without(_ members: [String]) -> [UInt8] {
    var rest = object
    for member in members { rest[member] = nil }
    return rest.encoded()
  }
}

extension Entry: Hashable {
  /// Entries are equal when their lines are.
  public static func == (left: Entry, right: Entry) -> Bool { left.line == right.line }

  /// Hashes the line.
  public func hash(into hasher: inout Hasher) { hasher.combine(line) }
}
