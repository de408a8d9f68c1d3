public import Sealing

extension OpenGeneration {
  /// A class that a vault starts with.
  public struct NewClass: Sendable, Hashable {
    /// Its id, as the policy names it.
    public let id: Identifier
    /// What people call it.
    public let name: String

    /// A class by id and name.
    public init(id: Identifier, name: String) {
      self.id = id
      self.name = name
    }
  }

  /// The first generation of a vault: directory, journal and classes, each with a first epoch and no rows.
  ///
  /// - Parameters:
  ///   - vault: the vault id.
  ///   - classes: those of the policy.
  ///   - since: when the first epochs begin, in seconds since 1970-01-01 UTC.
  ///   - recipients: who is to open which sections; every section needs somebody.
  ///   - through: the size of the ledger up to which additions are taken over: there are none.
  public static func founding(
    vault: Identifier, classes: [NewClass], since: UInt64, recipients: [(Recipient, Access)],
    through: UInt64 = 0
  ) throws(KeyringError) -> OpenGeneration {
    guard Set(classes.map(\.name)).count == classes.count else {
      throw KeyringError(.malformed, "two classes of one name")
    }
    guard classes.allSatisfy({ Section.kind(of: $0.id) == .class }) else {
      throw KeyringError(.malformed, "a class with the id of the directory or the journal")
    }
    let names =
      [(Identifier.directory, "directory"), (.journal, "journal")] + classes.map { ($0.id, $0.name) }
    var sections: [Section] = []
    for (id, name) in names {
      let readers = recipients.filter { $0.1.includes(id) }.map(\.0.id).sorted()
      sections.append(
        try Section(id: id, name: name, epochs: [Epoch.fresh(after: 0, since: since)], readers: readers))
    }
    return try GenerationDraft(
      vault: vault, number: 1, previous: nil, through: through, sections: sections,
      recipients: recipients.map(\.0)
    ).sealed()
  }
}
