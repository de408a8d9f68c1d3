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
    #expect(plan.destination == nil && plan.recovery == .restore && plan.expects == [.recovered])
  }

  @Test("all that a plan may say is read")
  func readsAll() throws {
    let plan = try Plan(
      yaml: """
        name: all
        title: All
        story: All.
        level: functional
        loses: [memory]
        destination: cellar
        snapshot: {before: 3d}
        scope: {classes: [basic]}
        faults:
          - {fault: flip, of: boxes, count: 3, since: 2h}
          - {fault: lose, of: keyring, share: 12.5%, copies: both}
          - {fault: kill, after: 7}
        recovery: restore
        expects: [recovered, noticed]
        objectives: {rto: 90s, rpo: 30m, records: 99.5%, damage: 2}
        probes:
          - counts
          - customer: C-1
          - canary: {customer: C-1, path: a.txt, sha256: \(String(repeating: "ab", count: 32))}
          - command: [/bin/true, x]
            within: 5s
        limits: {space: 2 GiB, time: 1h, read: 512MiB}
        tells: [me@example.com]
        controls: [DORA 12]
        valid: 30d
        seed: 42
        """)
    #expect(plan.snapshot == .before(3 * 86_400) && plan.scope == .classes(["basic"]) && plan.seed == 42)
    #expect(plan.faults.map(\.kind) == [.flip, .lose, .kill])
    #expect(plan.faults[0].since == 7200 && plan.faults[0].amount == .count(3) && !plan.faults[0].bothCopies)
    #expect(plan.faults[1].amount == .share(125) && plan.faults[1].bothCopies && plan.faults[2].after == 7)
    #expect(plan.objectives == Objectives(rto: 90, rpo: 1800, records: 995, damage: 2))
    #expect(plan.probes.count == 4 && plan.probes[3] == .command(["/bin/true", "x"], seconds: 5))
    #expect(plan.limits == Plan.Limits(space: 2 << 30, time: 3600, read: 512 << 20))
    #expect(plan.valid == 30 * 86_400 && plan.controls == ["DORA 12"])
    let day = try Plan(yaml: Self.sound + "\nsnapshot: 2026-05-01")
    // 2026-05-01 23:59:59 UTC, by date -d.
    #expect(day.snapshot == .asOf(1_777_679_999))
  }

  @Test("every ready plan is sound, speaks two languages, and is called by its name")
  func readyPlans() throws {
    #expect(PlanCatalog.names.count == 13)
    for name in PlanCatalog.names {
      let text = try #require(PlanCatalog.text(name))
      #expect(Plan.mistakes(in: text) == [], "\(name)")
      let plan = try Plan(yaml: text)
      #expect(plan.name == name && plan.translations["zh"] != nil && !plan.controls.isEmpty)
    }
    #expect(PlanCatalog.text("no-such-plan") == nil)
  }

  @Test("every mistake is told, with its line and column")
  func mistakes() throws {
    let text = """
      name: Fire!
      tilte: A fire
      story: All is gone.
      loses: [vault, moon]
      faults:
        - {fault: melt}
        - {fault: flip, of: boxes, count: 0}
      objectives: {rto: soon, rpo: 1d}
      """
    let told = Plan.mistakes(in: text).map(\.description)
    let wanted = [
      "line 1, column 1: the plan needs 'title'",
      "line 1, column 7: 'name' may have a-z, 0-9 and - only, not 'Fire!'",
      "line 2, column 1: the plan has no 'tilte'; 'title' was meant?",
      "line 4, column 16: 'loses' can't be 'moon'; known: vault, memory, identity",
      "line 6, column 13: 'fault' can't be 'melt'; known: flip, truncate, lose, overwrite, swap, cut, replace, slow, fail, fill, kill",
      "line 7, column 37: 'count' is to be a whole number from 1 to 1000000",
      "line 8, column 19: 'rto' is to be a span of time as 90s, 30m, 4h or 2d, not 'soon'",
    ]
    #expect(told == wanted)
    let error = #expect(throws: DrillError.self) { try Plan(yaml: text) }
    #expect(error?.mistakes.count == wanted.count)
  }

  @Test(
    "a plan that says too much, too little or nonsense is refused",
    arguments: [
      ("", ""), ("", "- a\n- b"), ("", "name: [unclosed"), ("name: fire", "name: Fire!"),
      ("loses: [vault]", "loses: []"),
      ("loses: [vault]", "loses: [moon]"), ("rto: 4h", "rto: soon"), ("rto: 4h", "rto: 0h"),
      ("rto: 4h", "rto: -1h"), ("rto: 4h", "rto: 99999999999999999999h"), ("rto: 4h", "rto:"),
      ("rto: 4h", "records: 101%"), ("rto: 4h", "damage: -1"),
      ("story: All is gone.", "stories: None."), ("title: A fire", "title: [a, b]"),
      ("name: fire", "name: &a fire"), ("name: fire", "name: fire\nname: flood"),
      ("title: A fire", "title: \(String(repeating: "x", count: 300))"),
      ("loses: [vault]", "level: full"), ("loses: [vault]", "level: tabletop"),
      ("loses: [vault]", "recovery: mend"),
      ("loses: [vault]", "recovery: none"), ("loses: [vault]", "recovery: read\nsnapshot: last-good"),
      ("loses: [vault]", "expects: []"), ("loses: [vault]", "expects: [noticed]"),
      ("loses: [vault]", "faults: [{fault: lose, at: vault}]"),
      ("loses: [vault]", "faults: [{fault: flip, after: 3}]"),
      ("loses: [vault]", "faults: [{at: vault}]"),
      ("loses: [vault]", "faults: [{fault: flip, count: 1, share: 1%}]"),
      ("loses: [vault]", "faults: {fault: flip}"), ("loses: [vault]", "probes: [all]"),
      ("loses: [vault]", "probes: [{command: true}]"), ("loses: [vault]", "probes: [{command: [true]}]"),
      ("loses: [vault]", "probes: [{canary: {customer: C, path: a, sha256: 00}}]"),
      ("loses: [vault]", "scope: some"), ("loses: [vault]", "scope: {sample: 0}"),
      ("loses: [vault]", "scope: {untested: none}"),
      ("loses: [vault]", "scope: {sample: 1, classes: [a]}"), ("loses: [vault]", "snapshot: yesterday"),
      ("loses: [vault]", "snapshot: 2026-02-30"), ("loses: [vault]", "limits: {space: much}"),
      ("loses: [vault]", "faults: [{fault: swap, count: 1}]"),
      ("loses: [vault]", "faults: [{fault: replace, at: vault}]"),
      ("loses: [vault]", "tells: [&a [x], *a]"),
      ("loses: [vault]", "faults: [{fault: kill}]\nrecovery: read"),
      ("loses: [vault]", "faults: [{fault: replace}, {fault: flip}]\nrecovery: none\nexpects: [noticed]"),
      ("rto: 4h", "records: 99.94%"), ("rto: 4h", "records: 0x1p3%"),
      ("loses: [vault]", "expects: [shut]"),
      ("loses: [vault]", "expects: [recovered, erased]\nrecovery: read"),
      ("loses: [vault]", "probes: [{customer: C, within: 3s}]"),
      ("loses: [vault]", "probes: [{customer: C, command: [/bin/true]}]"),
      ("loses: [vault]", "loses: [vault]\nrecovery: none\nexpects: [erased]"), ("loses: [vault]", "seed: -1"),
      ("loses: [vault]", "valid: for ever"),
    ])
  func refuses(_ part: String, _ other: String) {
    let text = part.isEmpty ? other : Self.sound.replacing(part, with: other)
    #expect(throws: DrillError(.plan, "")) { try Plan(yaml: text) }
  }

  /// Twelve levels of nine: whoever reads them unfolds 282 billion.
  @Test(
    "anchors and aliases are refused before anything is read, and what can't be one isn't")
  func aliases() {
    var bomb = "a0: &a0 [x]\n"
    for level in 1...12 {
      bomb += "a\(level): &a\(level) [\((0..<9).map { _ in "*a\(level - 1)" }.joined(separator: ","))]\n"
    }
    for text in [
      bomb, "tells: [\(bomb.split(separator: "\n").map { "{\($0)}" }.joined(separator: ", "))]", "{? *l : 1}",
    ] {
      #expect(throws: DrillError(.plan, "")) { try Plan(yaml: text) }
      #expect(YAMLAliases.first(in: text) != nil)
    }
    // What a reader that knows some quotes takes for one may be none.
    for text in [
      "[a 'b, &x [1], *x]", "[a '# b', &x [1]]", "\u{feff}&a x", "[a - \"b, *x]", "a: b\n 'c, *x", "[中&a]",
    ] {
      #expect(YAMLAliases.first(in: text) != nil, "\(text)")
    }
    for text in ["title: R&D, 3 * 4", "title: \"\\u0026x\"", "story: it's 5 & 6", "title: 3*4 &", "a: '**'"] {
      #expect(YAMLAliases.first(in: text) == nil, "\(text)")
    }
  }

  @Test("a name as long as a plan may be is refused at once")
  func longName() {
    let mistakes = Plan.mistakes(in: Self.sound + "\n" + String(repeating: "x", count: 60_000) + ": 1")
    #expect(mistakes.count == 1 && mistakes[0].what.count < 400)
  }

  @Test("a plan that is too long is not even parsed")
  func tooLong() {
    let text = Self.sound + "\n#" + String(repeating: "x", count: Plan.limit)
    #expect(throws: DrillError(.plan, "")) { try Plan(yaml: text) }
  }
}

@Suite("Verdicts")
struct VerdictTests {
  static func plan(_ more: String = "", expects: String = "[recovered]") throws -> Plan {
    try Plan(
      yaml: """
        name: v
        title: V
        story: V.
        loses: [memory]
        faults: [{fault: flip}]
        expects: \(expects)
        objectives: {rto: 100s, rpo: 1000s, records: 90%, damage: 2}
        \(more)
        """)
  }

  func passes(_ plan: Plan, _ change: (inout Measured) -> Void = { _ in }) -> Bool {
    var measured = Measured()
    (measured.rto, measured.rpo, measured.expected, measured.restored) = (100, 1000, 10, 9)
    measured.damage = 2
    measured.faults = (3, 3)
    change(&measured)
    return plan.judge(measured).allSatisfy(\.passed)
  }

  @Test("met to the second is met, and each objective alone can fail a drill")
  func objectives() throws {
    let plan = try Self.plan()
    #expect(passes(plan))
    #expect(!passes(plan) { $0.rto = 101 })
    #expect(!passes(plan) { $0.rpo = 1001 })
    #expect(!passes(plan) { $0.restored = 8 })
    #expect(!passes(plan) { $0.damage = 3 })
    #expect(!passes(plan) { $0.rto = nil })
    // Of how many isn't known, more than there were, or none of none.
    #expect(!passes(plan) { $0.expected = nil })
    #expect(!passes(plan) { $0.restored = 11 })
    #expect(!passes(plan) { ($0.expected, $0.restored) = (0, 0) })
  }

  @Test(
    "what is to be noticed, refused, gone or shut is asked only where the plan expects it, and each can fail")
  func expectations() throws {
    #expect(passes(try Self.plan()) { $0.faults = (3, 2) })
    #expect(passes(try Self.plan(expects: "[noticed]")) { $0.restored = nil })
    #expect(!passes(try Self.plan(expects: "[noticed]")) { $0.faults = (3, 2) })
    #expect(!passes(try Self.plan(expects: "[noticed]")) { $0.faults = (0, 0) })
    #expect(!passes(try Self.plan(expects: "[refused]")))
    #expect(passes(try Self.plan(expects: "[refused]")) { $0.wasRefused = true })
    #expect(!passes(try Self.plan(expects: "[erased]")))
    #expect(!passes(try Self.plan(expects: "[erased]")) { $0.erasures = (1, 1) })
    #expect(!passes(try Self.plan(expects: "[erased]")) { $0.erasures = (0, 0) })
    #expect(passes(try Self.plan(expects: "[erased]")) { $0.erasures = (1, 0) })
    #expect(!passes(try Self.plan(expects: "[shut]")))
    #expect(!passes(try Self.plan(expects: "[shut]")) { $0.formerKeyOpened = true })
    #expect(passes(try Self.plan(expects: "[shut]")) { $0.formerKeyOpened = false })
  }

  @Test("limits and probes count, too")
  func limits() throws {
    let plan = try Self.plan("limits: {time: 60s, read: 1 KiB}")
    #expect(passes(plan) { ($0.took, $0.read) = (60, 1024) })
    #expect(!passes(plan) { $0.took = 61 })
    #expect(!passes(plan) { $0.read = 1025 })
    #expect(
      passes(plan) { $0.probes = [ProbeResult(probe: .counts, answer: .same(classes: 1, versions: 1))] })
    #expect(
      !passes(plan) { $0.probes = [ProbeResult(probe: .counts, answer: .differs("a", got: 1, wanted: 2))] })
    #expect(!passes(plan) { $0.probes = [ProbeResult(probe: .customer("C"), answer: .records(0))] })
    #expect(!passes(plan) { $0.probes = [ProbeResult(probe: .customer("C"), answer: .ended(1))] })
  }

  @Test("a sample without fault bounds what may be unsound: the rule of three, to a tenth")
  func sampling() {
    // 1 - 0.05^(1/n), computed by hand: n = 1: 0.95; n = 59: 0.0495; n = 300: 0.009936.
    #expect((950_000...950_001).contains(Sampling.upperBound(unsound: 0, of: 1)))
    #expect((49_400...49_600).contains(Sampling.upperBound(unsound: 0, of: 59)))
    #expect((9_930...9_940).contains(Sampling.upperBound(unsound: 0, of: 300)))
    // One of 93 unsound: 5 % (tables of attributes sampling: n = 93 for one allowed at 95 %).
    #expect((49_000...51_000).contains(Sampling.upperBound(unsound: 1, of: 93)))
    #expect(Sampling.upperBound(unsound: 0, of: 0) == 1_000_000)
    #expect(Sampling.upperBound(unsound: 5, of: 5) == 1_000_000)
  }
}
