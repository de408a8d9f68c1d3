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
    let isLate = days > 0 && wasWithoutDrill(for: days * 86_400)
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

  /// Whether on any of the days nothing had shown a recovery for longer than that; before the first box there was nothing
  /// to recover.
  private func wasWithoutDrill(for span: UInt64) -> Bool {
    guard let first = state.liveBoxes().map(\.time).filter(isBelievable).min() else { return false }
    let end = min(now, period.times.upperBound)
    let passes = state.drills.filter { $0.content.provesRecovery && isBelievable($0.time) }.map(\.time)
      .sorted()
    let moments = [first] + passes.filter { $0 > first && $0 < end } + [end]
    return zip(moments, moments.dropFirst()).contains { from, to in
      from + span < to && to > period.times.lowerBound && from + span < period.times.upperBound
    }
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
