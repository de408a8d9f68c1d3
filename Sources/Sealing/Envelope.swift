internal import Crypto
internal import Foundation

/// Sealing to a public key: HPKE (RFC 9180) in base mode with X-Wing, HKDF-SHA-256 and AES-256-GCM
/// (Format.md, 1.4).
package enum Envelope {
  /// How much longer a message is than what is in it.
  package static let overhead = encapsulatedSize + 16
  /// The length of an X-Wing public key.
  package static let publicKeySize = 1216

  static let encapsulatedSize = 1120
  static let suite = HPKE.Ciphersuite.XWingMLKEM768X25519_SHA256_AES_GCM_256

  /// Seals a secret to an X-Wing public key: the encapsulated key, ciphertext and tag.
  /// - Throws: `SealingError` `.malformedKey` where nothing can be sealed to that key.
  package static func seal(_ plain: Secret, to xWing: [UInt8], info: [UInt8]) throws(SealingError) -> [UInt8]
  {
    guard xWing.count == publicKeySize else {
      throw SealingError(.malformedKey, "this is no X-Wing public key")
    }
    do {
      let key = try XWingMLKEM768X25519.PublicKey(rawRepresentation: xWing)
      var sender = try HPKE.Sender(recipientKey: key, ciphersuite: suite, info: Data(info))
      let sealed = try sender.seal(plain)
      return Array(sender.encapsulatedKey) + Array(sealed)
    } catch {
      throw SealingError(.malformedKey, "nothing can be sealed to this public key")
    }
  }

  /// The info that binds a message to its place: context, recipient and, for a ledger entry, its public part.
  /// - Parameter recipient: the public keys, of an identity X-Wing and Ed25519, of an epoch of the journal X-Wing
  ///   alone.
  package static func info(context: SealContext, recipient: [UInt8], publicPart: [UInt8]?) -> [UInt8] {
    var info = context.bytes + Digest.sha256(of: recipient).bytes
    if let publicPart { info += Digest.sha256(of: publicPart).bytes }
    return info
  }

  /// Refuses an X-Wing public key that nobody can hold. It is used once, since its form alone proves little.
  package static func check(_ xWing: [UInt8]) throws(SealingError) {
    guard PublicPoint.isX25519(Array(xWing.suffix(32))) else {
      throw SealingError(.malformedKey, "this is no X-Wing public key that somebody can hold")
    }
    _ = try seal(Secret(copying: [0]), to: xWing, info: [])
  }
}
