public import Rules
internal import Keyring
public import Sealing

/// What came of granting, revoking or rotating.
public struct KeyOutcome: Sendable {
  /// The keyring's generation now.
  public let generation: UInt64
  /// Names of the sections that the identity opens.
  public let opens: [String]
  /// Names of the sections that got a new epoch.
  public let rotated: [String]
}

/// One identity as a listing shows it.
public struct GrantListing: Sendable {
  /// Its id.
  public let id: Identifier
  /// Its roles.
  public let roles: [String]
  /// `file`, `passphrase` or `shares`.
  public let kind: String
  /// Whether it is active.
  public let isActive: Bool
  /// What the journal calls it; nil where the journal isn't open.
  public let label: String?
}

extension OpenPlace {
  /// Grants a role, and the sections that go with it.
  /// - Parameter classes: names of the classes to open; none means all for an archivist.
  public func grant(
    _ public: IdentityFile.Public, role: Role, classes: [String], label: String
  ) async throws -> KeyOutcome {
    let identity = try writer()
    let keys = try unlocked()
    guard let kind = IdentityKind(rawValue: `public`.kind) else {
      throw VaultError(.input, "an identity of kind \(`public`.kind) can't be granted")
    }
    guard !state.isActive(`public`.identity.id) else {
      throw VaultError(
        .refused, "identity \(`public`.identity.id.hex) is granted already", safe: "nothing was changed",
        hint: "revoke it first to grant it something else")
    }
    let access = try access(of: role, classes: classes, keys: keys)
    let granted = Event.granted(Grantee(identity: `public`.identity, kind: kind, roles: [role]))
    let draft = OpenLedger.Draft(granted, saying: label.utf8)
    try await checkEyes(for: granted, as: identity)
    guard access != .only([]) else {
      try await commit(as: identity) { _ in [draft] }
      return KeyOutcome(generation: state.generation?.number ?? 0, opens: ["nothing"], rotated: [])
    }
    let recipient = Recipient(`public`.identity, scrypt: `public`.scrypt)
    let next = try await KeyringUpdate(vault: self, reason: .granted).run(
      as: identity, alongside: [draft], about: "granted"
    ) { change in try change.grant(recipient, access) }
    let opens = next.opened.sections.map(\.section).filter { access.includes($0.id) }.map(\.name)
    return KeyOutcome(generation: UInt64(next.opened.generation.number), opens: opens, rotated: [])
  }

  /// Revokes an identity: it counts at once, and every section that it could open gets a new epoch.
  public func revoke(_ id: Identifier, reason: String) async throws -> KeyOutcome {
    let identity = try writer()
    let keys = try unlocked()
    let revoked = Event.revoked(id)
    let draft = OpenLedger.Draft(revoked, saying: reason.utf8)
    try await checkEyes(for: revoked, as: identity)
    guard id != identity.publicIdentity.id else {
      throw VaultError(.refused, "nobody revokes their own identity", hint: "another custodian does")
    }
    guard keys.opened.generation.grant(of: id) != nil else {
      try await commit(as: identity) { _ in [draft] }
      return KeyOutcome(generation: state.generation?.number ?? 0, opens: [], rotated: [])
    }
    let now = machine.now()
    var rotated: [Identifier] = []
    let next = try await KeyringUpdate(vault: self, reason: .revoked).run(
      as: identity, alongside: [draft], about: "revoked"
    ) { change in rotated = try change.revoke(id, since: now) }
    let names = next.opened.sections.map(\.section).filter { rotated.contains($0.id) }.map(\.name)
    return KeyOutcome(generation: UInt64(next.opened.generation.number), opens: [], rotated: names)
  }

  /// Everybody who was ever granted anything, with labels where the journal is open.
  public func grants() async throws -> [GrantListing] {
    let labels = keys == nil ? [:] : try await labels()
    return state.identities.values.sorted { $0.granted < $1.granted }.map { known in
      GrantListing(
        id: known.identity.id, roles: known.roles.map(\.rawValue), kind: known.kind.rawValue,
        isActive: known.isActive, label: labels[known.granted])
    }
  }

  /// The identity whose id begins with these digits.
  public func identity(matching prefix: String) throws(VaultError) -> Identifier {
    let matching = state.identities.keys.filter { $0.hex.hasPrefix(prefix.lowercased()) }
    guard let found = matching.first, matching.count == 1 else {
      throw VaultError(
        .input,
        matching.isEmpty
          ? "no identity begins with \(prefix)" : "more than one identity begins with \(prefix)",
        hint: .listGrants)
    }
    return found
  }

  private func access(of role: Role, classes: [String], keys: OpenKeyring) throws(VaultError) -> Access {
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

  /// Says early, and in words, that four eyes are needed.
  private func checkEyes(for event: Event, as identity: Identity) async throws {
    try await ledger.catchUp()
    let entry = try event.entry(by: identity.publicIdentity.id, time: machine.now())
    guard let refused = try state.judge(entry) else { return }
    guard refused.rule == .eyes else {
      throw VaultError(.refused, refused.reason, safe: "nothing was changed")
    }
    throw VaultError(
      .refused, "this needs four eyes: \(refused.reason)", safe: "nothing was changed",
      hint: "requests by one custodian that another approves come with a later release")
  }
}
