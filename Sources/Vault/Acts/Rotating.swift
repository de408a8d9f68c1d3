internal import Keyring
internal import Rules
internal import Sealing

extension OpenPlace {
  /// Starts a new epoch in sections, by name.
  public func rotate(sections names: [String], request: UInt64? = nil) async throws -> ActOutcome {
    let identity = try writer()
    let keys = try unlocked()
    var ids: [Identifier] = []
    for name in names {
      guard let section = keys.section(named: name) else {
        throw VaultError.unknown("section", name, among: keys.opened.sections.map(\.section.name))
      }
      if !ids.contains(section.id) { ids.append(section.id) }
    }
    let now = machine.now()
    let about = "rotated \(names.joined(separator: ", "))"
    let next = try await KeyringUpdate(vault: self, reason: .rotated, request: request).run(
      as: identity, about: about
    ) { change in
      for id in ids { try change.rotate(id, since: now) }
    }
    return ActOutcome(generation: UInt64(next.opened.generation.number), rotated: names)
  }
}
