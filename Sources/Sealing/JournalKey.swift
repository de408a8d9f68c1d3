internal import Crypto
internal import Foundation

/// An X-Wing pair that only opens: an identity's own, or an epoch of the journal. Its seed is the decapsulation key
/// of draft-connolly-cfrg-xwing-kem.
public final class JournalKey: Sendable, CustomReflectable, CustomStringConvertible {
  /// The public key, 1,216 bytes.
  package let publicKey: [UInt8]
  private let key: XWingMLKEM768X25519.PrivateKey

  /// The pair of a 32-byte seed.
  public init(seed: Secret) throws(SealingError) {
    do {
      key = try XWingMLKEM768X25519.PrivateKey(seed: seed)
    } catch {
      throw SealingError(.malformedKey, "an X-Wing key can't be made of this seed")
    }
    publicKey = Array(key.publicKey.rawRepresentation)
  }

  deinit { key.cleanse() }

  /// Opens a message that was sealed to the public key with the same info.
  /// - Throws: `SealingError` `.truncated` for what is too short to be one, else `.wrongKey`: another key, another
  ///   info and an altered message can't be told apart.
  public func open(_ message: [UInt8], info: [UInt8]) throws(SealingError) -> Secret {
    guard message.count >= Envelope.overhead else {
      throw SealingError(.truncated, "a message to a public key is too short")
    }
    do {
      var recipient = try HPKE.Recipient(
        privateKey: key, ciphersuite: Envelope.suite, info: Data(info),
        encapsulatedKey: Data(message[..<Envelope.encapsulatedSize]))
      var opened = try recipient.open(message[Envelope.encapsulatedSize...])
      return Secret(taking: &opened)
    } catch {
      throw SealingError(.wrongKey, "this message was not sealed to this key, or not in this place")
    }
  }

  /// What it is; never its keys.
  public var description: String { "JournalKey" }

  /// Nothing to look at.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
