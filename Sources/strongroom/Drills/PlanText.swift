internal import Rules
import Drill

/// What a plan will do, for whoever is to allow it.
enum PlanText {
  static func lines(of plan: Plan) -> [String] {
    let words = ReportWords.english
    var lines = ["\(plan.name): \(plan.title)", "  level:       \(plan.level.rawValue)"]
    if plan.level == .tabletop {
      return lines + plan.questions.enumerated().map { "  \($0 + 1). \($1)" }
    }
    if !plan.loses.isEmpty {
      lines.append("  lost:        \(plan.loses.map(\.rawValue).sorted().joined(separator: ", "))")
    }
    for fault in plan.faults { lines.append("  damage:      \(words.telling(fault))") }
    lines.append("  recovery:    \(recovery(plan))")
    lines.append("  good end:    \(plan.expects.map(\.rawValue).sorted().joined(separator: ", "))")
    if let rto = plan.objectives.rto { lines.append("  RTO:         \(Output.duration(rto))") }
    if let rpo = plan.objectives.rpo { lines.append("  RPO:         \(Output.duration(rpo))") }
    for probe in plan.probes { lines.append("  asked:       \(words.name(of: probe))") }
    if let space = plan.limits.space { lines.append("  space:       at most \(Output.size(space))") }
    if let time = plan.limits.time { lines.append("  time:        at most \(Output.duration(time))") }
    if let read = plan.limits.read { lines.append("  read:        at most \(Output.size(read))") }
    lines.append("  valid for:   \(Output.duration(plan.valid))")
    if !plan.controls.isEmpty { lines.append("  controls:    \(plan.controls.joined(separator: "; "))") }
    return lines
  }

  private static func snapshot(_ plan: Plan) -> String {
    switch plan.snapshot {
    case .latest: ""
    case .lastGood: "; the newest snapshot all of whose boxes are sound"
    case .before(let seconds): "; the newest snapshot begun \(Output.duration(seconds)) before, or earlier"
    case .asOf(let time): "; the newest snapshot begun by \(Output.moment(time))"
    }
  }

  private static func recovery(_ plan: Plan) -> String {
    let how =
      switch plan.recovery {
      case .restore: "the whole vault is restored to a scratch folder"
      case .read: "records are read straight from the destination"
      case .mend: "the next snapshot makes the destination good, then the whole vault is restored"
      case .none: "nothing is brought back"
      }
    let what =
      switch plan.scope {
      case .all: ""
      case .classes(let names): "; classes \(names.joined(separator: ", "))"
      case .customers(let names): "; \(Output.count(names.count, "customer"))"
      case .untested(let count): "; the \(Output.count(count, "customer")) whose turn it is"
      case .sample(let count):
        "; \(Output.count(count, "customer")) by chance\(plan.seed.map { ", seed \($0)" } ?? "")"
      }
    return how + snapshot(plan) + what
  }
}
