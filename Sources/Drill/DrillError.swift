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
    /// The evidence can't be written, or isn't what it claims to be.
    case evidence
  }

  /// Which kind of trouble.
  public let code: Code
  /// What happened: lower case, no full stop.
  public let what: String
  /// What to do next.
  public let hint: Hint?
  /// Everything that is wrong with a plan.
  public let mistakes: [PlanMistake]

  /// An error of a drill.
  public init(_ code: Code, _ what: String, hint: Hint? = nil) {
    self.code = code
    self.what = what
    self.hint = hint
    mistakes = []
  }

  /// A plan that can't be used.
  init(_ mistakes: [PlanMistake]) {
    code = .plan
    let more = mistakes.count - 1
    let first = mistakes.first.map(\.description) ?? "it can't be read"
    what = "plan: \(first)\(more > 0 ? ", and \(more) more \(more == 1 ? "mistake" : "mistakes")" : "")"
    hint = more > 0 ? .checkPlan : nil
    self.mistakes = mistakes
  }

  /// Equal by code alone.
  public static func == (one: DrillError, other: DrillError) -> Bool { one.code == other.code }

  /// Hashes by code alone.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }

  /// What happened.
  public var description: String { what }
}
