internal import Rules
internal import Backup
internal import Sealing
internal import Storage
internal import Vault

/// The recovery that a drill rehearses: as on a machine that remembers nothing, from the destination alone.
struct Recovery {
  /// What came of it.
  struct Result {
    var incident: UInt64
    var place = Identifier.zero
    var snapshot: Entered<Snapshot>?
    var milliseconds: UInt64 = 0
    var expected: UInt64 = 0
    var restored: UInt64 = 0
    var bytes: UInt64 = 0
    var findings = Findings()
    var stages: [DrillReport.Stage] = []
  }

  let vault: Identifier
  let key: KeySource
  let destination: Location
  let scratch: ScratchFolder
  /// Where the vault is that is lost.
  let lost: [Location]
  let machine: Machine

  /// Restores and verifies. What goes wrong in the recovery is a finding; the drill is then red.
  func run(report: @escaping @Sendable (CopyProgress) -> Void) async throws -> Result {
    var result = Result(incident: machine.now())
    let started = ContinuousClock.now
    do {
      try await recover(into: &result, report: report)
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      let reason = VaultError(telling: error).map(Reason.recovery) ?? .otherRecovery("\(error)")
      result.findings.add([Finding(.unfinished, "recovery", reason)])
    }
    result.milliseconds = Self.milliseconds(from: started, to: .now)
    return result
  }

  private func recover(into result: inout Result, report: @escaping @Sendable (CopyProgress) -> Void)
    async throws
  {
    // What this machine remembers is lost with the site.
    let stranger = machine.asStranger(memory: scratch.path + "/memory", without: lost)
    var mark = ContinuousClock.now
    func stage(_ name: String) -> DrillReport.Stage {
      let now = ContinuousClock.now
      defer { mark = now }
      return DrillReport.Stage(name: name, milliseconds: Self.milliseconds(from: mark, to: now))
    }
    let source = try await OpenPlace.open(destination, in: stranger, expecting: vault)
    result.place = source.place.marker.place
    result.snapshot = source.state.newestSnapshot(of: result.place)
    result.stages.append(stage("open the destination"))
    let copy = Location.folder(scratch.path + "/vault")
    let restored = try await Restorer(from: source, to: copy).run(report: report)
    result.findings.add(another: source.shortfalls)
    result.findings.add(another: restored.findings)
    result.findings.add(another: restored.missing.map { .missing(box: Layout.box($0)) })
    result.stages.append(stage("restore"))
    let opened = try await OpenPlace.open(copy, in: stranger, expecting: vault)
    try await opened.unlock(with: key)
    result.stages.append(stage("unlock"))
    let verified = try await Verifier(of: opened, level: .restore, scratch: scratch.path).run(
      report: report)
    result.findings.add(another: verified.findings)
    result.expected = verified.expected
    result.restored = verified.records
    result.bytes = verified.recordBytes
    result.stages.append(stage("verify every record"))
  }

  /// Milliseconds between two moments of a clock that nobody sets.
  static func milliseconds(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) -> UInt64 {
    let (seconds, attoseconds) = start.duration(to: end).components
    return UInt64(max(0, seconds)) * 1000 + UInt64(max(0, attoseconds) / 1_000_000_000_000_000)
  }
}
