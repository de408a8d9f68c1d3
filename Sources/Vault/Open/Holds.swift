internal import Ledger
internal import Rules
public import Sealing

/// A hold: whose records nobody erases while it lasts.
public struct Hold: Hashable, Sendable {
  /// The number of its entry, by which it is called.
  public let entry: UInt64
  /// Who placed it.
  public let by: Identifier
  /// When, as they said.
  public let time: UInt64
  /// The entry that ended it; nil while it holds.
  public let ended: UInt64?
  /// What it says; nil where that can't be read, and then it holds everything.
  public let terms: Terms?
  /// Whether the journal, in which it says that, is open.
  public let isOpen: Bool

  /// What a hold says.
  public struct Terms: Hashable, Sendable {
    /// Ids of classes; none means all.
    public let classes: [Identifier]
    /// Ids of customers; none means all.
    public let subjects: [Identifier]
    /// What it is called.
    public let name: String
    /// Why.
    public let reason: String

    /// Terms; the ids are put in order.
    public init(classes: [Identifier], subjects: [Identifier], name: String, reason: String) {
      self.classes = classes.sorted()
      self.subjects = subjects.sorted()
      self.name = name
      self.reason = reason
    }
  }

  /// Whether it holds a customer's records of a class.
  func holds(_ subject: Identifier, in classID: Identifier) -> Bool {
    guard ended == nil else { return false }
    guard let terms else { return true }
    return (terms.classes.isEmpty || terms.classes.contains(classID))
      && (terms.subjects.isEmpty || terms.subjects.contains(subject))
  }
}

extension Hold.Terms {
  /// Reads the sealed part of a `held` entry.
  init(_ object: JSONObject) throws {
    try object.only(["classes", "name", "reason", "subjects"])
    classes = try object.identifiers("classes")
    subjects = try object.identifiers("subjects")
    guard let name = String(validating: try object.hex("name"), as: UTF8.self),
      let reason = String(validating: try object.hex("reason"), as: UTF8.self)
    else { throw Malformed(what: "isn't UTF-8", where: "hold") }
    (self.name, self.reason) = (name, reason)
  }

  var object: JSONObject {
    [
      "classes": .array(classes.map { .string($0.hex) }), "name": .hex(Array(name.utf8)),
      "reason": .hex(Array(reason.utf8)), "subjects": .array(subjects.map { .string($0.hex) }),
    ]
  }
}

extension OpenPlace {
  /// The holds in force, or all of them, by number.
  public func holds(all: Bool = false) async throws -> [Hold] {
    let known = state.holds.filter { all || $0.value.ended == nil }.sorted { $0.key < $1.key }
    let parts = try await sealedParts(of: known.map { ($0.key, $0.value.leaf) })
    return known.map { number, hold in
      var (terms, isOpen): (Hold.Terms?, Bool) = (nil, true)
      switch parts[number] ?? .closed {
      case .opened(let part): terms = try? Hold.Terms(part)
      case .closed: isOpen = false
      case .unreadable: break
      }
      return Hold(
        entry: number, by: hold.by, time: hold.time, ended: hold.ended, terms: terms, isOpen: isOpen)
    }
  }

  /// Places a hold.
  /// - Returns: the number of its entry.
  public func placeHold(_ terms: Hold.Terms) async throws -> UInt64 {
    let identity = try writer()
    try await requireHome()
    let draft = OpenLedger.Draft(.held(Holding()), sealed: terms.object)
    try await checkCounts(draft, by: identity)
    return try await commit(as: identity) { _ in [draft] }.lowerBound
  }
}
