public import Rules
public import Sealing

/// What a custodian does to the vault, as a value: it can be put into words, asked for by one and carried out by
/// another. It holds all its particulars, and no secret.
public enum Act: Hashable, Sendable {
  /// Makes an identity active in a role, with the classes that it opens; none means all for an archivist.
  case grant(IdentityFile.Public, role: Role, classes: [String], label: String)
  /// Gives an active identity this role in place of what it has, with the classes that it opens.
  case change(Identifier, role: Role, classes: [String], label: String)
  /// Ends all rights of an identity.
  case revoke(Identifier, reason: String)
  /// Begins new keys for these sections.
  case rotate(sections: [String])
  /// States the rules from now on.
  case policy(PolicyChange)
  /// Erases these customers, by id, in these classes, by id; none means all.
  case erase([Identifier], classes: [Identifier], reason: String)
  /// Ends the hold of this entry, or takes its erasure or move of boxes back.
  case end(UInt64, reason: String)
  /// States this machine's time as the right one, whatever entries said before.
  case settleClock
  /// Makes a place the vault; `snapshot` is the entry of the newest one that it holds, 0 where it holds none.
  case recover(home: Identifier, snapshot: UInt64)

  /// The event that a request for it is for, and that names the request.
  package var eventName: EventName {
    switch self {
    case .grant, .change: .granted
    case .revoke: .revoked
    case .rotate: .keyring
    case .settleClock: .clock
    case .recover: .recovered
    case .policy: .policy
    case .end: .ended
    case .erase: .erased
    }
  }
}

/// In plain words, for whoever is to say yes to it.
extension Act: CustomStringConvertible {
  /// What it does, for the middle of a sentence.
  public var description: String {
    switch self {
    case .grant(let somebody, let role, let classes, let label):
      return "make \(somebody.identity.id.hex) \(Self.place(of: role, opening: classes))\(Self.called(label))"
    case .revoke(let id, let reason):
      let why = reason.isEmpty ? "" : ", because: \(reason)"
      return "end all rights of \(id.hex), and begin new keys for all that it opened\(why)"
    case .rotate(let sections):
      return "begin new keys for \(sections.joined(separator: ", "))"
    case .change(let id, let role, let classes, let label):
      let place = Self.place(of: role, opening: classes)
      return "make \(id.hex) \(place), and nothing else any more\(Self.called(label))"
    case .policy(let change):
      let names = change.names.values.sorted()
      return
        "state another policy\(names.isEmpty ? "" : ", with the new classes \(names.joined(separator: ", "))")"
    case .erase(let subjects, let classes, let reason):
      let scope =
        classes.isEmpty ? "all classes" : "\(classes.count) \(classes.count == 1 ? "class" : "classes")"
      let why = reason.isEmpty ? "" : ", because: \(reason)"
      return "erase \(subjects.count) \(subjects.count == 1 ? "customer" : "customers") in \(scope)\(why)"
    case .end(let entry, let reason):
      return
        "end the hold, or take back the erasure or move, of entry \(entry)\(reason.isEmpty ? "" : ", because: \(reason)")"
    case .settleClock:
      return "state this machine's time as the right one"
    case .recover(let home, let snapshot):
      let source = snapshot == 0 ? "which knows of no snapshot" : "which knows of snapshots up to \(snapshot)"
      return "make place \(home.hex.prefix(8)) the vault, \(source)"
    }
  }

  /// Last, and quoted: whoever chose it is not to speak in the program's name.
  private static func called(_ label: String) -> String { label.isEmpty ? "" : ", called \"\(label)\"" }

  private static func place(of role: Role, opening classes: [String]) -> String {
    let named = classes.joined(separator: ", ")
    return switch role {
    case .custodian: "a custodian, who opens everything"
    case .auditor: "an auditor, who opens the journal"
    case .archivist: "an archivist, who opens \(classes.isEmpty ? "all classes" : named)"
    case .clerk: "a clerk, who opens \(named)"
    case .operator: "an operator, who opens \(classes.isEmpty ? "nothing" : named)"
    }
  }
}
