internal import Keyring
internal import Rules
internal import Sealing

/// An active identity gets another role, or opens other classes, without being revoked.
extension OpenPlace {
  func changeGrant(
    of id: Identifier, role: Role, classes: [String], label: String, request: UInt64?
  ) async throws -> ActOutcome {
    let identity = try writer()
    let (draft, access) = try await preparedChange(
      of: id, role: role, classes: classes, label: label, request: request)
    let keys = try unlocked()
    let grant = keys.opened.generation.grant(of: id)
    guard let known = state.identities[id], access != .only([]) || grant != nil else {
      try await commit(as: identity) { _ in [draft] }
      return ActOutcome(generation: state.generation?.number ?? 0, opens: ["nothing"])
    }
    let recipient = Recipient(known.identity, scrypt: grant?.scrypt)
    let now = machine.now()
    var rotated: [Identifier] = []
    let next = try await KeyringUpdate(vault: self, reason: .granted).run(
      as: identity, alongside: [draft], about: "changed"
    ) { change in
      // What somebody opens no longer they may have copied the key of.
      rotated = try change.regrant(recipient, access, since: now)
    }
    let sections = next.opened.sections.map(\.section)
    let opens = sections.filter { $0.readers.contains(id) }.map(\.name)
    return ActOutcome(
      generation: UInt64(next.opened.generation.number), opens: opens.isEmpty ? ["nothing"] : opens,
      rotated: sections.filter { rotated.contains($0.id) }.map(\.name))
  }

  func preparedChange(
    of id: Identifier, role: Role, classes: [String], label: String, request: UInt64?
  ) async throws -> (draft: OpenLedger.Draft, access: Access) {
    let identity = try writer()
    let keys = try unlocked()
    guard id != identity.publicIdentity.id else {
      throw VaultError(
        .refused, "nobody changes their own identity", safe: "nothing was changed",
        hint: "another custodian does")
    }
    guard let known = state.identities[id], known.isActive else {
      throw VaultError(
        .refused, "identity \(id.hex) isn't active", safe: "nothing was changed",
        hint: .askForGrant(role: nil))
    }
    let access = try self.access(of: role, classes: classes, keys: keys)
    let opened = Set(keys.opened.sections.map(\.section).filter { $0.readers.contains(id) }.map(\.id))
    let after = Set(keys.opened.sections.map(\.section.id).filter(access.includes))
    guard known.roles != [role] || opened != after else {
      throw VaultError(
        .refused, "that is what \(id.hex) is granted already", safe: "nothing was changed",
        hint: .listGrants)
    }
    if known.kind == .passphrase, after.isEmpty {
      throw VaultError(
        .refused, "whoever opens nothing can't come in by a passphrase", safe: "nothing was changed",
        hint: "revoke it instead")
    }
    let granted = Event.granted(Grantee(identity: known.identity, kind: known.kind, roles: [role]))
    let draft = OpenLedger.Draft(granted, saying: label.utf8, request: request)
    try await checkCounts(draft, by: identity)
    return (draft, access)
  }
}
