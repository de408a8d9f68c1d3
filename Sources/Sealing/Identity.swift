internal import Crypto
internal import Foundation

/// Who somebody is to the vault: two public keys, one that grants are sealed to, one that signatures are
/// checked with (Format.md, 1.3).
public struct PublicIdentity: Hashable, Sendable {
  /// The X-Wing public key, 1,216 bytes.
  public let xWing: [UInt8]
  /// The Ed25519 public key, 32 bytes.
  public let ed25519: [UInt8]
  /// The first 16 bytes of a SHA-256 over both.
  public let id: Identifier

  /// Checks that both are keys that somebody can hold.
  /// - Throws: `SealingError` `.malformedKey`.
  public init(xWing: [UInt8], ed25519: [UInt8]) throws(SealingError) {
    guard try PublicPoint.isEd25519(ed25519) else {
      throw SealingError(.malformedKey, "this is no Ed25519 public key that somebody can hold")
    }
    try Envelope.check(xWing)
    self.init(checked: xWing, ed25519)
  }

  /// Keys that passed that check before, and were kept since where nobody else writes.
  package init(checkedBefore xWing: [UInt8], ed25519: [UInt8]) { self.init(checked: xWing, ed25519) }

  init(checked xWing: [UInt8], _ ed25519: [UInt8]) {
    self.xWing = xWing
    self.ed25519 = ed25519
    let digest = Digest.sha256(of: Array("strongroom/v1 identity".utf8) + [0] + xWing + ed25519)
    id = digest.identifier
  }

  /// Whether this identity made an Ed25519 signature over a message: without cofactor, R compared as bytes, S below the
  /// order (Format.md, 4.1).
  package func verifies(signature: [UInt8], of message: [UInt8]) -> Bool {
    guard signature.count == 64, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: ed25519)
    else {
      return false
    }
    return key.isValidSignature(signature, for: message)
  }
}

/// A key pair for opening and one for signing, from one seed of 32 bytes (Format.md, 1.3).
public final class Identity: Sendable, CustomReflectable, CustomStringConvertible {
  /// What everybody may know.
  public let publicIdentity: PublicIdentity
  /// All of it hangs on this.
  package let seed: Secret
  private let xWing: JournalKey
  private let signing: Curve25519.Signing.PrivateKey

  /// Bytes of a seed.
  static let seedSize = 32

  /// The identity of a seed.
  public init(seed: Secret) throws(SealingError) {
    guard seed.count == Self.seedSize else {
      throw SealingError(.malformedKey, "an identity's seed has 32 bytes")
    }
    self.seed = seed
    xWing = try JournalKey(
      seed: KeyDerivation.expand(seed, info: Array("strongroom/v1 x-wing".utf8), count: 32))
    let ed25519 = try KeyDerivation.expand(seed, info: Array("strongroom/v1 ed25519".utf8), count: 32)
    do {
      signing = try Curve25519.Signing.PrivateKey(seed: ed25519)
    } catch {
      throw SealingError(.malformedKey, "a signing key can't be made of this seed")
    }
    publicIdentity = PublicIdentity(checked: xWing.publicKey, Array(signing.publicKey.rawRepresentation))
  }

  /// A new identity.
  public static func generate() throws(SealingError) -> Identity {
    try Identity(seed: try Secret.random(count: seedSize))
  }

  /// An Ed25519 signature, 64 bytes.
  package func sign(_ message: [UInt8]) throws(SealingError) -> [UInt8] {
    guard let signature = try? signing.signature(for: message) else {
      throw SealingError(.unavailable, "a signature can't be made")
    }
    return Array(signature)
  }

  /// Opens what was sealed to this identity.
  public func open(_ message: [UInt8], info: [UInt8]) throws(SealingError) -> Secret {
    try xWing.open(message, info: info)
  }

  /// Its id; never its keys.
  public var description: String { "Identity(\(publicIdentity.id))" }

  /// Nothing to look at.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
