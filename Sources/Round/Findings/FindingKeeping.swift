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

  /// What an entry, and so a finding about it, is of: of two about the same one is enough.
  private enum Subject: Hashable {
    case verification(Identifier)
    case snapshot(Identifier)
    case drill(plan: Digest, destination: Identifier?)
  }

  let new: [New]
  /// Findings to be ended, and why.
  let over: [UInt64: String]

  /// - Parameters:
  ///   - state: as it is after the round's work.
  ///   - own: the findings that rounds entered: those of people are theirs to end.
  init(_ steps: [RoundStep], in state: LedgerState, own: Set<UInt64>, by: Identifier) {
    let bad = Dictionary(
      steps.compactMap { step in
        Self.trouble(of: step).flatMap { new in
          Self.subject(of: new.about, in: state).map { ($0, new) }
        }
      }
    ) { first, _ in first }
    let sound = Set(
      steps.compactMap { step -> Identifier? in
        if case .verified(let outcome, _) = step.result, outcome.isWhole { outcome.place } else { nil }
      })
    var known: Set<Subject> = []
    var over: [UInt64: String] = [:]
    for finding in state.findings.values {
      let number = finding.found.number
      guard own.contains(number), let subject = Self.subject(of: finding.found.content.about, in: state)
      else { continue }
      known.insert(subject)
      guard bad[subject] == nil else { continue }
      over[number] = Self.ending(
        of: subject, after: finding.found.content.about, in: state, sound: sound, by: by)
    }
    self.over = over
    new = bad.filter { !known.contains($0.key) }.map(\.value).sorted { $0.about < $1.about }
  }

  /// What a step found out of order.
  private static func trouble(of step: RoundStep) -> New? {
    guard !step.isGood else { return nil }
    switch step.result {
    case .verified(let outcome, let entry):
      return New(
        about: entry,
        text:
          "verification \(entry) of place \(outcome.place.hex.prefix(8)) found \(outcome.findings.count) things out of order"
      )
    case .snapshot(let outcome):
      return New(
        about: outcome.number,
        text:
          "snapshot \(outcome.number) lacks \(outcome.missing.count) boxes, and found \(outcome.findings.count) things out of order"
      )
    case .drilled(let outcome):
      let what = outcome.report.verdict == .failed ? "failed" : "could not be carried out"
      return New(about: outcome.entry, text: "drill \(outcome.entry) \(what)")
    case .failed, .blocked, .later: return nil
    }
  }

  private static func subject(of entry: UInt64, in state: LedgerState) -> Subject? {
    if let drill = state.drills.last(where: { $0.number == entry })?.content {
      return .drill(plan: drill.plan, destination: drill.destination)
    }
    for place in state.places.values {
      if place.verifications.contains(where: { $0.number == entry }) { return .verification(place.id) }
      if place.snapshots.contains(where: { $0.number == entry }) { return .snapshot(place.id) }
    }
    return nil
  }

  /// Why what an entry showed is over; nil where it isn't.
  private static func ending(
    of subject: Subject, after entry: UInt64, in state: LedgerState, sound: Set<Identifier>, by: Identifier
  ) -> String? {
    switch subject {
    case .verification(let place):
      guard state.claimedBoxes(at: place).count == 0 else { return nil }
      if sound.contains(place) { return "this round's verification found nothing out of order" }
      // Of others only what they found wrong is known; that they looked, and nothing is claimed any more, settles it.
      let other = state.places[place]?.verifications.last { $0.content.level >= .hash }
      return other.flatMap {
        $0.number > entry && $0.by != by ? "verification \($0.number) settled it" : nil
      }
    case .snapshot(let place):
      let newest = state.places[place]?.snapshots.last
      return newest.flatMap {
        $0.number > entry && $0.content.missing.isEmpty ? "snapshot \($0.number) lacks nothing" : nil
      }
    case .drill(let plan, let destination):
      let newest = state.drills.last { $0.content.plan == plan && $0.content.destination == destination }
      return newest.flatMap {
        $0.number > entry && $0.content.passed ? "drill \($0.number) passed" : nil
      }
    }
  }

  /// Keeps the findings of a vault by a round's steps.
  /// - Returns: entries of the new findings, and of the findings that ended; and why one of it could not be entered.
  package static func keep(
    _ steps: [RoundStep], own: Set<UInt64>, in vault: OpenPlace, _ settings: RoundSettings
  ) async -> (new: [UInt64], over: [UInt64], failed: String?) {
    guard let by = try? vault.writer().publicIdentity.id, vault.state.may(by, .found) else {
      return ([], [], nil)
    }
    let keeping = FindingKeeping(steps, in: vault.state, own: own, by: by)
    var kept: (new: [UInt64], over: [UInt64], failed: String?) = ([], [], nil)
    let due = settings.findingDays > 0 ? vault.machine.now() + settings.findingDays * 86_400 : nil
    for finding in keeping.new {
      do {
        kept.new.append(
          try await vault.enterFinding(
            OpenFinding.Terms(owner: "", text: finding.text), about: finding.about, due: due))
      } catch { kept.failed = "a finding about entry \(finding.about) can't be entered: \(error)" }
    }
    for (entry, why) in keeping.over.sorted(by: { $0.key < $1.key }) {
      do {
        _ = try await vault.endFinding(entry, because: why)
        kept.over.append(entry)
      } catch { kept.failed = "finding \(entry) is over and can't be ended: \(error)" }
    }
    return kept
  }
}
