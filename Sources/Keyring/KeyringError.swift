internal import Sealing

/// Why something of the keyring can't be used or made. Two errors are equal when their codes are.
public struct KeyringError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What a caller may decide by.
  public enum Code: Sendable, Hashable {
    /// The bytes, or the values to be written, aren't what the format allows.
    case malformed
    /// An authentication failed: the bytes were altered or cut.
    case damaged
    /// The object isn't the one that its name, count, size or first id promises.
    case mismatched
    /// A key, passphrase or context that doesn't open this.
    case wrongKey
    /// The identity has no grant in this generation, or none for this section.
    case notGranted
    /// More than the format allows: epochs, pages, grants, bytes.
    case limit
    /// The change contradicts itself or the generation that it starts from.
    case refused
    /// The cryptographic library failed.
    case unavailable
  }

  /// What a caller may decide by.
  public let code: Code
  /// What happened, to which object: no key, no name, no id that stands for a customer.
  public let message: String

  /// An error with its code and a message in lower case, without full stop.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }

  /// Equal by code alone.
  public static func == (left: KeyringError, right: KeyringError) -> Bool { left.code == right.code }
}

extension KeyringError {
  /// A failure of sealing or opening, told of the object that it happened to.
  init(_ error: SealingError, _ object: String) {
    switch error.code {
    case .wrongKey: self.init(.wrongKey, "\(object): the key doesn't open it")
    case .corrupted, .truncated: self.init(.damaged, "\(object): altered or cut")
    default: self.init(.unavailable, "\(object): \(error)")
    }
  }
}

/// Runs what may fail in Sealing, and tells the failure of `object`.
func sealing<R>(_ object: @autoclosure () -> String, _ body: () throws(SealingError) -> R)
  throws(KeyringError) -> R
{
  do {
    return try body()
  } catch {
    throw KeyringError(error, object())
  }
}
