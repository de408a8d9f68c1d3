internal import Rules
internal import Keyring
internal import Sealing

extension OpenPlace {
  /// Takes over what `keys` entries added, and writes sections anew whose additions have become many (Format.md, 2.5),
  /// so that looking up a customer stays cheap. Only a custodian can; for everybody else it is left to the next one
  /// who writes. What was done before stands whether or not this succeeds.
  package func mergeWhereDue() async {
    guard isHome, let identity, let keys, keys.opened.isWhole, state.may(identity.publicIdentity.id, .keyring)
    else { return }
    let due = keys.opened.sections.map(\.section).filter { section in
      section.needsMerging(with: keys.additions.count { $0.section == section.id })
    }
    guard !due.isEmpty || state.pendingKeys.isMuch else { return }
    do {
      _ = try await KeyringUpdate(vault: self, reason: .merged).run(as: identity, about: "merged") { change in
        for section in due { try change.merge(section.id) }
      }
    } catch {
      note(.notMerged(VaultError(telling: error) ?? VaultError(.failed, "\(error)")))
    }
  }

  /// Takes over what waits, since no more may.
  func takeOver(as identity: Identity) async throws {
    _ = try await KeyringUpdate(vault: self, reason: .merged).run(as: identity, about: "merged") { _ in }
  }
}
