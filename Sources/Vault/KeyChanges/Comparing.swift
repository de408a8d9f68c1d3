internal import Keyring
internal import Rules
internal import Sealing
internal import Storage

/// Nothing of a generation falls on the word of whoever replaced it: another custodian compares the two first, whose
/// programs do it by themselves (Format.md, 5.2).
extension OpenPlace {
  /// Compares generations of others with the ones before them, and enters those that lack nothing. Only a custodian who
  /// opens both can; what differs is told, and stays as it is. What was done before stands whether or not this succeeds.
  package func compareWhereDue() async {
    guard isHome, let identity, let keys, keys.opened.isWhole,
      state.may(identity.publicIdentity.id, .keyring)
    else { return }
    do {
      var whole: [UInt64] = []
      for known in state.uncompared where known.by != identity.publicIdentity.id {
        do {
          guard let differences = try await differences(of: known, as: identity) else { continue }
          if let first = differences.first {
            note(.keyringDiffers(known.number, by: known.by, "\(first)"))
          } else {
            whole.append(known.number)
          }
        } catch  where error is KeyringError || error is VaultError {
          // One that can't be read holds back what it replaced, and no other.
          note(
            .notCompared(
              VaultError(telling: error) ?? VaultError(.damaged, "generation \(known.number): \(error)")))
        }
      }
      guard !whole.isEmpty else { return }
      try await commit(as: identity) { state in
        let due = whole.filter { number in state.generation(number)?.compared == nil }
        if due.isEmpty { return [] }
        return [
          OpenLedger.Draft(
            .verified(
              Verification(
                boxes: [], damaged: [], generations: [], keyrings: due, level: .list, missing: [],
                place: state.home, size: state.size, strays: 0)))
        ]
      }
    } catch {
      note(.notCompared(VaultError(telling: error) ?? VaultError(.failed, "\(error)")))
    }
  }

  /// What a generation lacks of the one before, or has differently; nil where this identity doesn't open both.
  private func differences(of known: KnownGeneration, as identity: Identity) async throws -> [Difference]? {
    let files = KeyringFiles(place.store)
    guard let before = state.generation(known.number - 1),
      let old = try await opened(before, files, as: identity, isNeeded: true),
      let new = try await opened(known, files, as: identity, isNeeded: true)
    else { return nil }
    var dropped: [Identifier: Set<Identifier>] = [:]
    if known.change.rows.dropped > 0 {
      let account = try await accounted(for: known, old, new, files)
      if let difference = account.difference { return [difference] }
      dropped = account.dropped
    }
    if let needless = try await needlessly(known, old, new) { return [needless] }
    // What was sealed with the keys of a page that is left out though it is whole would be lost.
    let refused = try await KeyringEdit.wronglyRefused(
      known.left.map { try Addition($0) }, from: old,
      load: { digest in try await files.pageIfWhole(digest) })
    if let refused { return [refused] }
    // Whoever came, went or came again since may open other sections than before.
    let regranted = state.identities.values.filter { $0.granted > before.entry || $0.revoked != nil }
    do {
      return try await KeyringEdit.missing(
        from: old, additions: known.taken.map { try Addition($0) }, to: new,
        accounted: Accounted(dropped: dropped, regranted: Set(regranted.map(\.identity.id))),
        rows: known.change.rows, reason: known.change.reason,
        load: { digest in try await files.pageIfWhole(digest) })
    } catch let error as KeyringError where error.code == .mismatched {
      // What doesn't follow is no successor, whatever the entry says.
      return [Difference(section: .zero, kind: .section, count: 1)]
    }
  }

  /// What the entries of an erasure account for, or why they don't.
  ///
  /// Whoever erases names every key that they drop, and drops every key that they name; only what was asked for, where it
  /// was; and nothing that a hold or the law keeps.
  private func accounted(
    for known: KnownGeneration, _ old: OpenGeneration, _ new: OpenGeneration, _ files: KeyringFiles
  ) async throws -> (dropped: [Identifier: Set<Identifier>], difference: Difference?) {
    let holds = try await holds()
    let before = OpenKeyring(old, files: files)
    try before.takeIn(known.taken)
    let after = OpenKeyring(new, files: files)
    var dropped: [Identifier: Set<Identifier>] = [:]
    for erasure in state.erasures.values where erasure.erased.content.generation == known.number {
      let account = try await account(of: erasure)
      let asked = try await askedErasure(by: erasure)
      // A policy that was stated since is no reason.
      let laws =
        state.policyEntry < erasure.erased.number
        ? try await lawfulYears(of: account.keys.flatMap { $0.pairs.map(\.subject) }, in: []) : [:]
      for (classID, pairs) in account.keys {
        for pair in pairs {
          let key = try await before.key(of: pair.subject, in: classID)
          guard let key, try KeySchedule.keyCheck(subject: key) == pair.check else {
            return ([:], Difference(section: classID, kind: .rowsChanged, count: 1))
          }
          guard asked?.takes(pair.subject, in: classID) ?? true else {
            return ([:], Difference(section: classID, kind: .rowsLost, count: 1))
          }
          if let hold = holds.first(where: { $0.holds(pair.subject, in: classID) }) {
            throw VaultError(
              .refused,
              "generation \(known.number) drops keys, by erasure \(erasure.erased.number), that hold \(hold.entry) holds",
              safe: "the older keys stay", hint: .undoErasure(erasure.erased.number))
          }
        }
        if let until = pairs.lazy.compactMap({ laws[classID]?[$0.subject] }).first {
          throw VaultError(
            .refused,
            "generation \(known.number) drops keys, by erasure \(erasure.erased.number), of records that the law keeps until the end of \(until)",
            safe: "the older keys stay", hint: .undoErasure(erasure.erased.number))
        }
        dropped[classID, default: []].formUnion(pairs.map(\.subject))
      }
    }
    var gone: Set<Identifier> = []
    for subject in Set(dropped.values.joined()) {
      var isLeft = false
      for section in after.classes where try await after.key(of: subject, in: section.id) != nil {
        isLeft = true
      }
      if !isLeft { gone.insert(subject) }
    }
    if !gone.isEmpty { dropped[.directory] = gone }
    return (dropped, nil)
  }

  /// A generation, opened whole; nil where it isn't here, or isn't ours to open.
  func openedGeneration(_ known: KnownGeneration, as identity: Identity) async throws -> OpenGeneration? {
    try await opened(known, KeyringFiles(place.store), as: identity)
  }

  private func opened(
    _ known: KnownGeneration, _ files: KeyringFiles, as identity: Identity, isNeeded: Bool = false
  ) async throws -> OpenGeneration? {
    do {
      let generation = try await files.generation(known, vault: state.vault)
      let opened = try telling { () throws(KeyringError) in try OpenGeneration(generation, with: identity) }
      return opened.isWhole ? opened : nil
    } catch let error as VaultError where error.code == .notGranted || error.code == .missing && !isNeeded {
      return nil
    }
  }
}
