import Testing

@testable import Drill

@Suite("Plans")
struct PlanTests {
  static let sound = """
    name: fire
    title: A fire
    story: All is gone.
    loses: [vault]
    objectives: {rto: 4h, rpo: 1d}
    """

  @Test("a plan is read")
  func reads() throws {
    let plan = try Plan(yaml: Self.sound)
    #expect(plan.name == "fire")
    #expect(plan.loses == [.vault])
    #expect(plan.objectives == Objectives(rto: 14_400, rpo: 86_400))
    #expect(plan.destination == nil)
  }

  @Test("every ready plan is sound, and called by its name")
  func readyPlans() throws {
    for name in PlanCatalog.names {
      let text = try #require(PlanCatalog.text(name))
      #expect(try Plan(yaml: text).name == name)
    }
    #expect(PlanCatalog.text("no-such-plan") == nil)
  }

  @Test(
    "a plan that says too much, too little or nonsense is refused",
    arguments: [
      ("", ""), ("name: fire", "name: Fire!"), ("loses: [vault]", "loses: []"),
      ("loses: [vault]", "loses: [moon]"), ("rto: 4h", "rto: soon"), ("rto: 4h", "rto: 0h"),
      ("rto: 4h", "rto: -1h"), ("rto: 4h", "rto: 99999999999999999999h"), ("rto: 4h, rpo: 1d", "rto: 4h"),
      ("story: All is gone.", "stories: None."), ("title: A fire", "title: [a, b]"),
      ("name: fire", "name: &a fire"), ("name: fire", "name: fire\nname: flood"),
      ("title: A fire", "title: \(String(repeating: "x", count: 300))"),
    ])
  func refuses(_ part: String, _ other: String) {
    let text = part.isEmpty ? other : Self.sound.replacing(part, with: other)
    #expect(throws: DrillError(.plan, "")) { try Plan(yaml: text) }
  }

  @Test("a plan that is too long is not even parsed")
  func tooLong() {
    let text = Self.sound + "\n#" + String(repeating: "x", count: Plan.limit)
    #expect(throws: DrillError(.plan, "")) { try Plan(yaml: text) }
  }
}

@Suite("Verdicts")
struct VerdictTests {
  let objectives = Objectives(rto: 100, rpo: 1000)

  func measured(
    rto: UInt64 = 100, rpo: UInt64 = 1000, expected: UInt64 = 5, restored: UInt64 = 5, findings: UInt64 = 0
  ) -> Objectives.Measured {
    .init(rto: rto, rpo: rpo, expected: expected, restored: restored, findings: findings)
  }

  func passes(_ measured: Objectives.Measured) -> Bool {
    objectives.judge(measured).allSatisfy(\.passed)
  }

  @Test("met to the second is met")
  func met() { #expect(passes(measured())) }

  @Test("each objective alone can fail a drill")
  func missed() {
    #expect(!passes(measured(rto: 101)))
    #expect(!passes(measured(rpo: 1001)))
    #expect(!passes(measured(restored: 4)))
    #expect(!passes(measured(findings: 1)))
    // Nothing restored of nothing expected is what a drill of the wrong place would show.
    #expect(!passes(measured(expected: 0, restored: 0)))
  }
}
