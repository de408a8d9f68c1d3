public import Vault

/// What keeps a round, or a part of it, from being done.
public struct RoundError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What happened.
  public enum Code: Hashable, Sendable {
    /// Another round works on this machine.
    case busy
    /// A place doesn't answer.
    case stuck
    /// The round was interrupted.
    case interrupted
    /// A text that was given can't be used.
    case input
  }

  /// What happened.
  public let code: Code
  /// The same in words: lower case, no full stop.
  public let what: String
  /// What holds in spite of it.
  public let safe: String
  /// What to do.
  public let hint: Hint?

  init(_ code: Code, _ what: String, safe: String = "", hint: Hint? = nil) {
    self.code = code
    self.what = what
    self.safe = safe
    self.hint = hint
  }

  /// The same as `what`.
  public var description: String { what }
}
