internal import Rules
internal import Vault

extension Plan.Wanted {
  /// `latest`, `last-good`, a day as 2026-05-01 (at its end), or {before: 3d}.
  init?(_ node: PlanNode) {
    if let word = node.scalar {
      switch word {
      case "latest": self = .latest
      case "last-good": self = .lastGood
      default:
        guard let day = CivilDay(word), let next = CivilDay(days: day.days + 1),
          let end = CivilTime.start(of: next)
        else {
          node.wrong("'snapshot' is to be latest, last-good, a day as 2026-05-01, or {before: 3d}")
          return nil
        }
        self = .asOf(end - 1)
      }
      return
    }
    node.allows(["before"])
    guard let seconds = node.required("before").flatMap({ $0.duration() }) else { return nil }
    self = .before(seconds)
  }
}

extension Plan.Scope {
  /// `all`, or one of {classes: […]}, {customers: […]}, {sample: 20}, {untested: 20}.
  init?(_ node: PlanNode) {
    if let word = node.scalar {
      guard word == "all" else {
        node.wrong("'scope' is to be all, or have classes, customers, sample or untested")
        return nil
      }
      self = .all
      return
    }
    let kinds = ["classes", "customers", "sample", "untested"]
    node.allows(kinds)
    let said = kinds.compactMap { node[$0] }
    guard said.count == 1, let one = said.first else {
      node.wrong("'scope' has exactly one of classes, customers, sample and untested")
      return nil
    }
    switch one.name {
    case "classes": self = .classes(one.texts(limit: 100, each: 100))
    case "customers": self = .customers(one.texts(limit: 1000, each: 200))
    case let name:
      guard let count = one.integer(1...10_000) else { return nil }
      self = name == "sample" ? .sample(Int(count)) : .untested(Int(count))
    }
  }
}

extension Plan.Limits {
  init(_ node: PlanNode) {
    node.allows(["space", "time", "read"])
    self.init(
      space: node["space"]?.bytes(), time: node["time"]?.duration(), read: node["read"]?.bytes())
  }
}
