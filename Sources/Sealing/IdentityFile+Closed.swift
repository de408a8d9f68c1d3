extension IdentityFile {
  /// An identity file that is closed under a passphrase (Format.md, 1.3): it says whose it is, and opens to who knows the
  /// passphrase.
  public struct Closed: Hashable, Sendable {
    /// Whose secret it is, in the clear.
    public let id: Identifier
    private let scrypt: Scrypt
    private let sealed: [UInt8]

    private static let format = "strongroom closed identity"
    /// How a closed file begins; a bare one begins otherwise.
    static let beginning = Array(#"{"format":"strongroom closed identity"#.utf8)
    private static let what = "identity file"

    /// Closes an identity under a passphrase that is fit for it; takes most of a second on purpose.
    public init(closing identity: Identity, under passphrase: Secret) throws(SealingError) {
      id = identity.publicIdentity.id
      scrypt = Scrypt(parameters: .standard, salt: try Randomness.bytes(Passphrase.saltSize))
      let key = try Passphrase.seed(passphrase, salt: scrypt.salt, parameters: scrypt.parameters)
      sealed = try SealedStream.seal(identity.seed, key: key, context: Self.context(of: id))
    }

    /// Reads a closed file. Parameters out of bounds are refused before anything is made of them.
    /// - Throws: `Malformed`.
    public init(reading text: Span<UInt8>) throws(Malformed) {
      let line = IdentityFile.line(in: text)
      let object = try CanonicalJSON.decode(line.map { text[$0] }, limit: IdentityFile.limit - 1)
      guard try object.string("format") == Self.format, try object.integer("version") == 1 else {
        throw Malformed(what: "not a closed strongroom identity, version 1", where: Self.what)
      }
      try object.only(["format", "identity", "scrypt", "sealed", "version"])
      id = try object.identifier("identity")
      guard let scrypt = try object.optionalObject("scrypt") else {
        throw Malformed(what: "its passphrase has no salt", where: Self.what)
      }
      self.scrypt = try Scrypt(scrypt)
      sealed = try object.hex("sealed", count: Self.sealedSize)
    }

    /// Whether a file is a closed one, right or wrong.
    public static func begins(_ text: Span<UInt8>) -> Bool {
      let start = IdentityFile.line(in: text).lowerBound
      return text.count - start >= beginning.count
        && beginning.indices.allSatisfy { text[start + $0] == beginning[$0] }
    }

    /// The file's text: one line of canonical JSON.
    public var text: [UInt8] {
      let object: JSONObject = [
        "format": .string(Self.format), "identity": .string(id.hex), "scrypt": .object(scrypt.object),
        "sealed": .hex(sealed), "version": .integer(1),
      ]
      return object.encoded() + [0x0a]
    }

    /// The same, as what is written where a bare file's text is a secret.
    public var secretText: Secret { Secret(copying: text) }

    /// The identity, by its passphrase; takes most of a second on purpose.
    /// - Throws: `SealingError` `.wrongKey` for another passphrase, `.malformedKey` where it is another's secret than it
    ///   says.
    public func open(with passphrase: Secret) throws(SealingError) -> Identity {
      let key = try Passphrase.seed(passphrase, salt: scrypt.salt, parameters: scrypt.parameters)
      let identity = try Identity(
        seed: SealedStream.openSecret(sealed.span, key: key, context: Self.context(of: id)))
      guard identity.publicIdentity.id == id else {
        throw SealingError(.malformedKey, "this identity file holds another's secret than it says")
      }
      return identity
    }

    /// Bytes of a file, at least and at most: `n` has five digits or six, `p` one.
    static let (least, most) = (size(digits: 6), size(digits: 7))

    private static func size(digits: Int) -> UInt64 {
      let members = #"","identity":"","scrypt":{"n":,"p":,"r":8,"salt":""},"sealed":"","version":1}"#.utf8
        .count
      return UInt64(beginning.count + members + 1 + digits + 2 * (16 + Passphrase.saltSize + sealedSize))
    }

    private static let sealedSize = SealedStream.headerSize + Identity.seedSize + SealedStream.tagSize

    private static func context(of id: Identifier) -> SealContext {
      SealContext(.identityFile, vault: .zero, subject: id)
    }
  }
}
