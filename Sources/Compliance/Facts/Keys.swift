internal import Keyring
internal import Rules
internal import Sealing
internal import Vault

/// Keys, and who has which.
extension ComplianceSource {
  /// Generations of the keyring of the period, and whether another custodian compared each with the one before.
  func keyrings() -> Fact {
    let uncompared = Set(state.uncompared.map(\.number))
    let shown = state.generations.reversed().filter {
      period.contains($0.time) || uncompared.contains($0.number) || $0.number == state.generation?.number
    }
    return Fact(
      .keyrings,
      [
        Figure(.generation, count: state.generation?.number ?? 0),
        Figure(.made, count: state.generations.count { period.contains($0.time) }),
        Figure(.waiting, count: uncompared.count),
      ],
      rows: shown.map { known in
        Fact.Row(
          [
            Figure(.generation, count: known.number), Figure(.time, .moment(known.time)),
            Figure(.reason, .word(known.change.reason.rawValue)),
            Figure(.compared, .flag(known.compared != nil)),
          ], entries: [known.entry, known.compared].compactMap(\.self),
          lacks: known.compared == nil ? [Lack(.notCompared)] : [])
      })
  }

  /// The newest epoch of each section, as far as the reader opens them.
  func epochs() -> Fact {
    let rotated = state.generations.filter { period.contains($0.time) && $0.change.reason == .rotated }
    let wanted = Figure(.wanted, .span(state.policy.cryptoperiod * 86_400))
    let founding = state.generations.first.map { [$0.entry] } ?? []
    // In a vault that is younger than the period no section has an old epoch.
    let age = state.generations.first.map { now - min(now, $0.time) } ?? 0
    let isKnown = opensEverySection || age <= state.policy.cryptoperiod * 86_400
    return Fact(
      .epochs,
      [Figure(.rotated, count: rotated.count), wanted, sections == nil ? Figure(.epoch, .sealed) : nil],
      rows: (sections ?? []).compactMap { section in
        guard let newest = section.epochs.last else { return nil }
        // It began with the first generation that was entered since.
        let began = state.generations.first { $0.time >= newest.since } ?? state.generation
        return Fact.Row(
          [
            Figure(.section, .text(section.name)), Figure(.epoch, count: UInt64(newest.number)),
            Figure(.begun, .moment(newest.since)), Figure(.overdue, .flag(newest.isDue)),
          ], entries: [began?.entry].compactMap(\.self), lacks: newest.isDue ? [Lack(.epochsDue)] : [])
      }, entries: founding + rotated.map(\.entry), lacks: isKnown ? [] : [Lack(.epochsSealed)])
  }

  /// Who is active, with their roles and what they open.
  func access() -> Fact {
    let (granted, revoked) = (events.tally(.granted), events.tally(.revoked))
    let active = state.activeIdentities.sorted { ($0.granted, $0.identity.id) < ($1.granted, $1.identity.id) }
    return Fact(
      .access,
      [
        Figure(.active, count: active.count), Figure(.custodians, count: state.activeCustodians.count),
        Figure(.granted, count: granted.count), Figure(.revoked, count: revoked.count),
      ],
      rows: active.map { known in
        let id = known.identity.id
        let grant = grants?[id]
        let opens: Figure? =
          if let grant, grant.isKnownWhole { Figure(.opens, .texts(grant.opens)) } else {
            Figure(.opens, .sealed)
          }
        return Fact.Row(
          [
            Figure(.identity, .text(id.hex)), text(.label, of: known.granted),
            Figure(.roles, .words(known.roles.map(\.rawValue))), Figure(.kind, .word(known.kind.rawValue)),
            opens,
          ], entries: [known.granted])
      }, entries: revoked.newest + granted.newest, entriesLeftOut: revoked.leftOut + granted.leftOut)
  }
}
