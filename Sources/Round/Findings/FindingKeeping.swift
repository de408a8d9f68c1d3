internal import Backup
internal import Drill
internal import Rules
internal import Sealing
package import Vault

/// What a round's checks found is written down for people until a later check finds it gone.
package struct FindingKeeping: Sendable {
  /// A finding to be entered.
  struct New: Hashable, Sendable {
    let about: UInt64
    let text: String
  }

  let new: [New]
  /// Findings to be ended, and why.
  let over: [UInt64: String]

  /// - Parameters:
  ///   - state: as it is after the round's work.
  ///   - own: the findings that rounds entered: those of people are theirs to end.
  init(_ steps: [RoundStep], in state: LedgerState, own: Set<UInt64>) {
    var new: [New] = []
    var over: [UInt64: String] = [:]
    /// Findings that are open about one of these entries.
    func open(about entries: Set<UInt64>) -> [KnownFinding] {
      state.findings.values.filter { entries.contains($0.found.content.about) }
    }
    func end(_ findings: [KnownFinding], _ why: String) {
      for finding in findings where own.contains(finding.found.number) { over[finding.found.number] = why }
    }
    for step in steps {
      switch step.result {
      case .verified(let outcome, let entry):
        let known = open(about: Set((state.places[outcome.place]?.verifications ?? []).map(\.number)))
        if !outcome.isWhole {
          guard known.isEmpty else { continue }
          let place = outcome.place.hex.prefix(8)
          new.append(
            New(
              about: entry,
              text:
                "verification \(entry) of place \(place) found \(outcome.findings.count) things out of order"
            ))
        } else if state.claimedBoxes(at: outcome.place).count == 0 {
          end(known, "verification \(entry) found nothing out of order")
        }
      case .snapshot(let outcome):
        let known = open(about: Set((state.places[outcome.place]?.snapshots ?? []).map(\.number)))
        if outcome.missing.isEmpty, outcome.findings.isEmpty {
          end(known, "snapshot \(outcome.number) lacks nothing")
        } else if known.isEmpty {
          new.append(
            New(
              about: outcome.number,
              text:
                "snapshot \(outcome.number) lacks \(outcome.missing.count) boxes, and found \(outcome.findings.count) things out of order"
            ))
        }
      case .drilled(let outcome):
        guard let drill = state.drills.last(where: { $0.number == outcome.entry }) else { continue }
        let same = state.drills.filter {
          $0.content.plan == drill.content.plan
        }
        let known = open(about: Set(same.map(\.number)))
        if drill.content.passed {
          end(known, "drill \(drill.number) passed")
        } else if known.isEmpty {
          new.append(
            New(
              about: drill.number,
              text:
                "drill \(drill.number) \(drill.content.verdict == .failed ? "failed" : "could not be carried out")"
            ))
        }
      case .failed, .blocked, .later: continue
      }
    }
    self.new = new
    self.over = over
  }

  /// Keeps the findings of a vault by a round's steps.
  /// - Returns: entries of the new findings, and of the findings that ended.
  package static func keep(
    _ steps: [RoundStep], own: Set<UInt64>, in vault: OpenPlace, _ settings: RoundSettings
  ) async throws -> (new: [UInt64], over: [UInt64]) {
    guard vault.state.may(try vault.writer().publicIdentity.id, .found) else { return ([], []) }
    let keeping = FindingKeeping(steps, in: vault.state, own: own)
    var new: [UInt64] = []
    let due = settings.findingDays > 0 ? vault.machine.now() + settings.findingDays * 86_400 : nil
    for finding in keeping.new {
      new.append(
        try await vault.enterFinding(
          OpenFinding.Terms(owner: "", text: finding.text), about: finding.about, due: due))
    }
    for (entry, why) in keeping.over.sorted(by: { $0.key < $1.key }) {
      _ = try await vault.endFinding(entry, because: why)
    }
    return (new, keeping.over.keys.sorted())
  }
}
