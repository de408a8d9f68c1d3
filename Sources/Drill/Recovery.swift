internal import Rules
internal import Backup
internal import Sealing
internal import Storage
internal import Vault

/// The recovery that a drill rehearses: as on a machine that remembers nothing, from the destination alone.
struct Recovery {
  /// What came of it.
  struct Result {
    let incident: UInt64
    let place: Identifier
    let snapshot: Entered<Snapshot>
    var milliseconds: UInt64 = 0
    var expected: UInt64?
    var restored: UInt64 = 0
    var bytes: UInt64 = 0
    var findings = Findings()
    var stages: [DrillReport.Stage] = []

    init(incident: UInt64, place: Identifier, snapshot: Entered<Snapshot>) {
      self.incident = incident
      self.place = place
      self.snapshot = snapshot
    }

    /// Notes a stage that just ended.
    @discardableResult
    mutating func note(_ name: String, since mark: ContinuousClock.Instant) -> ContinuousClock.Instant {
      let now = ContinuousClock.now
      stages.append(DrillReport.Stage(name: name, milliseconds: Recovery.milliseconds(from: mark, to: now)))
      return now
    }
  }

  let vault: Identifier
  let key: KeySource
  let destination: Location
  let scratch: ScratchFolder
  /// Where the vault is that is lost.
  let lost: [Location]
  let machine: Machine
  /// Whether records in the clear may lie in memory instead.
  let mayUseMemory: Bool

  /// Restores and verifies. What goes wrong in the recovery is a finding; the drill is then red.
  /// - Throws: what keeps it from being begun: a destination that isn't one of this vault, or holds no snapshot.
  func run(report: @escaping @Sendable (CopyProgress) -> Void) async throws -> Result {
    let incident = machine.now()
    let started = ContinuousClock.now
    // What this machine remembers is lost with the site.
    let stranger = machine.asStranger(memory: scratch.path + "/memory", without: lost)
    let source = try await OpenPlace.open(destination, in: stranger, expecting: vault)
    let place = source.place.marker.place
    guard let snapshot = source.state.newestSnapshot(of: place) else {
      throw DrillError(.needs, "\(destination) holds no snapshot of its own to recover from")
    }
    var result = Result(incident: incident, place: place, snapshot: snapshot)
    result.note("open the destination", since: started)
    do {
      try await recover(from: source, as: stranger, into: &result, report: report)
    } catch is CancellationError {
      throw CancellationError()
    } catch let error as VaultError where error.hint == .chooseScratchFolder {
      // That there is no room for it says nothing about the recovery.
      throw error
    } catch let error as StorageError where error.code == .full {
      throw error
    } catch {
      let reason = VaultError(telling: error).map(Reason.recovery) ?? .otherRecovery("\(error)")
      result.findings.add([Finding(.unfinished, "recovery", reason)])
    }
    result.milliseconds = Self.milliseconds(from: started, to: .now)
    return result
  }

  private func recover(
    from source: OpenPlace, as stranger: Machine, into result: inout Result,
    report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws {
    var mark = ContinuousClock.now
    let copy = Location.folder(scratch.path + "/vault")
    let restored = try await Restorer(from: source, to: copy).run(report: report)
    result.findings.add(another: source.shortfalls)
    result.findings.add(another: restored.findings)
    result.findings.add(another: restored.missing.map { .missing(box: Layout.box($0)) })
    mark = result.note("restore", since: mark)
    let opened = try await OpenPlace.open(copy, in: stranger, expecting: vault)
    try await opened.unlock(with: key)
    mark = result.note("unlock", since: mark)
    let verified = try await Verifier(
      of: opened, level: .restore, scratch: scratch.path, orInMemoryOf: mayUseMemory ? machine : nil
    ).run(report: report)
    result.findings.add(another: verified.findings)
    result.expected = verified.expected
    result.restored = verified.records
    result.bytes = verified.recordBytes
    result.note("verify every record", since: mark)
  }

  /// Milliseconds between two moments of a clock that nobody sets.
  static func milliseconds(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) -> UInt64 {
    let (seconds, attoseconds) = start.duration(to: end).components
    return UInt64(max(0, seconds)) * 1000 + UInt64(max(0, attoseconds) / 1_000_000_000_000_000)
  }
}
