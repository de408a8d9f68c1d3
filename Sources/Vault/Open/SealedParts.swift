internal import Keyring
internal import Ledger
internal import Rules
internal import Sealing

/// What an entry says to those who open the journal alone.
enum SealedReading {
  case opened(JSONObject)
  /// The journal isn't open to us.
  case closed
  /// It has none, or one that says nothing.
  case unreadable
}

/// Sealed parts of single entries, of which the state knows the leaves: nothing else of the ledger is read.
extension OpenPlace {
  /// Sealed parts of entries, each by its number and leaf.
  func sealedParts(of entries: [(number: UInt64, leaf: Digest)]) async throws -> [UInt64: SealedReading] {
    var found: [UInt64: SealedReading] = [:]
    guard !entries.isEmpty else { return found }
    let journal = journalKeys()
    guard !journal.isEmpty else {
      for entry in entries { found[entry.number] = .closed }
      return found
    }
    let names = try await ledger.files.names()
    for (number, leaf) in entries {
      let entry = try await entry(number, leaf: leaf, in: names)
      found[number] = Self.reading(entry, journal, vault: state.vault)
    }
    return found
  }

  func sealedPart(of number: UInt64, leaf: Digest) async throws -> SealedReading {
    try await sealedParts(of: [(number, leaf)])[number] ?? .closed
  }

  private static func reading(
    _ entry: Entry, _ journal: [UInt64: JournalKey], vault: Identifier
  ) -> SealedReading {
    guard let part = entry.sealed else { return .unreadable }
    // An epoch that isn't among ours may be one that a later generation brings, or none at all.
    guard let key = journal[part.epoch], let object = try? entry.openSealedPart(with: key, vault: vault)
    else {
      return .unreadable
    }
    return .opened(object)
  }

  /// An entry as it was folded: another one in its place has another leaf.
  private func entry(_ number: UInt64, leaf: Digest, in names: LedgerNames) async throws -> Entry {
    let missing = VaultError(
      .damaged, "entry \(number) can't be found in the ledger", hint: .restoreFromDestination)
    guard let start = names.last(upTo: number) else { throw missing }
    let found = try await ledger.files.commit(at: start) { bytes in
      let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
      guard number - start < UInt64(lines.count) else { throw missing }
      let line = Array(lines[Int(number - start)])
      guard MerkleTree.leaf(line) == leaf else { throw missing }
      return try Entry(line: line)
    }
    guard let found else { throw missing }
    return found
  }
}
