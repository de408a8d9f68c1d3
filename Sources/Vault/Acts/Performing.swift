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
}

extension OpenPlace {
  /// Carries an act out, whoever described it.
  /// - Parameter request: the request of another custodian that is carried out by it, where it takes one.
  /// - Throws: `VaultError` `.refused` where a rule forbids it, four eyes among them.
  @discardableResult
  public func perform(_ act: Act, request: UInt64? = nil) async throws -> ActOutcome {
    // What can't be carried out here is said before anything that hangs on keys.
    if case .recover = act {} else { try await requireHome() }
    return switch act {
    case .grant(let somebody, let role, let classes, let label):
      try await grant(somebody, role: role, classes: classes, label: label, request: request)
    case .revoke(let id, let reason):
      try await revoke(id, reason: reason, request: request)
    case .rotate(let sections):
      try await rotate(sections: sections, request: request)
    case .settleClock:
      try await settleClock(request: request)
    case .recover(let home, let snapshot):
      try await recover(home: home, snapshot: snapshot, request: request)
    }
  }

  /// Refuses an act that can't be carried out, as far as can be told before it is: nobody is to say yes to it in vain.
  public func check(_ act: Act) async throws {
    if case .recover = act {} else { try await requireHome() }
    guard case .grant(let somebody, let role, let classes, let label) = act else { return }
    _ = try await preparedGrant(somebody, role: role, classes: classes, label: label, request: nil)
  }

  /// Says early, and in words, what keeps an entry from counting: that it takes four eyes above all.
  func checkCounts(_ draft: OpenLedger.Draft, by identity: Identity) async throws {
    try await ledger.catchUp()
    let entry = try draft.event.entry(
      by: identity.publicIdentity.id, time: machine.now(), request: draft.request)
    guard let refused = try state.judge(entry) else { return }
    guard refused.rule == .eyes else {
      throw VaultError(.refused, refused.reason, safe: "nothing was changed")
    }
    throw VaultError(
      .refused, "this needs four eyes: \(refused.reason)", safe: "nothing was changed",
      hint: "requests by one custodian that another approves come with a later release")
  }
}
