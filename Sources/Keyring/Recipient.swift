public import Sealing

/// An identity that a generation is granted to.
public struct Recipient: Sendable, Hashable {
  /// Its public keys.
  public let identity: PublicIdentity
  /// How its seed comes from a passphrase, where it does.
  package let scrypt: IdentityFile.Scrypt?

  /// A recipient; with parameters if it is one of kind `passphrase`.
  public init(_ identity: PublicIdentity, scrypt: IdentityFile.Scrypt? = nil) {
    self.identity = identity
    self.scrypt = scrypt
  }

  /// Its id.
  public var id: Identifier { identity.id }
}

/// Which sections a recipient is to open.
public enum Access: Sendable, Hashable {
  /// Every section that there is.
  case all
  /// These sections.
  case only(Set<Identifier>)

  /// Whether a section is among them.
  package func includes(_ section: Identifier) -> Bool {
    switch self {
    case .all: true
    case .only(let sections): sections.contains(section)
    }
  }
}
