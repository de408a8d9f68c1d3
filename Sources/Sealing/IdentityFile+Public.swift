extension IdentityFile {
  /// What a public identity file says (Format.md, 1.3), proved by a signature of its Ed25519 key over all of it. There
  /// are two ways to one: from the identity itself, or by reading a file, which checks keys and proof. So nobody is
  /// granted whose keys nobody showed to hold.
  public struct Public: Hashable, Sendable {
    /// Both public keys.
    public let identity: PublicIdentity
    /// One of `kinds`.
    public let kind: String
    /// Only for a passphrase: what its identity is made with.
    package let scrypt: Scrypt?
    private let proof: [UInt8]

    /// The public file of an identity that is at hand.
    public init(
      of identity: Identity, kind: String = "file", scrypt: Scrypt? = nil
    ) throws(SealingError) {
      precondition(
        kinds.contains(kind) && (kind == "passphrase") == (scrypt != nil), "a kind that can't be read")
      self.identity = identity.publicIdentity
      self.kind = kind
      self.scrypt = scrypt
      proof = try identity.sign(Self.proved(Self.claims(of: identity.publicIdentity, kind, scrypt)))
    }

    /// Reads a public file, and checks the keys in it and their proof.
    /// - Throws: `Malformed`, or `SealingError` `.malformedKey` or `.unproved`.
    public init(reading bytes: [UInt8]) throws {
      var object = try CanonicalJSON.decode(Array(bytes[line(in: bytes.span)]), limit: limit - 1)
      guard try object.string("format") == "strongroom public identity", try object.integer("version") == 1
      else {
        throw Malformed(what: "not a strongroom public identity, version 1", where: "public identity file")
      }
      try object.only(["ed25519", "format", "kind", "proof", "scrypt", "version", "xwing"])
      kind = try object.string("kind")
      scrypt = try object.optionalObject("scrypt").map { object throws(Malformed) in try Scrypt(object) }
      guard kinds.contains(kind), (kind == "passphrase") == (scrypt != nil) else {
        throw Malformed(what: "an unknown kind of identity", where: "public identity file")
      }
      identity = try PublicIdentity(
        xWing: try object.hex("xwing", count: Envelope.publicKeySize),
        ed25519: try object.hex("ed25519", count: 32))
      guard object["proof"] != nil else {
        throw SealingError(.unproved, "this public identity has no proof that its maker holds its keys")
      }
      proof = try object.hex("proof", count: 64)
      object["proof"] = nil
      guard identity.verifies(signature: proof, of: Self.proved(object)) else {
        throw SealingError(.unproved, "this public identity isn't signed with its own key")
      }
    }

    /// The file's text: one line of canonical JSON.
    public var text: [UInt8] {
      var object = Self.claims(of: identity, kind, scrypt)
      object["proof"] = .hex(proof)
      return object.encoded() + [0x0a]
    }

    private static func claims(of identity: PublicIdentity, _ kind: String, _ scrypt: Scrypt?) -> JSONObject {
      var object: JSONObject = [
        "ed25519": .hex(identity.ed25519), "format": .string("strongroom public identity"),
        "kind": .string(kind), "version": .integer(1), "xwing": .hex(identity.xWing),
      ]
      if let scrypt { object["scrypt"] = .object(scrypt.object) }
      return object
    }

    /// What the proof signs: the file's members but the proof itself.
    private static func proved(_ claims: JSONObject) -> [UInt8] {
      Array("strongroom/v1 public identity".utf8) + [0] + Digest.sha256(of: claims.encoded()).bytes
    }
  }
}
