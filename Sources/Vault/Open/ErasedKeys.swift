internal import Keyring
internal import Ledger
internal import Rules
package import Sealing

/// Whose keys `erased` entries account for, as far as this identity may know.
struct ErasedKeys: Hashable, Sendable {
  /// One customer's key in one class.
  struct Key: Hashable, Sendable {
    let classID: Identifier
    let subject: Identifier
    let check: [UInt8]
  }

  /// What is known of a bundle whose key is gone.
  enum Account: Hashable, Sendable {
    case erased
    case lost
    /// Some keys were erased, and whose only the journal says, which isn't open.
    case hidden
  }

  private(set) var keys: Set<Key> = []
  private var isHidden = false
  /// Entries whose sealed part can't be read or isn't of its form: they account for nothing.
  private(set) var unreadable: [UInt64] = []

  /// Whether every account could be read.
  var isWhole: Bool { !isHidden && unreadable.isEmpty }

  /// Nothing was erased.
  static let none = ErasedKeys()

  func account(of classID: Identifier, _ subject: Identifier, check: [UInt8]) -> Account {
    if keys.contains(Key(classID: classID, subject: subject, check: check)) { return .erased }
    return isHidden ? .hidden : .lost
  }

  mutating func take(_ reading: SealedReading, of erasure: KnownErasure) {
    switch reading {
    case .closed: isHidden = true
    case .unreadable: unreadable.append(erasure.erased.number)
    case .opened(let part):
      guard let account = try? ErasureAccount(part, rows: erasure.erased.content.rows) else {
        unreadable.append(erasure.erased.number)
        return
      }
      for (classID, pairs) in account.keys {
        for pair in pairs { keys.insert(Key(classID: classID, subject: pair.subject, check: pair.check)) }
      }
    }
  }
}

/// The sealed part of an `erased` entry (Format.md, 4.4).
struct ErasureAccount: Hashable, Sendable {
  /// A customer's key: whose it was, and its check.
  struct Pair: Hashable, Sendable, Comparable {
    let subject: Identifier
    let check: [UInt8]

    static func < (one: Pair, other: Pair) -> Bool {
      one.subject == other.subject
        ? one.check.lexicographicallyPrecedes(other.check) : one.subject < other.subject
    }
  }

  /// Records that stay, and why.
  struct Withheld: Hashable, Sendable {
    enum Why: String, Hashable, Sendable {
      case hold, law
    }

    let classID: Identifier
    let subjects: [Identifier]
    /// The last year for which they are kept; 0 where a hold keeps them.
    let until: UInt64
    let why: Why

    /// The member `withheld` of a sealed part; what isn't of its form is refused.
    static func list(in object: JSONObject) throws(Malformed) -> [Withheld] {
      let list = try object.objects("withheld").map { member throws(Malformed) in
        try member.only(["class", "subjects", "until", "why"])
        return Withheld(
          classID: try member.identifier("class"), subjects: try member.identifiers("subjects"),
          until: try member.integer("until"), why: try member.choice("why", of: Why.self))
      }
      let places = list.map { ($0.classID, $0.why.rawValue, $0.until) }
      try object.require(zip(places, places.dropFirst()).allSatisfy(<), "withheld", "isn't ascending")
      return list
    }

    var value: JSONValue {
      .object([
        "class": .string(classID.hex), "subjects": .array(subjects.map { .string($0.hex) }),
        "until": .integer(until), "why": .string(why.rawValue),
      ])
    }
  }

  /// By class, both ascending.
  var keys: [(classID: Identifier, pairs: [Pair])]
  var reason: String
  var withheld: [Withheld]

  static func == (one: ErasureAccount, other: ErasureAccount) -> Bool { one.object == other.object }
  func hash(into hasher: inout Hasher) { hasher.combine(object) }

  init(keys: [(classID: Identifier, pairs: [Pair])], reason: String, withheld: [Withheld]) {
    self.keys = keys
    self.reason = reason
    self.withheld = withheld
  }

  /// Reads a sealed part; what isn't of its form is refused.
  /// - Parameter rows: what its entry says.
  init(_ object: JSONObject, rows: UInt64) throws {
    try object.only(["keys", "reason", "withheld"])
    guard let reason = String(validating: try object.hex("reason"), as: UTF8.self) else {
      throw Malformed(what: "isn't UTF-8", where: "reason")
    }
    self.reason = reason
    var (keys, count): ([(classID: Identifier, pairs: [Pair])], UInt64) = ([], 0)
    for member in try object.objects("keys") {
      try member.only(["class", "pairs"])
      let bytes = try member.hex("pairs")
      let size = Identifier.byteCount + KeySchedule.checkSize
      guard !bytes.isEmpty, bytes.count.isMultiple(of: size) else {
        throw Malformed(what: "is no list of pairs", where: "pairs")
      }
      let pairs = stride(from: 0, to: bytes.count, by: size).compactMap { start in
        Identifier(bytes: Array(bytes[start..<start + Identifier.byteCount])).map {
          Pair(subject: $0, check: Array(bytes[start + Identifier.byteCount..<start + size]))
        }
      }
      try object.require(zip(pairs, pairs.dropFirst()).allSatisfy(<), "pairs", "isn't ascending")
      count += UInt64(pairs.count)
      keys.append((try member.identifier("class"), pairs))
    }
    try object.require(
      zip(keys, keys.dropFirst()).allSatisfy { $0.classID < $1.classID }, "keys", "isn't ascending")
    try object.require(count <= rows, "keys", "has more pairs than rows went")
    self.keys = keys
    withheld = try Withheld.list(in: object)
  }

  /// The sealed part.
  var object: JSONObject {
    [
      "keys": .array(
        keys.map { classID, pairs in
          .object([
            "class": .string(classID.hex), "pairs": .hex(pairs.flatMap { $0.subject.bytes + $0.check }),
          ])
        }),
      "reason": .hex(Array(reason.utf8)),
      "withheld": .array(withheld.map(\.value)),
    ]
  }
}

/// A customer's records in one class, erased. Who comes back under the same number has another id.
package struct ErasedRecords: Hashable, Sendable {
  /// The class.
  package let classID: Identifier
  /// The customer's id.
  package let subject: Identifier

  /// What of a class was a customer's.
  package init(classID: Identifier, subject: Identifier) {
    self.classID = classID
    self.subject = subject
  }
}

extension OpenPlace {
  /// Whose records were erased, by the entries in force; nil where this identity can't know.
  package func erasedRecords() async throws -> Set<ErasedRecords>? {
    let known = try await erasedKeys()
    guard known.isWhole else { return nil }
    return Set(known.keys.map { ErasedRecords(classID: $0.classID, subject: $0.subject) })
  }

  /// Whose keys were erased, by the entries that count and aren't ended.
  func erasedKeys() async throws -> ErasedKeys {
    let inForce = state.erasures.values.filter { $0.ended == nil }.sorted {
      $0.erased.number < $1.erased.number
    }
    guard !inForce.isEmpty else { return .none }
    let numbers = inForce.map(\.erased.number)
    let opens = keys?.opened[.journal] != nil
    if let known = knownErased, known.entries == numbers, known.opens == opens { return known.keys }
    let parts = try await sealedParts(of: inForce.map { ($0.erased.number, $0.leaf) })
    var found = ErasedKeys()
    for erasure in inForce { found.take(parts[erasure.erased.number] ?? .closed, of: erasure) }
    knownErased = (numbers, opens, found)
    return found
  }
}
