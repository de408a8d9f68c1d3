internal import Rules

/// The words of a drill's page in one language: one table for all that stands on it.
public struct ReportWords: Sendable {
  /// As HTML names the language.
  public let tag: String
  let kind: String
  let verdicts: [DrillVerdict: String]
  let sentence: [DrillVerdict: String]
  let objectives: String
  let columns: (what: String, wanted: String, got: String, verdict: String)
  let met: String
  let missed: String
  let subjects: [Check.Subject: String]
  let probes: Probes
  let timeline: String
  let stages: [Timeline.Stage: String]
  let broke: String
  let damage: String
  let damageColumns: (what: String, objects: String, found: String)
  let faults: [PlannedFault.Kind: String]
  let sides: [PlannedFault.Side: String]
  let things: [PlannedFault.Objects: String]
  let ways: [String: String]
  let bothCopies: String
  let notFound: String
  let noTraces: String
  let findings: String
  let findingColumns: (what: String, remedy: String, owner: String, due: String)
  let noFindings: String
  let before: String
  let trend: String
  let target: String
  let thisDrill: String
  let particulars: String
  let facts: Facts
  let answered: String
  let unanswered: String
  let signOff: String
  let signColumns: (name: String, role: String, date: String, signature: String)
  let roles: [String]
  let footer: String
  let levels: [DrillLevel: String]
  let units: Units
  let answers: (yes: String, no: String, nothing: String, good: String)
  let unfits: [String: String]

  /// The names of particulars.
  struct Facts: Sendable {
    let incident, snapshot, restored, share, since, read, throughput, level, controls, validUntil,
      notes: String
    let vault, destination, by, plan, seed, tool, entry, evidence, sandbox, attempts, estimate: String
    let destroyed, stays, none: String
  }

  /// What probes ask, and what they are answered.
  struct Probes: Sendable {
    let counts, customer, canary, asNoted, another, absent: String
    let command: @Sendable (String) -> String
    let same: @Sendable (String, String) -> String
    let differs: @Sendable (String, String, String) -> String
    let ended, signal: @Sendable (Int32) -> String
    let late: @Sendable (String) -> String
    let notRun, notAsked: String
  }

  /// How numbers are said.
  struct Units: Sendable {
    let second, minute, hour, day: String
    let atMost: @Sendable (String) -> String
    let of: @Sendable (String, String) -> String
    let unknown: @Sendable (String) -> String
    let atLeast: @Sendable (String, String) -> String
    let records: @Sendable (String) -> String
    let boxes: @Sendable (String) -> String
    let recordsBytes: @Sendable (String, String) -> String
    let snapshot: @Sendable (UInt64, String) -> String
    let estimate: @Sendable (String, String) -> String
    let cameBack: @Sendable (_ records: String, _ time: String?) -> String
  }

  /// Every language.
  public static let all = [english, chinese]

  /// What was asked.
  public func subject(_ subject: Check.Subject) -> String {
    if case .probe(let probe) = subject { return name(of: probe) }
    return subjects[subject] ?? ""
  }

  /// An answer, wanted or got.
  public func value(_ value: Check.Value) -> String {
    switch value {
    case .atMost(let seconds): units.atMost(span(seconds))
    case .seconds(let seconds): span(seconds)
    case .atMostBytes(let bytes): units.atMost(size(bytes))
    case .bytes(let bytes): size(bytes)
    case .share(let share, let whole): units.atLeast(percent(share), whole.map(grouped) ?? "?")
    case .count(let count): grouped(count)
    case .atMostCount(let count): units.atMost(grouped(count))
    case .countOf(let count, let whole): units.of(grouped(count), grouped(whole))
    case .countOfUnknown(let count): units.unknown(grouped(count))
    case .yes: answers.yes
    case .no: answers.no
    case .nothing: answers.nothing
    case .good: answers.good
    case .answer(let answer): said(answer)
    }
  }

  /// What a probe asks.
  public func name(of probe: Probe) -> String {
    switch probe {
    case .counts: probes.counts
    case .customer: probes.customer
    case .canary: probes.canary
    case .command(let words, _): probes.command(String(words.first?.split(separator: "/").last ?? ""))
    }
  }

  private func said(_ answer: ProbeResult.Answer) -> String {
    switch answer {
    case .same(let classes, let versions): probes.same("\(classes)", grouped(versions))
    case .differs(let name, let got, let wanted): probes.differs(name, grouped(got), grouped(wanted))
    case .records(let count): units.records(grouped(count))
    case .asNoted: probes.asNoted
    case .another: probes.another
    case .absent: probes.absent
    case .ended(let code): probes.ended(code)
    case .signal(let number): probes.signal(number)
    case .late(let seconds): probes.late(span(seconds))
    case .notRun: probes.notRun
    case .notAsked: probes.notAsked
    }
  }

  /// What a stage is called.
  public func name(of stage: Timeline.Stage) -> String { stages[stage] ?? stage.rawValue }

  /// What a fault does, and to what.
  public func telling(_ fault: PlannedFault) -> String {
    var parts = [faults[fault.kind] ?? "", sides[fault.at] ?? ""]
    if fault.kind == .fill || fault.kind == .kill { parts = [parts[0]] }
    if fault.kind.choosesObjects { parts.append(things[fault.of] ?? "") }
    switch fault.amount {
    case .count(let count): parts.append(grouped(count))
    case .share(let share): parts.append(percent(share))
    case nil: break
    }
    if let since = fault.since { parts.append("< \(span(since))") }
    if fault.bothCopies { parts.append(bothCopies) }
    if fault.kind == .cut { parts.append("-\(fault.snapshots)") }
    return parts.joined(separator: ", ")
  }

  /// What came of a fault.
  public func telling(_ outcome: FaultOutcome) -> String {
    let ways = outcome.foundBy.sorted { $0.key < $1.key }.map {
      "\(self.ways[$0.key] ?? $0.key) \(grouped($0.value))"
    }
    let left = outcome.count - outcome.foundBy.values.reduce(0, +)
    let found = ways + (left > 0 ? ["\(notFound) \(grouped(left))"] : [])
    return
      "\(faults[outcome.fault.kind] ?? "") \(sides[outcome.fault.at] ?? ""): \(found.joined(separator: ", "))"
  }

  /// A span of time.
  public func span(_ seconds: UInt64) -> String {
    func two(_ one: UInt64, _ unit: String, _ other: UInt64, _ smaller: String) -> String {
      other == 0 ? "\(one) \(unit)" : "\(one) \(unit) \(other) \(smaller)"
    }
    return switch seconds {
    case 0..<120: "\(seconds) \(units.second)"
    case 120..<7200: two(seconds / 60, units.minute, seconds % 60, units.second)
    case 7200..<172_800: two(seconds / 3600, units.hour, seconds % 3600 / 60, units.minute)
    default: two(seconds / 86_400, units.day, seconds % 86_400 / 3600, units.hour)
    }
  }

  /// A span of time to the tenth of a second where it is short.
  public func span(milliseconds: UInt64) -> String {
    milliseconds < 60_000
      ? "\(milliseconds / 1000).\(milliseconds % 1000 / 100) \(units.second)" : span(milliseconds / 1000)
  }

  /// A share in thousandths.
  func percent(_ thousandths: UInt64) -> String {
    thousandths % 10 == 0 ? "\(thousandths / 10) %" : "\(thousandths / 10).\(thousandths % 10) %"
  }

  /// Thousands apart.
  package func grouped(_ number: UInt64) -> String {
    var digits = Array(String(number))
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
    return String(digits)
  }

  /// Bytes.
  package func size(_ bytes: UInt64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var (value, unit) = (Double(bytes), 0)
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    guard unit > 0 else { return "\(bytes) B" }
    let tenths = UInt64((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
