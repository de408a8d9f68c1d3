internal import Drill
internal import Rules
internal import Sealing
internal import Storage
internal import Vault

/// The figures of a round, as Prometheus reads them from a text file
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
struct Metrics {
  /// Figures of one kind.
  struct Family {
    let name: String
    let help: String
    let samples: [(labels: [(String, String)], value: UInt64)]
  }

  private(set) var families: [Family] = []
  private let vault: String

  init(
    _ standing: Standing, _ steps: [RoundStep], _ memory: RoundMemory, _ settings: RoundSettings,
    failedNotices: Int
  ) {
    let status = standing.status
    vault = String(status.vault.hex.prefix(8))
    add("round_start_timestamp_seconds", "When the newest round began.", memory.began)
    add("round_end_timestamp_seconds", "When the newest round ended.", memory.ended)
    add(
      "round_duration_seconds", "How long it took.", memory.ended - min(memory.ended, memory.began))
    add(
      "round_success", "1 where all that was due was done and nothing is late, damaged or failed.",
      memory.wasGood ? 1 : 0)
    add("notices_failed", "Ways to tell people that did not work.", UInt64(failedNotices))
    add(
      "matters", "Things that people should see to: late, damaged or failed (wrong), or due.",
      [Matter.Level.wrong, .due].map { level in
        ([("level", level.rawValue)], UInt64(standing.matters.count { $0.level == level }))
      })
    addDuties(standing)
    addPlaces(status, steps, settings, names: standing.names, verifyPeriod: standing.verifyPeriod)
    addDrills(standing)
    add("findings_open", "Findings that nobody ended.", UInt64(standing.openFindings))
    add("findings_overdue", "Those of them whose time is over.", UInt64(standing.overdueFindings))
    add("requests_open", "Requests that wait for another custodian.", UInt64(status.requestCount))
    add(
      "erasures_pending", "Erasures that a place has not followed, as far as the ledger shows.",
      UInt64(standing.pendingErasures))
    add("entries_not_counted", "Ledger entries that do not count.", status.notCounted)
  }

  private mutating func add(_ name: String, _ help: String, _ value: UInt64) {
    add(name, help, [([], value)])
  }

  private mutating func add(
    _ name: String, _ help: String, _ samples: [(labels: [(String, String)], value: UInt64)]
  ) {
    families.append(Family(name: "strongroom_" + name, help: help, samples: samples))
  }

  private mutating func addDuties(_ standing: Standing) {
    // Of what the policy wants of no place of the configuration the ledger's own view is shown, once it is due.
    let policy = standing.status.duties.compactMap { duty -> Standing.Deadline? in
      switch duty.kind {
      case .drill: .init("drill", last: duty.since, period: 0, now: 0, isOverdue: duty.isOverdue)
      case .rehearsal: .init("rehearse", last: duty.since, period: 0, now: 0, isOverdue: duty.isOverdue)
      case .snapshot, .verification: nil
      }
    }
    let rows = (standing.deadlines + policy).map { deadline in
      (
        labels: [("what", deadline.what), ("place", deadline.place), ("plan", deadline.plan)],
        deadline: deadline
      )
    }
    add(
      "duty_due_timestamp_seconds", "When something that the policy or the configuration wants falls due.",
      rows.map { ($0.labels, $0.deadline.due) })
    add(
      "duty_overdue", "1 where a quarter of the period is over since then.",
      rows.map { ($0.labels, $0.deadline.isOverdue ? 1 : 0) })
  }

  private mutating func addPlaces(
    _ status: VaultStatus, _ steps: [RoundStep], _ settings: RoundSettings, names: [Identifier: String],
    verifyPeriod: UInt64
  ) {
    func name(_ place: PlaceCoverage) -> String {
      place.isHome ? "vault" : names[place.place] ?? String(place.place.hex.prefix(8))
    }
    let places = status.coverage
    let readSince = status.asOf - min(status.asOf, verifyPeriod)
    add(
      "snapshot_timestamp_seconds", "When the newest snapshot of a destination was begun.",
      places.compactMap { place in
        place.snapshot.map { ([("destination", name(place))], $0.content.started) }
      })
    add("boxes", "Boxes that a place must hold.", places.map { ([("place", name($0))], $0.boxes) })
    add(
      "boxes_unsound", "Boxes that somebody found damaged or missing there.",
      places.map { ([("place", name($0))], $0.unsound) })
    add(
      "boxes_unverified", "Boxes that nobody read there within the policy's period.",
      places.map { ([("place", name($0))], $0.unread(since: readSince)) })
    add(
      "oldest_verification_timestamp_seconds",
      "When the box there was read or came that was not for the longest time.",
      places.compactMap { place in place.longestUnread.map { ([("place", name(place))], $0) } })
    let failed = Set(
      steps.compactMap { step -> String? in
        if case (.snapshot(let name), .failed) = (step.work, step.result) { name } else { nil }
      })
    add(
      "destination_reachable",
      "0 where a destination does not answer, is not there, or could not be written to.",
      settings.destinations.map { destination in
        let isThere: Bool
        if case .place? = settings.looks[destination.location] { isThere = true } else { isThere = false }
        return ([("destination", destination.name)], isThere && !failed.contains(destination.name) ? 1 : 0)
      })
    let frees = settings.destinations.compactMap { destination -> ([(String, String)], UInt64)? in
      guard case .place(_, let free?)? = settings.looks[destination.location] else { return nil }
      return ([("place", destination.name)], free)
    }
    add(
      "free_bytes", "Bytes that are free at a place.",
      (status.free.map { [([("place", "vault")], $0)] } ?? []) + frees)
  }

  private mutating func addDrills(_ standing: Standing) {
    let drills = standing.drills
    add(
      "drill_timestamp_seconds", "When a drill of a plan was last begun.",
      drills.compactMap { drill in drill.tried.map { ([("plan", drill.name)], $0) } })
    add(
      "drill_passed", "1 where the newest one passed.",
      drills.compactMap { drill in drill.tried == nil ? nil : ([("plan", drill.name)], drill.didPass ? 1 : 0)
      })
    add(
      "drill_rto_seconds", "How long its recovery took.",
      drills.compactMap { drill in drill.rto.map { ([("plan", drill.name)], $0) } })
  }

  /// The text: families in their order, each with its help.
  var text: String {
    families.filter { !$0.samples.isEmpty }.map { family in
      let samples = family.samples.map { sample in
        let labels = ([("vault", vault)] + sample.labels.filter { !$0.1.isEmpty })
          .map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        return "\(family.name){\(labels)} \(sample.value)\n"
      }
      return "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) gauge\n" + samples.joined()
    }.joined()
  }

  /// A label's value: backslash, quotation mark and line feed are escaped.
  static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }

  /// Puts the text in place of the one before at once: whoever reads it finds one or the other.
  func write(to path: String) throws(StorageError) {
    try DurableFile.replace(Array(text.utf8), at: path, mode: 0o644)
  }

  /// A round that could not be done leaves the figures of the one before, but for this one.
  static func denySuccess(in path: String) throws {
    guard let bytes = try DurableFile.read(path, limit: 4 << 20),
      let text = String(validating: bytes, as: UTF8.self)
    else { return }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix("strongroom_round_success{") && line.hasSuffix(" 1")
        ? line.dropLast() + "0" : String(line)
    }
    try DurableFile.replace(Array(lines.joined(separator: "\n").utf8), at: path, mode: 0o644)
  }
}
