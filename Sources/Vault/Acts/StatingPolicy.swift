internal import Keyring
public import Rules
public import Sealing

/// Another policy, and the one that it was made from.
public struct PolicyChange: Hashable, Sendable {
  /// The rules from now on.
  public let policy: Policy
  /// The entry that states the policy which it was made from: no approval reverts a later one.
  public let from: UInt64
  /// What people call the classes that are new.
  public let names: [Identifier: String]

  /// A change.
  public init(policy: Policy, from: UInt64, names: [Identifier: String]) {
    self.policy = policy
    self.from = from
    self.names = names
  }
}

extension OpenPlace {
  /// States a policy; classes that are new get keys, which custodians open.
  func state(_ change: PolicyChange, request: UInt64?) async throws -> ActOutcome {
    let identity = try writer()
    try checkPolicy(change)
    let draft = OpenLedger.Draft(.policy(change.policy), request: request)
    try await checkCounts(draft, by: identity)
    let now = machine.now()
    let new = change.names.sorted { $0.key < $1.key }.map {
      OpenGeneration.NewClass(id: $0.key, name: $0.value)
    }
    guard !new.isEmpty else {
      try await commit(as: identity) { state in
        guard state.policyEntry == change.from else { throw Self.overtaken }
        return [draft]
      }
      return ActOutcome(generation: state.generation?.number ?? 0)
    }
    let next = try await KeyringUpdate(vault: self, reason: .granted).run(
      as: identity, alongside: [draft], about: "classes added"
    ) { edit in
      guard state.policyEntry == change.from else { throw Self.overtaken }
      for one in new { try edit.add(one, since: now, readers: Set(state.activeCustodians)) }
    }
    return ActOutcome(generation: UInt64(next.opened.generation.number), opens: new.map(\.name))
  }

  /// Refuses a policy that can't come into force as it was meant.
  func checkPolicy(_ change: PolicyChange) throws {
    guard state.policyEntry == change.from else { throw Self.overtaken }
    let known = Set(state.policy.classes.map(\.id))
    let new = Set(change.policy.classes.map(\.id)).subtracting(known)
    guard new == Set(change.names.keys) else {
      throw VaultError(
        .input, "the policy's new classes and their names don't go together", safe: "nothing was changed")
    }
    guard change.policy != state.policy else {
      throw VaultError(.refused, "that is the policy in force", safe: "nothing was changed")
    }
  }

  private static let overtaken = VaultError(
    .refused, "another policy was stated since this one was made", safe: "nothing was changed",
    hint: .showPolicy)
}
