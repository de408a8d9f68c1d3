/// Something that is wrong with a plan, and where it stands.
public struct PlanMistake: Hashable, Sendable, CustomStringConvertible {
  /// Counted from 1; 0 where it is about the whole plan.
  public let line: Int
  /// Counted from 1; 0 where it is about the whole plan.
  public let column: Int
  /// What is wrong: lower case, no full stop.
  public let what: String

  /// For people.
  public var description: String { line == 0 ? what : "line \(line), column \(column): \(what)" }
}

/// Collects what is wrong with one plan, so that all of it can be mended at once.
final class PlanMistakes {
  private(set) var all: [PlanMistake] = []
  /// More than so many are of no use to anybody.
  private static let limit = 100

  func add(_ what: String, line: Int, column: Int) {
    guard all.count < Self.limit else { return }
    all.append(PlanMistake(line: line, column: column, what: what))
  }

  var sorted: [PlanMistake] {
    all.isEmpty
      ? [PlanMistake(line: 0, column: 0, what: "it can't be read")]
      : all.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
  }
}
