internal import Rules
internal import Sealing
public import Vault

/// A drill's report as it is written: JSON that an auditor can read (Docs/Drill-report.schema.json).
public struct DrillDocument: ReadableDocument, Hashable, Sendable {
  /// What it is called in itself.
  public static let format = "strongroom drill report"
  /// So many bytes it may have.
  public static let limit = 4 << 20

  /// What was wanted, and what came out.
  package struct CheckRow: Codable, Hashable, Sendable {
    package let check: String
    package let wanted: String
    package let got: String
    package let passed: Bool
  }

  /// What was damaged, and how it was found.
  package struct FaultRow: Codable, Hashable, Sendable {
    package let fault: String
    package let at: String
    package let of: String
    package let count: UInt64
    package let detectedBy: [String: UInt64]
    package let objects: [String]
    package let undetected: [String]
  }

  /// Something out of order.
  package struct FindingRow: Codable, Hashable, Sendable {
    package let kind: String
    package let object: String
    package let what: String
  }

  /// A stage, in milliseconds.
  package struct StageRow: Codable, Hashable, Sendable {
    package let stage: String
    package let began: UInt64
    package let took: UInt64
    package let succeeded: Bool
  }

  /// The plan.
  package struct PlanRow: Codable, Hashable, Sendable {
    package let name: String
    package let title: String
    package let digest: String
    package let level: String
    package let seed: UInt64
    package let controls: [String]
    package let tells: [String]
  }

  /// The snapshot that came back.
  package struct SnapshotRow: Codable, Hashable, Sendable {
    package let entry: UInt64
    package let started: UInt64
    package let size: UInt64
  }

  /// As it says.
  public let format: String
  /// 1.
  public let version: Int
  package let outcome: String
  package let unfit: String?
  package let plan: PlanRow
  package let tool: DrillReport.Tool
  package let vault: String
  package let by: String
  package let destination: String?
  package let snapshot: SnapshotRow?
  package let incident: UInt64
  package let validUntil: UInt64?
  package let rto: UInt64?
  package let rpo: UInt64?
  package let expectedRecords: UInt64?
  package let restoredRecords: UInt64?
  package let restoredBytes: UInt64
  package let archiveBytes: UInt64
  package let archiveBoxes: UInt64
  package let bytesRead: UInt64
  package let boxesSince: UInt64
  package let attempts: UInt64
  package let segregated: Bool
  package let sandboxDestroyed: Bool
  package let simulated: Bool
  package let checks: [CheckRow]
  package let stages: [StageRow]
  package let faults: [FaultRow]
  package let findings: [FindingRow]
  package let before: [FindingRow]
  package let estimate: DrillReport.Estimate?
  package let past: [DrillReport.Past]
  package let notes: [String]
  package let answers: [DrillReport.Answered]

  /// The document of a report.
  init(_ report: DrillReport) {
    let words = ReportWords.english
    format = Self.format
    version = 1
    outcome = report.verdict.rawValue
    unfit = report.unfit?.code
    plan = PlanRow(
      name: report.plan.name, title: report.plan.title, digest: report.plan.digest.hex,
      level: report.plan.level.rawValue, seed: report.seed, controls: report.plan.controls,
      tells: report.plan.tells)
    tool = report.tool
    vault = report.vault.hex
    by = report.by.hex
    destination = report.destination?.hex
    snapshot = report.snapshot.map {
      SnapshotRow(entry: $0.number, started: $0.content.started, size: $0.content.size)
    }
    incident = report.incident
    validUntil = report.validUntil
    (rto, rpo) = (report.measured.rto, report.measured.rpo)
    (expectedRecords, restoredRecords) = (report.measured.expected, report.measured.restored)
    restoredBytes = report.bytes
    (archiveBytes, archiveBoxes) = report.archive
    bytesRead = report.measured.read
    boxesSince = report.boxesSince
    attempts = report.attempts
    segregated = report.plan.level != .tabletop
    sandboxDestroyed = report.isSandboxDestroyed
    simulated = false
    checks = report.checks.map {
      CheckRow(
        check: words.subject($0.subject), wanted: words.value($0.wanted), got: words.value($0.got),
        passed: $0.passed)
    }
    stages = report.steps.map {
      StageRow(stage: $0.stage.rawValue, began: $0.began, took: $0.took, succeeded: $0.succeeded)
    }
    faults = report.faults.map {
      FaultRow(
        fault: $0.fault.kind.rawValue, at: $0.fault.at.rawValue, of: $0.fault.of.rawValue, count: $0.count,
        detectedBy: $0.foundBy, objects: $0.objects, undetected: $0.unfound)
    }
    findings = report.findings.map(FindingRow.init(_:))
    before = report.before.map(FindingRow.init(_:))
    estimate = report.estimate
    past = report.past
    notes = report.notes
    answers = report.answers
  }
}

extension DrillDocument.FindingRow {
  init(_ finding: Finding) {
    self.init(kind: finding.kind.rawValue, object: finding.object, what: finding.what)
  }
}
