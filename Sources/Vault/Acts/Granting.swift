public import Rules
internal import Keyring
public import Sealing

extension OpenPlace {
  /// Grants a role, and the sections that go with it.
  /// - Parameter classes: names of the classes to open; none means all for an archivist.
  public func grant(
    _ public: IdentityFile.Public, role: Role, classes: [String], label: String, request: UInt64? = nil
  ) async throws -> ActOutcome {
    let identity = try writer()
    let (draft, access) = try await preparedGrant(
      `public`, role: role, classes: classes, label: label, request: request)
    guard access != .only([]) else {
      try await commit(as: identity) { _ in [draft] }
      return ActOutcome(generation: state.generation?.number ?? 0, opens: ["nothing"])
    }
    let recipient = Recipient(`public`.identity, scrypt: `public`.scrypt)
    let next = try await KeyringUpdate(vault: self, reason: .granted).run(
      as: identity, alongside: [draft], about: "granted"
    ) { change in try change.grant(recipient, access) }
    let opens = next.opened.sections.map(\.section).filter { access.includes($0.id) }.map(\.name)
    return ActOutcome(generation: UInt64(next.opened.generation.number), opens: opens)
  }

  /// What a grant enters and opens, or why it can't be carried out.
  func preparedGrant(
    _ public: IdentityFile.Public, role: Role, classes: [String], label: String, request: UInt64?
  ) async throws -> (draft: OpenLedger.Draft, access: Access) {
    let identity = try writer()
    let keys = try unlocked()
    guard let kind = IdentityKind(rawValue: `public`.kind) else {
      throw VaultError(.input, "an identity of kind \(`public`.kind) can't be granted")
    }
    guard !state.isActive(`public`.identity.id) else {
      throw VaultError(
        .refused, "identity \(`public`.identity.id.hex) is granted already", safe: "nothing was changed",
        hint: .changeGrant)
    }
    let access = try access(of: role, classes: classes, keys: keys)
    let granted = Event.granted(Grantee(identity: `public`.identity, kind: kind, roles: [role]))
    let draft = OpenLedger.Draft(granted, saying: label.utf8, request: request)
    try await checkCounts(draft, by: identity)
    if `public`.scrypt != nil {
      // A salt stands only in a grant of the keyring, and what opens nothing has none there.
      guard access != .only([]) else {
        throw VaultError(
          .refused, "whoever opens nothing can't come in by a passphrase", safe: "nothing was changed",
          hint: "let them make an identity file")
      }
      guard keys.opened.generation.grants.count(where: { $0.scrypt != nil }) < Generation.maximumPassphrases
      else {
        throw VaultError(
          .refused, "\(Generation.maximumPassphrases) passphrases are granted already",
          safe: "nothing was changed",
          hint: "let them make an identity file")
      }
    }
    return (draft, access)
  }

  /// Revokes an identity: it counts at once, and every section that it could open gets a new epoch.
  public func revoke(_ id: Identifier, reason: String, request: UInt64? = nil) async throws -> ActOutcome {
    let identity = try writer()
    let keys = try unlocked()
    // Where an earlier try got no further than the ledger, the keyring still opens to them.
    let isHalfDone =
      state.identities[id]?.isActive == false && keys.opened.generation.grant(of: id) != nil
    let draft = OpenLedger.Draft(.revoked(id), saying: reason.utf8, request: request)
    if !isHalfDone { try await checkCounts(draft, by: identity) }
    try checkRevocation(of: id)
    guard keys.opened.generation.grant(of: id) != nil else {
      try await commit(as: identity) { _ in [draft] }
      return ActOutcome(generation: state.generation?.number ?? 0)
    }
    let now = machine.now()
    var rotated: [Identifier] = []
    let next = try await KeyringUpdate(vault: self, reason: .revoked).run(
      as: identity, alongside: isHalfDone ? [] : [draft], about: "revoked"
    ) { change in rotated = try change.revoke(id, since: now) }
    let names = next.opened.sections.map(\.section).filter { rotated.contains($0.id) }.map(\.name)
    return ActOutcome(generation: UInt64(next.opened.generation.number), rotated: names)
  }

  /// Refuses a revocation that can't be meant.
  func checkRevocation(of id: Identifier) throws(VaultError) {
    guard id != (try writer()).publicIdentity.id else {
      throw VaultError(
        .refused, "nobody revokes their own identity", safe: "nothing was written",
        hint: "another custodian does")
    }
    let opens = try unlocked().opened.generation.grant(of: id) != nil
    guard state.isActive(id) || opens else {
      throw VaultError(
        .refused, "identity \(id.hex) isn't active", safe: "nothing was written", hint: .listGrants)
    }
  }

  func access(of role: Role, classes: [String], keys: OpenKeyring) throws(VaultError) -> Access {
    var ids: Set<Identifier> = []
    for name in classes {
      guard let section = keys.section(named: name), section.kind == .class else {
        throw VaultError.unknown("class", name, among: keys.classes.map(\.name))
      }
      ids.insert(section.id)
    }
    switch role {
    case .custodian: return .all
    case .auditor: return .only([.journal])
    case .archivist:
      if ids.isEmpty { ids = Set(keys.classes.map(\.id)) }
      return .only(ids.union([.directory]))
    case .clerk:
      guard !ids.isEmpty else { throw VaultError(.input, "a clerk needs at least one class") }
      return .only(ids.union([.directory]))
    case .operator: return .only(ids.isEmpty ? [] : ids.union([.directory]))
    }
  }
}
