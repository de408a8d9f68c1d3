/// The files in which an identity and its public part are kept (Format.md, 1.3): values only, no files.
public enum IdentityFile {
  /// Neither is longer than this.
  public static let limit = 16 * 1024

  /// What a public identity file says.
  public struct Public: Hashable, Sendable {
    /// Both public keys.
    public let identity: PublicIdentity
    /// `file`, `passphrase` or `shares`.
    public let kind: String
    /// Only for a passphrase: what its identity is made with.
    public let scrypt: Scrypt?

    /// A public identity file.
    public init(identity: PublicIdentity, kind: String, scrypt: Scrypt? = nil) {
      self.identity = identity
      self.kind = kind
      self.scrypt = scrypt
    }
  }

  /// Salt and parameters of a passphrase's identity.
  public struct Scrypt: Hashable, Sendable {
    /// How hard scrypt works.
    public let parameters: ScryptParameters
    /// 32 bytes.
    public let salt: [UInt8]

    /// Salt and parameters.
    public init(parameters: ScryptParameters, salt: [UInt8]) {
      self.parameters = parameters
      self.salt = salt
    }

    /// As a member `scrypt`.
    public var object: JSONObject {
      [
        "n": .integer(parameters.n), "p": .integer(UInt64(parameters.p)), "r": .integer(UInt64(parameters.r)),
        "salt": .string(Hex.encode(salt)),
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

  /// The secret file's text.
  public static func secretText(of identity: Identity) throws(SealingError) -> Secret {
    let digits = Secret(count: 64) { out in
      identity.seed.withSpan { span in
        for index in span.indices {
          out.append(Hex.digit(span[index] >> 4))
          out.append(Hex.digit(span[index] & 15))
        }
      }
    }
    return Secret.concatenating([Secret(copying: beforeSeed), digits, Secret(copying: afterSeed)])
  }

  /// Reads a secret file.
  public static func identity(from bytes: [UInt8]) throws -> Identity { try identity(from: bytes.span) }

  /// Reads a secret file. Canonical JSON leaves one way to write it, so that it can be read without a parser that
  /// would strew copies of the seed.
  public static func identity(from bytes: Span<UInt8>) throws -> Identity {
    let start = beforeSeed.count
    let end = start + 64
    guard bytes.count == end + afterSeed.count, holds(bytes, beforeSeed, at: 0),
      holds(bytes, afterSeed, at: end)
    else { throw Malformed(what: "not a strongroom identity, version 1", where: "identity file") }
    let seed = try Secret(count: 32) { (out) throws(Malformed) in
      for index in stride(from: start, to: end, by: 2) {
        guard let high = Hex.value(bytes[index]), let low = Hex.value(bytes[index + 1]) else {
          throw Malformed(what: "the seed isn't 32 bytes in hex", where: "identity file")
        }
        out.append(high << 4 | low)
      }
    }
    return try Identity(seed: seed)
  }

  private static let beforeSeed = Array(#"{"format":"strongroom identity","seed":""#.utf8)
  private static let afterSeed = Array("\",\"version\":1}\n".utf8)

  private static func holds(_ bytes: Span<UInt8>, _ part: [UInt8], at offset: Int) -> Bool {
    part.indices.allSatisfy { bytes[offset + $0] == part[$0] }
  }

  /// The public file's text.
  public static func publicText(
    of identity: PublicIdentity, kind: String = "file", scrypt: Scrypt? = nil
  ) -> [UInt8] {
    var object: JSONObject = [
      "ed25519": .string(Hex.encode(identity.ed25519)), "format": .string("strongroom public identity"),
      "kind": .string(kind), "version": .integer(1), "xwing": .string(Hex.encode(identity.xWing)),
    ]
    if let scrypt { object["scrypt"] = .object(scrypt.object) }
    return object.encoded() + [0x0a]
  }

  /// Reads a public file.
  public static func publicIdentity(from bytes: [UInt8]) throws -> Public {
    let object = try line(bytes, format: "strongroom public identity")
    try object.only(["ed25519", "format", "kind", "scrypt", "version", "xwing"])
    let kind = try object.string("kind")
    let scrypt = try object.optionalObject("scrypt")
    guard ["file", "passphrase", "shares"].contains(kind), (kind == "passphrase") == (scrypt != nil) else {
      throw Malformed(what: "an unknown kind of identity", where: "identity file")
    }
    let identity = try PublicIdentity(
      xWing: try object.hex("xwing", count: Envelope.publicKeySize),
      ed25519: try object.hex("ed25519", count: 32))
    return Public(
      identity: identity, kind: kind,
      scrypt: try scrypt.map { object throws(Malformed) in try Scrypt(object) })
  }

  private static func line(_ bytes: [UInt8], format: String) throws(Malformed) -> JSONObject {
    guard bytes.count <= limit, bytes.last == 0x0a else {
      throw Malformed(what: "one line of canonical JSON is expected", where: "identity file")
    }
    let object = try CanonicalJSON.decode(Array(bytes.dropLast()), limit: limit)
    guard try object.string("format") == format, try object.integer("version") == 1 else {
      throw Malformed(what: "not a \(format), version 1", where: "identity file")
    }
    return object
  }
}
