/// What went wrong with something sealed. Equal by code alone; it never holds secrets.
public struct SealingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of trouble.
  public enum Code: String, Sendable, Hashable {
    /// The key, or the context it is used in, isn't the one it was sealed with.
    case wrongKey
    /// Authentication failed: the bytes aren't what was sealed.
    case corrupted
    /// The end is missing.
    case truncated
    /// Parameters beyond what version 1 allows.
    case refusedParameters
    /// A key of a wrong length or form.
    case malformedKey
    /// A public identity without a proof that its maker holds its keys.
    case unproved
    /// A passphrase that isn't text.
    case notText
    /// The cryptographic library failed.
    case unavailable
    /// A stream was used after its end, or after an error broke it.
    case ended
  }

  /// Which kind.
  public let code: Code
  /// What happened: lower case, no full stop.
  public let what: String

  /// An error of sealing.
  public init(_ code: Code, _ what: String) {
    self.code = code
    self.what = what
  }

  /// What happened.
  public var description: String { what }

  /// Equal by code alone.
  public static func == (one: SealingError, other: SealingError) -> Bool { one.code == other.code }

  /// Hashes by code alone.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
