/// What is wrong with recovery shares. Equal by code alone. It names places and words of the public list, never a share.
public struct ShareError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of trouble.
  public enum Code: String, Sendable, Hashable {
    /// There is no share at all.
    case none
    /// Words that the list doesn't have.
    case unknownWord
    /// A count of words that no share has.
    case length
    /// The words don't fit together: some are wrong, or in another order.
    case checksum
    /// The words say something that no share says.
    case malformed
    /// Shares of different sets.
    case mixed
    /// One share twice.
    case doubled
    /// Fewer than are needed.
    case tooFew
    /// Shares that seem to be of one set, and give no secret together.
    case inconsistent
    /// They give a secret, which is none of an identity of version 1.
    case noIdentity
    /// More than is taken at once.
    case tooMany
  }

  /// Which kind.
  public let code: Code
  /// What happened: lower case, no full stop.
  public let what: String

  /// An error of shares.
  public init(_ code: Code, _ what: String) {
    self.code = code
    self.what = what
  }

  /// What happened.
  public var description: String { what }

  /// Equal by code alone.
  public static func == (one: ShareError, other: ShareError) -> Bool { one.code == other.code }

  /// Hashes by code alone.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
