internal import Rules
internal import Sealing

/// Recoveries, rehearsed and real.
extension ComplianceSource {
  /// Drills of the period.
  func drills() -> Fact {
    let drills = state.drills.filter { period.contains($0.time) }
    let proving = drills.filter { $0.content.provesRecovery && isBelievable($0.time) }
    let bringing = drills.last { $0.content.level != .tabletop && $0.content.verdict != .unfit }
    let days = state.policy.schedule.drillDays
    let isLate = days > 0 && proving.last.map { now > $0.time && now - $0.time > days * 86_400 } ?? false
    func count(_ verdict: DrillVerdict) -> Int { drills.count { $0.content.verdict == verdict } }
    return Fact(
      .drills,
      [
        Figure(.made, count: drills.count), Figure(.passed, count: count(.passed)),
        Figure(.failed, count: count(.failed)),
        Figure(.unfit, count: count(.unfit)), Figure(.restores, count: proving.count),
        proving.last.map { Figure(.last, .moment($0.time)) },
        proving.compactMap(\.content.rto).min().map { Figure(.bestRTO, .span($0)) },
        days > 0 ? Figure(.wanted, .span(days * 86_400)) : nil,
      ],
      rows: drills.reversed().map(row),
      lacks: [
        proving.isEmpty ? Lack(.noDrill) : nil,
        bringing.map { $0.content.verdict == .failed } == true ? Lack(.lastDrillFailed) : nil,
        isLate ? Lack(.drillLate, days) : nil,
      ])
  }

  private func row(_ drill: Entered<DrillOutcome>) -> Fact.Row {
    let outcome = drill.content
    return Fact.Row(
      [
        Figure(.time, .moment(drill.time)), text(.plan, of: drill.number),
        Figure(.level, .word(outcome.level.rawValue)), Figure(.outcome, .word(outcome.verdict.rawValue)),
        outcome.rto.map { Figure(.rto, .span($0)) }, outcome.rpo.map { Figure(.rpo, .span($0)) },
        outcome.destination.map { Figure(.place, .text($0.hex)) },
      ], entries: [drill.number])
  }

  /// Recoveries of the period that weren't rehearsed: another place became the vault.
  func restores() -> Fact {
    let recoveries = state.recoveries.filter { period.contains($0.time) }
    let scratch = state.places.values.flatMap(\.verifications).filter {
      period.contains($0.time) && $0.content.level >= .restore
    }.map(\.number).sorted()
    return Fact(
      .restores, [Figure(.made, count: recoveries.count), Figure(.scratch, count: scratch.count)],
      rows: recoveries.reversed().map { recovery in
        Fact.Row(
          [
            Figure(.time, .moment(recovery.time)), Figure(.snapshot, count: recovery.content.snapshot),
            Figure(.place, .text(recovery.content.home.hex)),
          ], entries: [recovery.number])
      }, entries: scratch.suffix(LedgerEvents.mostKept),
      entriesLeftOut: UInt64(max(0, scratch.count - LedgerEvents.mostKept)))
  }
}
