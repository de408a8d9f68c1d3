import Backup
import Compliance
import Drill
import Rules
import Sealing
import TestKit
import Testing
import Vault

/// TestKit has another one.
typealias Fact = Compliance.Fact

/// An archive with some records and one copy, and how an auditor looks at it.
struct Audit {
  let scene: Scene

  init() async throws {
    scene = try await Scene()
    try await scene.seal(scene.source(["basic/C1/a.txt": "alpha", "contracts/C2/b.pdf": "beta"]))
    try await scene.snapshot(to: scene.at("copy"))
  }

  static let tool = DrillReport.Tool(version: "0", commit: "none", binary: "")

  static func period(_ first: String = "2026-10-01", _ last: String = "2026-12-31") throws -> Period {
    let (first, last) = (try #require(CivilDay(first)), try #require(CivilDay(last)))
    return try #require(Period(from: first, to: last))
  }

  func report(
    _ first: String = "2026-10-01", _ last: String = "2026-12-31", as identity: Identity? = nil,
    unlocked: Bool = true
  ) async throws -> ComplianceReport {
    let opened = try await scene.open(as: identity, toWrite: false, unlocked: unlocked)
    return ComplianceReport(
      of: try await ComplianceSource(of: opened, period: try Self.period(first, last)))
  }

  func fact(_ kind: Fact.Kind, as identity: Identity? = nil, unlocked: Bool = true) async throws -> Fact {
    try #require(try await report(as: identity, unlocked: unlocked).fact(kind))
  }

  /// Reads every byte of a place, by default the vault, and enters it.
  @discardableResult
  func verify(_ place: String? = nil) async throws -> UInt64 {
    let opened = try await scene.open(place, toWrite: false)
    let outcome = try await Verifier(of: opened, level: .hash).run { _ in }
    return try await Verifier.enter(outcome, at: try await scene.open())
  }

  /// Enters a drill that nobody ran.
  func drill(_ verdict: DrillVerdict, level: DrillLevel = .functional) async throws {
    let brought = level != .tabletop
    let outcome = DrillOutcome(
      destination: nil, level: level, verdict: verdict, plan: Digest.sha256(of: [1]),
      report: Digest.sha256(of: [2]), rpo: brought ? 60 : nil, rto: brought ? 30 : nil,
      snapshot: brought ? 5 : nil)
    let opened = try await scene.open()
    try await opened.commit(as: scene.custodian) { _ in [OpenLedger.Draft(.drilled(outcome))] }
  }

  func state(_ change: (Policy) -> Policy) async throws {
    let opened = try await scene.open()
    _ = try await opened.perform(
      .policy(PolicyChange(policy: change(opened.state.policy), from: opened.state.policyEntry, names: [:])))
  }

  func write(
    _ report: ComplianceReport, to name: String, as identity: Identity? = nil, vouching: Bool = false
  ) async throws -> (files: ComplianceFiles, written: ComplianceFiles.Written) {
    let files = try ComplianceFiles(
      folder: scene.at(name), isName: false, languages: ["en", "zh"], tool: Self.tool)
    let opened = try await scene.open(as: identity, toWrite: vouching)
    return (files, try await files.write(report, of: opened, vouching: vouching))
  }
}

extension Fact {
  /// A figure as a number.
  func number(_ name: Figure.Name) -> UInt64? { Self.number(name, in: figures) }

  static func number(_ name: Figure.Name, in figures: [Figure]) -> UInt64? {
    switch figures.first(where: { $0.name == name })?.value {
    case .count(let number), .bytes(let number), .moment(let number), .span(let number): number
    default: nil
    }
  }

  func lack(_ code: Lack.Code) -> UInt64 { lacks.first { $0.code == code }?.count ?? 0 }
}
