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

  /// Whether somebody with these roles may make this event. Some events want more than a role (Format 4.5, rule 1).
  package static func allow(_ event: EventName, to roles: some Sequence<Role>) -> Bool {
    roles.contains(where: event.roles.contains)
  }
}

extension [Role] {
  /// Whether it takes two custodians to give or take these.
  var takeFourEyes: Bool { contains(.custodian) || contains(.auditor) }
}
