import Foundation
import Ledger
import Sealing
import Testing

@testable import Rules

/// Each event as it stands in the ledger, byte for byte, and what is refused of it.
struct EventTests {
  static let id = "000102030405060708090a0b0c0d0e0f"
  static let other = "101112131415161718191a1b1c1d1e1f"
  static let digestA = String(repeating: "a1", count: 32)
  static let digestB = String(repeating: "b2", count: 32)
  static let key = String(repeating: "c3", count: 104)
  /// RFC 8032, 7.1, test 1; an ML-KEM key of zeros and the base point of X25519.
  static let ed25519 = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
  static let xWing = String(repeating: "00", count: 1184) + "09" + String(repeating: "00", count: 31)

  static let policy =
    #"{"access":1,"ahead":10,"classes":[{"id":"\#(id)","keep":1,"years":10},{"id":"\#(other)","keep":0,"years":7}],"cryptoperiod":365,"destinations":2,"drill":90,"#
    + #""eyes":["drop","recovered"],"holdback":72,"limit":10,"rehearse":400,"snapshot":24,"verify":30}"#

  /// The members of each event between `{` and `}`, without by, event and time.
  static let golden: [(EventName, [String])] = [
    (
      .granted,
      [
        #""ed25519":"\#(ed25519)""#, #""kind":"passphrase""#, #""roles":["archivist","operator"]"#,
        #""xwing":"\#(xWing)""#,
      ]
    ),
    (.revoked, [#""identity":"\#(other)""#]),
    (
      .requested,
      [#""act":"keyring""#, #""drops":3"#, #""expires":1700086400"#, #""particulars":"\#(digestA)""#]
    ),
    (.policy, [#""policy":\#(policy)"#]),
    (
      .keyring,
      [
        #""file":"\#(digestA)""#, #""generation":2"#, #""previous":"\#(digestB)""#, #""reason":"dropped""#,
        #""refused":[{"by":"\#(digestA.prefix(32))","count":4,"pages":"0080"}]"#,
        #""rows":{"added":7,"after":15,"before":10,"dropped":2,"merged":0}"#, #""size":5000"#,
        #""through":41"#,
      ]
    ),
    (
      .keys,
      [#""generation":2"#, #""pages":[{"count":4096,"hash":"\#(digestA)","key":"\#(key)","size":196872}]"#]
    ),
    (
      .sealed,
      [
        #""boxes":[{"hash":"\#(digestA)","index":"\#(digestB)","offset":66060288,"size":67108864,"year":2036}]"#,
        #""generation":2"#,
      ]
    ),
    (
      .moved,
      [
        #""boxes":[{"hash":"\#(digestA)","index":"\#(digestB)","offset":66060288,"size":67108864,"year":2036}]"#,
        #""generation":2"#, #""reason":"rewritten""#, #""replaced":["\#(digestB)"]"#, #""year":2036"#,
      ]
    ),
    (.copying, [#""generation":2"#, #""place":"\#(other)""#]),
    (
      .snapshot,
      [
        #""generation":2"#, #""missing":["\#(digestA)"]"#, #""place":"\#(other)""#, #""size":418"#,
        #""started":1700000000"#,
      ]
    ),
    (
      .verified,
      [
        #""boxes":[[0,3],[5,5]]"#, #""damaged":["\#(digestA)"]"#, #""generations":[1,2]"#,
        #""keyrings":[2,5]"#, #""level":"open""#,
        #""missing":["\#(digestB)"]"#, #""moves":[40,41]"#, #""place":"\#(other)""#, #""size":418"#,
        #""strays":1"#,
      ]
    ),
    (
      .drilled,
      [
        #""destination":"\#(other)""#, #""level":"functional""#, #""outcome":"passed""#,
        #""plan":"\#(digestA)""#, #""report":"\#(digestB)""#, #""rpo":3600"#, #""rto":900"#,
        #""snapshot":418"#,
      ]
    ),
    (.recovered, [#""home":"\#(other)""#, #""root":"\#(digestA)""#, #""size":419"#, #""snapshot":418"#]),
    (
      .removed,
      [#""objects":[{"hash":"\#(digestA)","kind":"box"},{"hash":"\#(digestB)","kind":"keyring"}]"#]
    ),
    (.clock, []),
    (.ended, [#""entry":17"#]),
    (.erased, [#""generation":3"#, #""rows":5"#]),
    (.held, []),
    (.accessed, [#""records":9"#]),
    (.found, [#""about":17"#, #""due":1700086400"#]),
    (.attested, [#""about":17"#, #""kind":"receipt""#, #""report":"\#(digestA)""#]),
    (.forgotten, [#""place":"\#(other)""#]),
  ]

  static func line(_ name: EventName, _ members: [String]) -> String {
    let common = [#""by":"\#(id)""#, #""event":"\#(name.rawValue)""#, #""time":1700000000"#]
    return "{" + (members + common).sorted().joined(separator: ",") + "}"
  }

  static func parse(_ line: String) throws -> Event { try Event(Entry(line: Array(line.utf8))) }

  @Test func everyEventHasAnExample() {
    #expect(Set(Self.golden.map(\.0)).union([.founded]) == Set(EventName.allCases))
  }

  @Test(arguments: golden) func readAndWrittenTheSame(_ name: EventName, _ members: [String]) throws {
    let line = Self.line(name, members)
    let event = try Self.parse(line)
    #expect(event.name == name)
    let by = try #require(Identifier(hex: Self.id))
    #expect(String(decoding: try event.entry(by: by, time: 1_700_000_000).line, as: UTF8.self) == line)
  }

  @Test func founded() throws {
    let identity = try Identity.generate().publicIdentity
    let custodian =
      #"{"ed25519":"\#(Hex.encode(identity.ed25519))","kind":"file","xwing":"\#(Hex.encode(identity.xWing))"}"#
    func line(_ custodians: String, version: Int = 1, nonce: String = EventTests.digestA) -> String {
      #"{"by":"\#(identity.id)","custodians":[\#(custodians)],"event":"founded","home":"\#(Self.other)","#
        + #""nonce":"\#(nonce)","policy":\#(Self.policy),"time":1700000000,"version":\#(version)}"#
    }
    let event = try Self.parse(line(custodian))
    #expect(try event.entry(by: identity.id, time: 1_700_000_000).line == Array(line(custodian).utf8))
    let second = #"{"ed25519":"\#(Self.ed25519)","kind":"shares","xwing":"\#(Self.xWing)"}"#
    _ = try Self.parse(line(custodian + "," + second))
    for odd in [
      line(""), line(second), line(second + "," + custodian), line(custodian + "," + custodian),
      line(custodian, version: 2), line(custodian, nonce: "00"),
    ] {
      #expect(throws: StateError(.malformed, "")) { try Self.parse(odd) }
    }
  }

  /// With such keys entries could be signed, and grants opened, by anybody.
  @Test func keysThatNobodyHolds() throws {
    let neutral = "01" + String(repeating: "00", count: 31)
    let lattice = String(Self.xWing.dropLast(64))
    let members = try #require(Self.golden.first { $0.0 == .granted }).1
    let granted = Self.line(.granted, members)
    _ = try Self.parse(granted)
    for odd in [
      granted.replacing(Self.ed25519, with: neutral), granted.replacing(Self.xWing, with: lattice + neutral),
    ] {
      try #require(odd != granted)
      #expect(throws: StateError(.malformed, "")) { try Self.parse(odd) }
    }
    func founded(_ ed25519: String, _ xWing: String) throws -> String {
      let id = Digest.sha256(
        of: Array("strongroom/v1 identity\0".utf8) + (Hex.decode(xWing) ?? []) + (Hex.decode(ed25519) ?? []))
      return
        #"{"by":"\#(id.hex.prefix(32))","custodians":[{"ed25519":"\#(ed25519)","kind":"file","xwing":"\#(xWing)"}],"#
        + #""event":"founded","home":"\#(Self.other)","nonce":"\#(Self.digestA)","policy":\#(Self.policy),"#
        + #""time":1700000000,"version":1}"#
    }
    _ = try Self.parse(founded(Self.ed25519, Self.xWing))
    for keys in [(neutral, Self.xWing), (Self.ed25519, lattice + neutral)] {
      #expect(throws: StateError(.malformed, "")) { try Self.parse(founded(keys.0, keys.1)) }
    }
  }

  @Test func valuesMeanWhatTheySay() throws {
    let members = Dictionary(uniqueKeysWithValues: Self.golden)
    func event(_ name: EventName) throws -> Event { try Self.parse(Self.line(name, members[name] ?? [])) }
    guard case .sealed(let sealed) = try event(.sealed) else { throw CancellationError() }
    #expect(sealed.boxes[0].offset == 66_060_288)
    #expect(sealed.boxes[0].index.hex == Self.digestB)
    guard case .keyring(let change) = try event(.keyring) else { throw CancellationError() }
    #expect(change.rows == KeyringChange.Rows(before: 10, added: 7, dropped: 2))
    #expect(change.previous?.hex == Self.digestB)
    guard case .verified(let verified) = try event(.verified) else { throw CancellationError() }
    #expect(verified.boxes == [0...3, 5...5])
    #expect(verified.level == .open)
    guard case .drilled(let drilled) = try event(.drilled) else { throw CancellationError() }
    #expect(drilled.passed && drilled.rto == 900 && drilled.rpo == 3600)
  }

  /// Every member, at every depth, once left out, once of another kind, and one that isn't known beside it.
  @Test(arguments: golden) func membersMissingUnknownOrOfAnotherKind(
    _ name: EventName, _ members: [String]
  ) throws {
    let line = Self.line(name, members)
    let object = try CanonicalJSON.decode(Array(line.utf8), limit: Entry.lineLimit)
    let changed = Self.variants(of: .object(object))
    #expect(changed.count >= 2 * members.count + 1)
    for variant in changed {
      guard case .object(let odd) = variant else { continue }
      #expect(throws: (any Error).self, "\(String(decoding: odd.encoded(), as: UTF8.self))") {
        try Event(Entry(line: odd.encoded()))
      }
    }
  }

  /// What a `drilled` entry has only where there is something to say.
  static let optional: Set = ["destination", "rpo", "rto", "snapshot"]

  @Test func aDrillStatesWhatThereIs() throws {
    func drilled(_ members: String...) throws -> DrillOutcome? {
      let line = Self.line(
        .drilled, members + [#""plan":"\#(Self.digestA)""#, #""report":"\#(Self.digestB)""#])
      guard case .drilled(let outcome) = try Event(Entry(line: Array(line.utf8))) else { return nil }
      return outcome
    }
    let tabletop = #""level":"tabletop""#
    let answered = try #require(try drilled(tabletop, #""outcome":"passed""#))
    #expect(answered.passed && !answered.provesRecovery && answered.rto == nil && answered.destination == nil)
    let unfit = try #require(try drilled(#""level":"full""#, #""outcome":"unfit""#))
    #expect(!unfit.passed)
    let noticed = try #require(
      try drilled(
        #""destination":"\#(Self.other)""#, #""level":"functional""#, #""outcome":"passed""#, #""rto":1"#))
    #expect(noticed.passed && !noticed.provesRecovery)
    for figure in [#""destination":"\#(Self.other)""#, #""rpo":1"#, #""rto":1"#, #""snapshot":1"#] {
      #expect(throws: (any Error).self) { try drilled(tabletop, #""outcome":"passed""#, figure) }
    }
  }

  /// A value with one change somewhere in it, for every change.
  static func variants(of value: JSONValue) -> [JSONValue] {
    switch value {
    case .string: return [.integer(1)]
    case .integer: return [.string("x")]
    case .array(let items):
      var all: [JSONValue] = [.object(JSONObject())]
      for (index, item) in items.enumerated() {
        for variant in variants(of: item) {
          var changed = items
          changed[index] = variant
          all.append(.array(changed))
        }
      }
      return all
    case .object(let object):
      var extended = object
      extended["zz"] = .integer(1)
      var all: [JSONValue] = [.array([]), .object(extended)]
      for name in names(object) {
        guard let member = object[name] else { continue }
        if !optional.contains(name) {
          var without = object
          without[name] = nil
          all.append(.object(without))
        }
        for variant in variants(of: member) {
          var changed = object
          changed[name] = variant
          all.append(.object(changed))
        }
      }
      return all
    }
  }

  static func names(_ object: JSONObject) -> [String] {
    let decoded = try? JSONSerialization.jsonObject(with: Data(object.encoded())) as? [String: Any]
    return decoded.map { $0.keys.sorted() } ?? []
  }

  struct Odd: Sendable, CustomTestStringConvertible {
    var event: EventName
    var from: String
    var to: String
    var testDescription: String { "\(event.rawValue) \(from) -> \(to)" }
    init(_ event: EventName, _ from: String, _ to: String) {
      (self.event, self.from, self.to) = (event, from, to)
    }
  }

  @Test(arguments: [
    Odd(.granted, #"["archivist","operator"]"#, "[]"),
    Odd(.granted, #""archivist","#, #""archivist","archivist","#),
    Odd(.granted, #""archivist","operator""#, #""operator","archivist""#),
    Odd(.granted, "operator", "owner"), Odd(.granted, "passphrase", "password"), Odd(.granted, ed25519, "00"),
    Odd(.requested, "keyring", "shipped"), Odd(.policy, #""ahead":10"#, #""ahead":0"#),
    Odd(.policy, #""ahead":10"#, #""ahead":1441"#), Odd(.policy, #""holdback":72"#, #""holdback":721"#),
    Odd(.policy, #""limit":10"#, #""limit":0"#), Odd(.policy, #""limit":10"#, #""limit":101"#),
    Odd(.policy, #""cryptoperiod":365"#, #""cryptoperiod":0"#), Odd(.policy, #""years":7"#, #""years":1001"#),
    Odd(.policy, #""drop","recovered""#, #""recovered","drop""#), Odd(.policy, #""drop""#, #""clock""#),
    Odd(.policy, #""destinations":2"#, #""destinations":65"#), Odd(.policy, #""drill":90"#, #""drill":3651"#),
    Odd(.policy, #""snapshot":24"#, #""snapshot":8761"#), Odd(.policy, #""verify":30"#, #""verify":3651"#),
    Odd(.policy, other, id),
    Odd(.policy, #"[{"id":"\#(id)","keep":1,"years":10},{"id":"\#(other)","keep":0,"years":7}]"#, "[]"),
    Odd(.policy, #""id":"\#(id)""#, #""id":"00000000000000000000000000000000""#),
    Odd(.policy, #""id":"\#(other)""#, #""id":"6a6f75726e616c000000000000000000""#),
    Odd(.keyring, #""generation":2"#, #""generation":0"#),
    Odd(.keyring, #""generation":2"#, #""generation":4294967296"#), Odd(.keyring, "dropped\",", "lost\","),
    Odd(.keyring, #""size":5000"#, #""size":67108865"#), Odd(.keyring, #""count":4"#, #""count":1000001"#),
    Odd(.keyring, "0080", "8000"), Odd(.keyring, "0080", ""), Odd(.keyring, "0080", "008"),
    Odd(.keyring, "0080", String(repeating: "80", count: 513)),
    Odd(
      .keyring, #""pages":"0080"}]"#,
      #""pages":"0080"},{"by":"\#(digestA.prefix(32))","count":4,"pages":"0080"}]"#),
    Odd(.keyring, #""count":4"#, #""count":0"#), Odd(.keyring, digestB, "00"),
    Odd(.keys, "4096", "4097"), Odd(.keys, "4096", "0"), Odd(.keys, key, key + "00"),
    Odd(.keys, "196872", "0"),
    Odd(.keys, #"[{"count":4096,"hash":"\#(digestA)","key":"\#(key)","size":196872}]"#, "[]"),
    Odd(.sealed, "2036", "0"), Odd(.sealed, "2036", "10000"), Odd(.sealed, "67108864", "17179869185"),
    Odd(.sealed, "66060288", "67108865"), Odd(.sealed, "66060288", "31"),
    Odd(.moved, "rewritten", "corrected"),
    Odd(.moved, #"["\#(digestB)"]"#, "[]"),
    Odd(
      .moved, #"["\#(digestB)"]"#,
      "[" + Array(repeating: #""\#(digestB)""#, count: 251).joined(separator: ",") + "]"),
    Odd(.moved, #""generation":2"#, #""generation":0"#), Odd(.verified, "[40,41]", "[41,40]"),
    Odd(.copying, #""generation":2"#, #""generation":0"#), Odd(.snapshot, digestA, "00"),
    Odd(.verified, "[[0,3],[5,5]]", "[[0,3],[4,5]]"), Odd(.verified, "[[0,3],[5,5]]", "[[5,5],[0,3]]"),
    Odd(.verified, "[[0,3],[5,5]]", "[[3,0]]"), Odd(.verified, "[[0,3],[5,5]]", "[[0,3,5]]"),
    Odd(.verified, "[[0,3],[5,5]]", "[[0]]"), Odd(.verified, "[[0,3],[5,5]]", "[0]"),
    Odd(.verified, #""open""#, #""deep""#), Odd(.verified, "[1,2]", #"[1,"2"]"#),
    Odd(.drilled, "passed", "perfect"), Odd(.drilled, "functional", "thorough"),
    Odd(.removed, #""box""#, #""boxes""#),
    Odd(.recovered, digestA, ""), Odd(.policy, #""access":1"#, #""access":2"#),
    Odd(.policy, #""rehearse":400"#, #""rehearse":3651"#), Odd(.attested, "receipt", "seizure"),
    Odd(.attested, digestA, ""), Odd(.forgotten, other, "00"), Odd(.found, #""about":17"#, #""about":"17""#),
  ])
  func outOfBounds(_ odd: Odd) throws {
    let members = Dictionary(uniqueKeysWithValues: Self.golden)[odd.event] ?? []
    let line = Self.line(odd.event, members)
    let changed = line.replacing(odd.from, with: odd.to)
    #expect(changed != line)
    #expect(throws: StateError(.malformed, "")) { try Self.parse(changed) }
  }

  @Test func firstGenerationHasNoPrevious() throws {
    let members = Dictionary(uniqueKeysWithValues: Self.golden)[.keyring] ?? []
    let line = Self.line(.keyring, members).replacing(Self.digestB, with: "")
    guard case .keyring(let change) = try Self.parse(line) else { throw CancellationError() }
    #expect(change.previous == nil)
    #expect(String(decoding: change.members.encoded(), as: UTF8.self).contains(#""previous":"""#))
  }

  @Test func requestAndSealedAreAllowedEverywhere() throws {
    for (name, members) in Self.golden {
      _ = try Self.parse(
        Self.line(name, members + [#""request":5"#, #""sealed":{"epoch":1,"message":"00"}"#]))
      #expect(throws: StateError(.malformed, "")) {
        try Self.parse(Self.line(name, members + [#""sealed":{"epoch":0,"message":"00"}"#]))
      }
      #expect(throws: StateError(.malformed, "")) {
        try Self.parse(Self.line(name, members + [#""sealed":{"epoch":1001,"message":"00"}"#]))
      }
    }
  }
}
