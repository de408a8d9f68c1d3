/// What a vault's user must be told: what happened, to what, what was kept safe, what to do next.
///
/// Equal by code alone. Texts hold no secrets and no customer's name.
public struct VaultError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of trouble; the command line gives each its exit code (design, section 10).
  public enum Code: String, Sendable, Hashable {
    /// No place lies there.
    case noVault
    /// Something is there already.
    case exists
    /// Other writers were in the way, again and again.
    case busy
    /// The identity opens nothing here, or not this.
    case notGranted
    /// The passphrase, shares or file give another identity than the one that was granted.
    case wrongKey
    /// The place is behind, or not consistent with, what this machine saw.
    case rollback
    /// First contact, and nobody said which vault to expect; or another vault than expected.
    case unknownVault
    /// A clock is wrong.
    case clock
    /// A rule forbids it.
    case refused
    /// Bytes aren't what was sealed.
    case damaged
    /// An object that should be there isn't.
    case missing
    /// What the user gave can't be used.
    case input
    /// A disk or network failed.
    case storage
    /// Something else.
    case failed
  }

  /// Which kind of trouble.
  public let code: Code
  /// What happened, to what: lower case, no full stop.
  public let what: String
  /// What is safe, where that isn't plain.
  public let safe: String?
  /// What to do next.
  public let hint: Hint?

  /// An error of a vault.
  public init(_ code: Code, _ what: String, safe: String? = nil, hint: Hint? = nil) {
    self.code = code
    self.what = what
    self.safe = safe
    self.hint = hint
  }

  /// A name that none of those bears that there are.
  static func unknown(_ what: String, _ name: String, among names: [String]) -> VaultError {
    VaultError(.input, "there is no \(what) '\(name)'; there are: \(names.joined(separator: ", "))")
  }

  /// Equal by code alone, so that tests and callers don't hang on words.
  public static func == (one: VaultError, other: VaultError) -> Bool { one.code == other.code }

  /// Hashes by code alone.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }

  /// What happened and what is safe.
  public var description: String { safe.map { "\(what) (\($0))" } ?? what }
}
