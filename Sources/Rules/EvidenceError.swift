/// Why evidence was refused (Format 4.6). Equal by code alone.
public struct EvidenceError: Error, Sendable, CustomStringConvertible {
  /// The kinds of refusal that a caller may act upon.
  public enum Code: String, Sendable, CaseIterable {
    /// Not of the form that Format 4.6 describes, or beyond its bounds.
    case malformed
    /// Of another vault than the one that was told.
    case wrongVault
    /// An entry of an event that this version doesn't know.
    case unknownEvent
    /// What it claims doesn't follow from what is in it.
    case doesNotHold
    /// The document isn't the one that the entry names, or it names none.
    case otherDocument
  }

  /// What kind of refusal it is.
  public let code: Code
  /// What happened.
  public let what: String
  /// What to do, if there is something to do.
  public let hint: String?

  package init(_ code: Code, _ what: String, hint: String? = nil) {
    (self.code, self.what, self.hint) = (code, what, hint)
  }

  /// One line for a person.
  public var description: String { "evidence: \(what)" }
}

extension EvidenceError: Hashable {
  /// Errors are equal when their codes are.
  public static func == (left: EvidenceError, right: EvidenceError) -> Bool { left.code == right.code }

  /// Hashes the code alone.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
