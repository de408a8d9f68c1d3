package import Ledger
public import Sealing

/// Why a commit can't be folded: it is no commit by an identity active there, or of a newer program. Nothing of it
/// was applied. Equal by code alone.
public struct StateError: Error, Sendable, CustomStringConvertible {
  /// The kinds of refusal that a caller may act upon.
  public enum Code: String, Sendable, CaseIterable {
    /// It doesn't follow what was folded before.
    case notNext
    /// It is of another vault, or doesn't found one.
    case wrongVault
    /// Its identity isn't active.
    case notActive
    /// Its signature isn't its identity's.
    case wrongSignature
    /// An event that this version doesn't know.
    case unknownEvent
    /// Members of an entry that are unknown, missing or out of bounds.
    case malformed
    /// The bytes are no commit: see `cause`.
    case noCommit
  }

  /// What kind of refusal it is.
  public let code: Code
  /// The commit's name, where one is known.
  public let object: String?
  /// What happened.
  public let what: String
  /// What to do, if there is something to do.
  public let hint: String?
  /// Why the bytes are no commit.
  package let cause: LedgerError?

  init(_ code: Code, _ what: String, object: String? = nil, hint: String? = nil, cause: LedgerError? = nil) {
    self.code = code
    self.object = object
    self.what = what
    self.hint = hint
    self.cause = cause
  }

  /// One line for a person, and a hint line where there is one.
  public var description: String {
    (object.map { "\($0): " } ?? "") + what + (hint.map { "\nhint: \($0)" } ?? "")
  }

  /// The same refusal, said of entry `entry` in the commit `commit`.
  func at(entry: UInt64, commit: UInt64) -> StateError {
    StateError(code, "entry \(entry): \(what)", object: Commit.name(commit), hint: hint, cause: cause)
  }

  /// What to do about an object that stops the ledger.
  package static let moveAway =
    "nothing of it was used; whoever runs the store moves it and its copy in second/ away (Format 4.1)"
}

extension StateError: Hashable {
  /// Errors are equal when their codes are.
  public static func == (left: StateError, right: StateError) -> Bool { left.code == right.code }

  /// Hashes the code alone.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}

/// The rules of Format 4.5 by their number: what an entry must keep to count.
public enum Rule: Int, Hashable, Sendable, CaseIterable {
  case reference = 0
  case role, generation, box, counts, eyes, snapshot, identity, place, removed, classes, account
}

/// An entry that stays without effect, and the first rule that it broke.
public struct NotCounted: Hashable, Sendable, CustomStringConvertible {
  /// The entry's number.
  public let number: UInt64
  /// What it would have entered.
  public let event: EventName
  /// Who made it.
  public let by: Identifier
  /// The first rule that it broke.
  public let rule: Rule
  /// How.
  public let reason: String

  /// For a person.
  public var description: String {
    "entry \(number) (`\(event.rawValue)`) doesn't count: \(reason) (rule \(rule.rawValue), \(rule))"
  }
}
