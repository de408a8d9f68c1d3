internal import Rules
internal import Sealing

/// What came of an act.
public struct ActOutcome: Hashable, Sendable {
  /// The keyring's generation now.
  public let generation: UInt64
  /// Names of the sections that a granted identity opens.
  public var opens: [String] = []
  /// Names of the sections that got a new epoch.
  public var rotated: [String] = []
  /// From where the vault goes on, where a copy became it; nil where it was the vault already, and of any other act.
  public var takeover: Takeover?
  /// What was erased; nil of any other act.
  public var erasure: ErasureOutcome?
}

extension OpenPlace {
  /// Carries an act out, whoever described it.
  /// - Parameter request: the request of another custodian that is carried out by it, where it takes one.
  /// - Throws: `VaultError` `.refused` where a rule forbids it, four eyes among them.
  @discardableResult
  public func perform(_ act: Act, request: UInt64? = nil) async throws -> ActOutcome {
    // What can't be carried out here is said before anything that hangs on keys.
    if case .recover = act {} else { try await requireHome() }
    try await ledger.catchUp()
    try checkEyes(of: act, request: request)
    return switch act {
    case .grant(let somebody, let role, let classes, let label):
      try await grant(somebody, role: role, classes: classes, label: label, request: request)
    case .revoke(let id, let reason):
      try await revoke(id, reason: reason, request: request)
    case .rotate(let sections):
      try await rotate(sections: sections, request: request)
    case .change(let id, let role, let classes, let label):
      try await changeGrant(of: id, role: role, classes: classes, label: label, request: request)
    case .policy(let change):
      try await state(change, request: request)
    case .erase(let subjects, let classes, let reason):
      try await erased(subjects, classes: classes, reason: reason, request: request)
    case .end(let entry, let reason) where state.erasures[entry] != nil:
      ActOutcome(generation: try await undoErasure(entry, reason: reason, request: request))
    case .end(let entry, let reason):
      try await ended(entry, reason: reason, request: request)
    case .settleClock:
      try await settleClock(request: request)
    case .recover(let home, let snapshot):
      try await recover(home: home, snapshot: snapshot, request: request)
    }
  }

  /// Refuses an act that can't be carried out, as far as can be told before it is: nobody is to say yes to it in vain.
  public func check(_ act: Act) async throws {
    if case .recover = act {} else { try await requireHome() }
    switch act {
    case .grant(let somebody, let role, let classes, let label):
      _ = try await preparedGrant(somebody, role: role, classes: classes, label: label, request: nil)
    case .change(let id, let role, let classes, let label):
      _ = try await preparedChange(of: id, role: role, classes: classes, label: label, request: nil)
    case .revoke(let id, _): try checkRevocation(of: id)
    case .policy(let change): try checkPolicy(change)
    case .erase(let subjects, let classes, _): _ = try await erasurePlan(of: subjects, classes: classes)
    case .end(let entry, _):
      if state.holds[entry] != nil {
        try checkHold(entry)
      } else if let move = state.moves[entry] {
        try await checkTakingBack(move)
      } else {
        _ = try checkErasure(entry)
      }
      // Nobody is to approve what can't be done any more.
      try await checkCounts(OpenLedger.Draft(.ended(entry)), by: try writer())
    case .rotate, .settleClock, .recover: break
    }
  }

  private func erased(
    _ subjects: [Identifier], classes: [Identifier], reason: String, request: UInt64?
  ) async throws -> ActOutcome {
    let outcome = try await erase(subjects, classes: classes, reason: reason, request: request)
    return ActOutcome(generation: outcome.generation, erasure: outcome)
  }

  private func ended(_ entry: UInt64, reason: String, request: UInt64?) async throws -> ActOutcome {
    if let move = state.moves[entry] { try await checkTakingBack(move) }
    return try await end(entry, reason: reason, request: request)
  }

  /// Refuses to take a move back where what it replaced isn't there as it was: it would be read from again.
  private func checkTakingBack(_ move: KnownMove) async throws {
    // What the ledger says of it comes first: what was removed needn't be brought back.
    try await checkCounts(OpenLedger.Draft(.ended(move.entry), request: nil), by: try writer())
    for ordinal in move.replaced {
      let box = state.boxes[Int(ordinal)]
      guard try await BoxReading.isSound(box, in: place.store) else {
        throw VaultError(
          .refused,
          "\(Layout.box(box.box.hash)), which the move of entry \(move.entry) replaced, isn't there as it was sealed",
          safe: "nothing was changed; what stands in its place is read as before",
          hint: "bring it back from another place first, if one has it")
      }
    }
  }

  /// Ends a hold or a move.
  private func end(_ entry: UInt64, reason: String, request: UInt64?) async throws -> ActOutcome {
    let identity = try writer()
    let draft = OpenLedger.Draft(.ended(entry), saying: reason.utf8, request: request)
    try await checkCounts(draft, by: identity)
    try await commit(as: identity) { _ in [draft] }
    return ActOutcome(generation: state.generation?.number ?? 0)
  }

  private func checkHold(_ entry: UInt64) throws {
    if let ended = state.holds[entry]?.ended {
      throw VaultError(
        .refused, "hold \(entry) was ended by entry \(ended) already", safe: "nothing was changed")
    }
  }

  /// Says early, and in words, what keeps an entry from counting; that it takes a request is none of it where none is
  /// named yet.
  func checkCounts(_ draft: OpenLedger.Draft, by identity: Identity) async throws {
    try await ledger.catchUp()
    let entry = try draft.event.entry(
      by: identity.publicIdentity.id, time: machine.now(), request: draft.request)
    guard let refused = try state.judge(entry) else { return }
    if refused.rule == .eyes, draft.request == nil { return }
    throw VaultError(.refused, refused.reason, safe: "nothing was changed")
  }
}
