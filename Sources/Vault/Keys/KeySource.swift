public import Sealing

/// What a user brings to prove who they are.
public enum KeySource: Sendable {
  /// An identity from a file.
  case identity(Identity)
  /// A passphrase, which with the salt in a grant gives an identity.
  case passphrase(Secret)
}
