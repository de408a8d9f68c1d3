public import Sealing

/// What a generation holds for one identity: the keys of the sections that it may open, sealed to it (Format 2.2).
public struct Grant: Hashable, Sendable {
  /// Whom it is for.
  public let identity: Identifier
  /// An HPKE message; as long as every other one of its generation.
  public let message: [UInt8]
  /// How the identity's seed comes from a passphrase, where it does.
  package let scrypt: IdentityFile.Scrypt?

  /// A grant as a generation's file has it.
  init(identity: Identifier, message: [UInt8], scrypt: IdentityFile.Scrypt?) {
    self.identity = identity
    self.message = message
    self.scrypt = scrypt
  }

  /// Seals section keys to a recipient.
  ///
  /// - Parameters:
  ///   - keys: the keys of the sections that the recipient may open, by section id.
  ///   - total: how many sections the generation has; every grant is padded to so many.
  init(
    _ keys: [Identifier: Secret], of total: Int, to recipient: Recipient, vault: Identifier,
    generation: UInt32
  ) throws(KeyringError) {
    let ordered = keys.sorted { $0.key < $1.key }
    let plain = Secret(count: Grant.plainSize(sections: total)) { (out) in
      out.append(bigEndian: UInt16(ordered.count))
      for (id, key) in ordered {
        out.append(copying: id.bytes.span)
        out.append(copying: key)
      }
      out.append(zeros: (total - ordered.count) * Grant.rowSize)
    }
    let info = Grant.info(vault: vault, generation: generation, recipient: recipient.identity)
    self.message = try sealing("grant of \(recipient.identity.id)") { () throws(SealingError) in
      try Envelope.seal(plain, to: recipient.identity.xWing, info: info)
    }
    self.identity = recipient.identity.id
    self.scrypt = recipient.scrypt
  }

  /// Opens it.
  ///
  /// - Returns: the keys of the sections that it opens, by section id.
  /// - Throws: `notGranted` if it is somebody else's, `wrongKey` if it wasn't sealed to the identity here,
  ///   `malformed` if the plaintext isn't what Format 2.2 says.
  public func open(
    with identity: Identity, vault: Identifier, generation: UInt32, sections total: Int
  ) throws(KeyringError) -> [Identifier: Secret] {
    guard identity.publicIdentity.id == self.identity else {
      throw KeyringError(.notGranted, "the grant of \(self.identity) is another identity's")
    }
    let info = Grant.info(vault: vault, generation: generation, recipient: identity.publicIdentity)
    let plain = try sealing("grant of \(self.identity)") { () throws(SealingError) in
      try identity.open(message, info: info)
    }
    return try Grant.decode(plain, sections: total)
  }

  /// The identity that a passphrase gives; `wrongKey` if it isn't the one that the grant is for.
  public func identity(passphrase: Secret) throws(KeyringError) -> Identity {
    guard let scrypt else { throw KeyringError(.notGranted, "identity \(identity) has no passphrase") }
    let made = try sealing("passphrase") { () throws(SealingError) in
      try Passphrase.identity(passphrase, salt: scrypt.salt, parameters: scrypt.parameters)
    }
    guard made.publicIdentity.id == identity else {
      throw KeyringError(.wrongKey, "identity \(identity): another passphrase")
    }
    return made
  }

  static let rowSize = 48

  static func plainSize(sections: Int) -> Int { 2 + rowSize * sections }

  /// Length of every grant's message in a generation of so many sections.
  static func messageSize(sections: Int) -> Int { Envelope.overhead + plainSize(sections: sections) }

  private static func info(vault: Identifier, generation: UInt32, recipient: PublicIdentity) -> [UInt8] {
    let context = SealContext(.grant, vault: vault, number: generation)
    return Envelope.info(context: context, recipient: recipient.xWing + recipient.ed25519, publicPart: nil)
  }

  private static func decode(_ plain: Secret, sections total: Int) throws(KeyringError) -> [Identifier:
    Secret]
  {
    let ids = try plain.withSpan { (span) throws(KeyringError) in
      guard span.count == plainSize(sections: total) else {
        throw KeyringError(.malformed, "grant: its length isn't that of \(total) sections")
      }
      let count = Int(BigEndian.u16(span, at: 0))
      guard count <= total, span.isZero(plainSize(sections: count)..<span.count) else {
        throw KeyringError(.malformed, "grant: more keys than sections, or not padded with zeros")
      }
      let ids = (0..<count).map { span.identifier(at: 2 + $0 * rowSize) }
      guard zip(ids, ids.dropFirst()).allSatisfy({ $0 < $1 }) else {
        throw KeyringError(.malformed, "grant: sections out of order or twice")
      }
      return ids
    }
    var keys: [Identifier: Secret] = [:]
    for (index, id) in ids.enumerated() {
      let start = 2 + index * rowSize + 16
      keys[id] = plain.slice(start..<start + KeySchedule.keySize)
    }
    return keys
  }
}
