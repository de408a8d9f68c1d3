/// What an identity may enter in the ledger. What it can open is its grant, apart from this.
public enum Role: String, Hashable, Sendable, CaseIterable, Comparable {
  /// Seals records.
  case archivist
  /// Reads the journal and checks.
  case auditor
  /// Finds and reads records.
  case clerk
  /// Keeps the keys.
  case custodian
  /// Takes snapshots and rehearses recovery.
  case `operator`

  /// Ascending by name, as the ledger lists them.
  public static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }

  /// Format 4.4: which roles may make an event. This is the only place that says so. (`founded` is its founder's, who
  /// is a custodian by it.)
  public static let table: [EventName: Set<Role>] = [
    .founded: [.custodian],
    .granted: [.custodian],
    .revoked: [.custodian],
    .requested: [.custodian],
    .policy: [.custodian],
    .keyring: [.custodian],
    .keys: [.custodian, .archivist],
    .sealed: [.custodian, .archivist],
    .copying: [.custodian, .operator],
    .snapshot: [.custodian, .operator],
    .verified: [.custodian, .operator, .clerk, .auditor],
    .drilled: [.custodian, .operator, .clerk, .auditor],
    .recovered: [.custodian],
    .removed: [.custodian],
    .clock: [.custodian],
  ]

  /// Whether somebody with these roles may make this event.
  public static func allow(_ event: EventName, to roles: some Sequence<Role>) -> Bool {
    guard let allowed = table[event] else { return false }
    return roles.contains(where: allowed.contains)
  }
}
