internal import Rules
internal import Sealing
internal import Vault

/// What people did, and what looked after them.
extension ComplianceSource {
  /// Reads that were entered in the period.
  func reads() -> Fact {
    let tally = events.tally(.accessed)
    let ways: [Figure] =
      opensJournal
      ? [
        Figure(.reads, count: events.ways[.read] ?? 0), Figure(.exports, count: events.ways[.export] ?? 0),
        Figure(.transfers, count: events.ways[.transfer] ?? 0),
      ] : [Figure(.reads, .sealed)]
    return Fact(
      .reads,
      [
        Figure(.entered, .flag(state.policy.entersAccess)), Figure(.entries, count: tally.count),
        Figure(.records, count: events.recordsRead),
      ] + (tally.count > 0 ? ways : []), entries: tally.newest + [state.policyEntry],
      entriesLeftOut: tally.leftOut,
      lacks: state.policy.entersAccess ? [] : [Lack(.readsNotEntered)])
  }

  /// What took two custodians in the period.
  func requests() -> Fact {
    let known = state.requests.values.sorted { $0.asked.number > $1.asked.number }
    let shown = known.filter { period.contains($0.asked.time) || $0.end == nil }
    func count(_ ways: Set<KnownRequest.How>) -> Int {
      shown.count { $0.end.map { ways.contains($0.how) } ?? false }
    }
    let custodians = state.activeCustodians
    let lapsed = { (request: KnownRequest) in request.end == nil && now > request.asked.content.expires }
    return Fact(
      .requests,
      [
        Figure(.custodians, count: custodians.count), Figure(.made, count: shown.count),
        Figure(.used, count: count([.used])),
        Figure(.declined, count: count([.ended])),
        Figure(
          .expired, count: count([.expired, .makerGone, .overtaken, .recovered]) + shown.count(where: lapsed)),
        Figure(.open, count: shown.count { $0.end == nil && !lapsed($0) }),
      ],
      rows: shown.map { request in
        Fact.Row(
          [
            Figure(.time, .moment(request.asked.time)),
            Figure(.outcome, .word(request.asked.content.act.rawValue)),
            text(.reason, of: request.asked.number),
            Figure(
              .state, .word("request_\(request.end?.how.rawValue ?? (lapsed(request) ? "expired" : "open"))")),
          ], entries: [request.asked.number, request.end?.entry].compactMap(\.self))
      },
      entries: custodians.compactMap { state.identities[$0]?.granted },
      lacks: custodians.count < 2 ? [Lack(.oneCustodian)] : [])
  }

  /// What somebody has to see to, and what was seen to in the period.
  func findings() -> Fact {
    let open = state.findings.values.sorted { $0.found.number > $1.found.number }
    let (entered, closed) = (events.tally(.found), events.closedFindings)
    func isOverdue(_ due: UInt64) -> Bool { due > 0 && now > due }
    return Fact(
      .findings,
      [
        Figure(.open, count: open.count),
        Figure(.overdue, count: open.count { isOverdue($0.found.content.due) }),
        Figure(.made, count: entered.count), Figure(.closed, count: closed.count),
      ],
      rows: open.map { finding in
        let found = finding.found
        let isLate = isOverdue(found.content.due)
        return Fact.Row(
          [
            Figure(.time, .moment(found.time)),
            found.content.due > 0 ? Figure(.due, .moment(found.content.due)) : nil,
            text(.text, of: found.number),
            events.owners[found.number].map { Figure(.label, .text($0)) },
          ], entries: [found.number], lacks: isLate ? [Lack(.findingsOverdue)] : [])
      }, entries: entered.newest + closed.newest, entriesLeftOut: entered.leftOut + closed.leftOut)
  }

  /// Reports like this one that somebody vouched for since the period began.
  func audits() -> Fact {
    Fact(
      .audits, [Figure(.made, count: events.audits.count)],
      rows: events.audits.reversed().map { audit in
        Fact.Row(
          [
            Figure(.time, .moment(audit.time)), Figure(.identity, .text(audit.by.hex)),
            Figure(.size, count: audit.about + 1),
          ], entries: [audit.entry])
      }, lacks: events.audits.isEmpty ? [Lack(.noAudit)] : [])
  }

  /// The ledger itself.
  func ledger() -> Fact {
    let entered = events.entered.values.reduce(0) { $0 + $1.count }
    return Fact(
      .ledger,
      [
        Figure(.size, count: state.size), Figure(.root, .text(state.root.hex)),
        Figure(.entries, count: entered),
        Figure(.notCounted, count: state.notCountedCount),
      ], entries: [events.newest])
  }
}
