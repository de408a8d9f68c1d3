/// The files in which an identity and its public part are kept (Format.md, 1.3): values only, nothing is read or
/// written here.
public enum IdentityFile {
  /// Neither is longer than this.
  public static let limit = 16 * 1024
  /// What the secret of an identity can be: bytes in a file, a passphrase, shares.
  package static let kinds = ["file", "passphrase", "shares"]

  private static let before = Array(#"{"format":"strongroom identity","seed":""#.utf8)
  private static let after = Array("\",\"version\":1}\n".utf8)
  private static let seedSize = 32

  /// The secret file's text: one line of canonical JSON.
  public static func secretText(of identity: Identity) throws(SealingError) -> Secret {
    let digits = Secret(count: 2 * seedSize) { out in
      identity.seed.withSpan { seed in
        for index in seed.indices {
          out.append(Hex.digit(seed[index] >> 4))
          out.append(Hex.digit(seed[index] & 15))
        }
      }
    }
    return Secret.concatenating([Secret(copying: before), digits, Secret(copying: after)])
  }

  /// How long a secret file can be, with another end of line or a byte order mark, too.
  package static var secretSizes: ClosedRange<UInt64> {
    let usual = UInt64(before.count + 2 * seedSize + after.count)
    return usual - 1...usual + 4
  }

  /// How many bytes `beginsSecret` needs: none of them is of the seed.
  package static var beginning: Int { before.count }

  /// Whether a file of such a length that begins so is a secret one.
  package static func beginsSecret(_ bytes: [UInt8]) -> Bool {
    let text = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(byteOrderMark.count) : bytes[...]
    return text.starts(with: #"{"format":"strongroom identity""#.utf8)
  }

  /// Reads a secret file.
  /// - Throws: `Malformed` for any other text; it says nothing of what it holds.
  public static func identity(from bytes: [UInt8]) throws -> Identity {
    try identity(from: Secret(copying: bytes))
  }

  /// Reads a secret file. Version 1 has one way to write it, so no parser sees the seed.
  public static func identity(from text: Secret) throws -> Identity {
    try Identity(seed: text.withSpan { (text) throws(Malformed) in try seed(in: text) })
  }

  private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

  /// Where the one line of a file lies: editors put a byte order mark before it, end it with CR LF, or not at all.
  private static func line(in text: Span<UInt8>) -> Range<Int> {
    let mark = byteOrderMark
    let start = text.count >= mark.count && mark.indices.allSatisfy { text[$0] == mark[$0] } ? mark.count : 0
    var end = text.count
    if end > start, text[end - 1] == 0x0a {
      end -= 1
      if end > start, text[end - 1] == 0x0d { end -= 1 }
    }
    return start..<end
  }

  private static func seed(in text: Span<UInt8>) throws(Malformed) -> Secret {
    let text = text.extracting(line(in: text))
    let end = before.count + 2 * seedSize
    // The line feed that ends the line isn't part of it.
    guard text.count == end + after.count - 1, before.indices.allSatisfy({ text[$0] == before[$0] }),
      after.indices.dropLast().allSatisfy({ text[end + $0] == after[$0] })
    else { throw Malformed(what: "not a strongroom identity, version 1", where: "identity file") }
    return try Secret(count: seedSize) { (out) throws(Malformed) in
      for index in 0..<seedSize {
        let place = before.count + 2 * index
        guard let high = Hex.value(text[place]), let low = Hex.value(text[place + 1]) else {
          throw Malformed(what: "the seed isn't in hex", where: "identity file")
        }
        out.append(high << 4 | low)
      }
    }
  }

  /// The public file's text: one line of canonical JSON.
  public static func publicText(
    of identity: PublicIdentity, kind: String = "file", scrypt: Scrypt? = nil
  ) -> [UInt8] {
    precondition(
      kinds.contains(kind) && (kind == "passphrase") == (scrypt != nil), "a kind that can't be read")
    var object: JSONObject = [
      "ed25519": .hex(identity.ed25519), "format": .string("strongroom public identity"),
      "kind": .string(kind), "version": .integer(1), "xwing": .hex(identity.xWing),
    ]
    if let scrypt { object["scrypt"] = .object(scrypt.object) }
    return object.encoded() + [0x0a]
  }

  /// Reads a public file, and checks the keys in it.
  /// - Throws: `Malformed`, or `SealingError` `.malformedKey`.
  public static func publicIdentity(from bytes: [UInt8]) throws -> Public {
    let object = try CanonicalJSON.decode(Array(bytes[line(in: bytes.span)]), limit: limit - 1)
    guard try object.string("format") == "strongroom public identity", try object.integer("version") == 1
    else {
      throw Malformed(what: "not a strongroom public identity, version 1", where: "public identity file")
    }
    try object.only(["ed25519", "format", "kind", "scrypt", "version", "xwing"])
    let kind = try object.string("kind")
    let scrypt = try object.optionalObject("scrypt")
    guard kinds.contains(kind), (kind == "passphrase") == (scrypt != nil) else {
      throw Malformed(what: "an unknown kind of identity", where: "public identity file")
    }
    let identity = try PublicIdentity(
      xWing: try object.hex("xwing", count: Envelope.publicKeySize),
      ed25519: try object.hex("ed25519", count: 32))
    return Public(
      identity: identity, kind: kind,
      scrypt: try scrypt.map { object throws(Malformed) in try Scrypt(object) })
  }

  /// What a public identity file says.
  public struct Public: Hashable, Sendable {
    /// Both public keys.
    public let identity: PublicIdentity
    /// One of `kinds`.
    public let kind: String
    /// Only for a passphrase: what its identity is made with.
    package let scrypt: Scrypt?

    /// A public identity file.
    public init(identity: PublicIdentity, kind: String, scrypt: Scrypt? = nil) {
      self.identity = identity
      self.kind = kind
      self.scrypt = scrypt
    }
  }

  /// Salt and parameters of a passphrase's identity, as they stand in its public file and in its grant.
  public struct Scrypt: Hashable, Sendable {
    /// How hard scrypt works.
    package let parameters: ScryptParameters
    /// 32 bytes.
    package let salt: [UInt8]

    /// Salt and parameters.
    public init(parameters: ScryptParameters, salt: [UInt8]) {
      self.parameters = parameters
      self.salt = salt
    }

    /// As a member `scrypt`.
    public var object: JSONObject {
      [
        "n": .integer(parameters.n), "p": .integer(UInt64(parameters.p)),
        "r": .integer(UInt64(parameters.r)), "salt": .hex(salt),
      ]
    }

    /// Reads a member `scrypt`; parameters out of bounds are refused.
    public init(_ object: JSONObject) throws(Malformed) {
      try object.only(["n", "p", "r", "salt"])
      let (n, r, p) = (try object.integer("n"), try object.integer("r"), try object.integer("p"))
      guard let parameters = try? ScryptParameters(n: n, r: r, p: p) else {
        throw Malformed(what: "scrypt parameters n \(n), r \(r), p \(p) are refused", where: "scrypt")
      }
      self.parameters = parameters
      salt = try object.hex("salt", count: Passphrase.saltSize)
    }
  }
}
