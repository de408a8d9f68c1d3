internal import Rules
internal import Sealing
internal import Vault

/// How long records are kept, and what became of those that aren't to be.
extension ComplianceSource {
  /// How long each class is kept, and what is there beyond that.
  func retention() -> Fact {
    let year = CivilTime.year(of: now)
    let beyond = state.liveBoxes().filter { $0.box.year < year }
    return Fact(
      .retention,
      [
        Figure(.classes, count: state.policy.classes.count), Figure(.beyond, count: beyond.count),
        beyond.isEmpty ? nil : Figure(.bytes, .bytes(beyond.reduce(0) { $0 + $1.box.size })),
      ],
      rows: state.policy.classes.map { rule in
        Fact.Row(
          [
            Figure(.name, .text(className(rule.id))), Figure(.years, count: rule.years),
            Figure(.keptByLaw, .flag(rule.isKept)),
          ], entries: [state.policyEntry])
      }, lacks: beyond.isEmpty ? [] : [Lack(.beyondYears, beyond.count)])
  }

  /// Erasures of the period, and those from before that are pending somewhere.
  func erasures() -> Fact {
    let known = state.erasures.values.sorted { $0.erased.number > $1.erased.number }
    let pending = { (erasure: KnownErasure) in
      erasure.ended == nil && state.places(of: erasure.erased).contains { $0.state == .pending }
    }
    let shown = known.filter {
      period.contains($0.erased.time) || pending($0) || $0.ended == nil && $0.certificate == nil
    }
    return Fact(
      .erasures,
      [
        Figure(.made, count: known.count { period.contains($0.erased.time) }),
        Figure(.pending, count: shown.count(where: pending)),
        Figure(.ended, count: shown.count { $0.ended != nil }),
      ], rows: shown.map(row))
  }

  private func row(_ erasure: KnownErasure) -> Fact.Row {
    let (erased, places) = (erasure.erased, state.places(of: erasure.erased))
    let pending = places.count { $0.state == .pending }
    let compared = state.generation(erased.content.generation)?.compared
    let figures = [
      Figure(.time, .moment(erased.time)), Figure(.rows, count: erased.content.rows),
      text(.reason, of: erased.number),
    ]
    if let ended = erasure.ended {
      return Fact.Row(figures + [Figure(.state, .word("taken_back"))], entries: [erased.number, ended])
    }
    return Fact.Row(
      figures + [
        Figure(.due, .text(state.dueDay(of: erasure))), Figure(.places, count: places.count),
        Figure(.pending, count: pending), Figure(.state, .word(pending > 0 ? "pending" : "confirmed")),
        erasure.certificate.map { Figure(.certificate, count: $0.number) },
      ],
      entries: [erased.number, erasure.request, compared, erasure.certificate?.number].compactMap(\.self)
        + places.map(\.entry).filter { $0 > 0 },
      lacks: Self.lacks([
        (.erasurePending, pending > 0 ? 1 : 0), (.noCertificate, erasure.certificate == nil ? 1 : 0),
      ]))
  }

  /// Holds in force, and those that were placed or released in the period.
  func holds() -> Fact {
    let all = state.holds.sorted { $0.key > $1.key }
    let isReleased = { (hold: KnownHold) in hold.ended.map(events.endings.contains) ?? false }
    let shown = all.filter { _, hold in
      hold.ended == nil || period.contains(hold.time) || isReleased(hold)
    }
    return Fact(
      .holds,
      [
        Figure(.inForce, count: all.count { $0.value.ended == nil }),
        Figure(.placed, count: all.count { period.contains($0.value.time) }),
        Figure(.released, count: all.count { isReleased($0.value) }),
      ],
      rows: shown.map { number, hold in
        Fact.Row(
          [
            Figure(.time, .moment(hold.time)), text(.name, of: number),
            Figure(.state, .word(hold.ended == nil ? "in_force" : "released")),
          ], entries: [number, hold.ended].compactMap(\.self))
      })
  }
}
