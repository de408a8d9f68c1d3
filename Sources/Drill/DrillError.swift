public import Vault

/// What keeps a drill from being run; a drill that runs and fails is a result, not an error.
public struct DrillError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of trouble.
  public enum Code: String, Sendable, Hashable {
    /// The plan can't be read.
    case plan
    /// There is no plan of that name.
    case noPlan
    /// The drill needs something that it wasn't given.
    case needs
    /// The evidence can't be written.
    case evidence
  }

  /// Which kind of trouble.
  public let code: Code
  /// What happened: lower case, no full stop.
  public let what: String
  /// What to do next.
  public let hint: Hint?

  /// An error of a drill.
  public init(_ code: Code, _ what: String, hint: Hint? = nil) {
    self.code = code
    self.what = what
    self.hint = hint
  }

  /// Equal by code alone.
  public static func == (one: DrillError, other: DrillError) -> Bool { one.code == other.code }

  /// Hashes by code alone.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }

  /// What happened.
  public var description: String { what }
}
