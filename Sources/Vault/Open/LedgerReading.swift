internal import Rules
internal import Keyring
internal import Ledger
public import Sealing

/// An entry as a listing shows it.
public struct EntryListing: Sendable {
  /// Its number.
  public let number: UInt64
  /// What it enters.
  public let event: String
  /// Who made it.
  public let by: Identifier
  /// When, as its maker's clock said.
  public let time: UInt64
  /// Its line, canonical JSON.
  public let line: [UInt8]
  /// Its public part in a few words.
  public let summary: String
  /// Why it doesn't count; nil if it does.
  public let notCounted: String?
  /// Its sealed part, where the journal is open to the reader.
  public let sealed: [(name: String, text: String)]

  /// All that an entry may enter.
  public static var events: [String] { EventName.allCases.map(\.rawValue) }
}

/// Reading the ledger as people do.
extension OpenPlace {
  /// All entries, with the sealed parts that the unlocked identity can open.
  public func entries() async throws -> [EntryListing] {
    let ignored = Dictionary(state.notCounted.map { ($0.number, $0.reason) }) { first, _ in first }
    let journal = journalKeys()
    var shown: [EntryListing] = []
    try await forEachEntry { number, entry in
      let event = try Event(entry)
      shown.append(
        EntryListing(
          number: number, event: entry.event, by: entry.by, time: entry.time, line: entry.line,
          summary: event.summary, notCounted: ignored[number],
          sealed: Self.open(entry, journal, vault: state.vault)))
    }
    return shown
  }

  /// What the journal calls identities, by the entry that granted them.
  func labels() async throws -> [UInt64: String] {
    let journal = journalKeys()
    var labels: [UInt64: String] = [:]
    guard !journal.isEmpty else { return labels }
    try await forEachEntry { number, entry in
      guard entry.event == "granted" else { return }
      labels[number] = Self.open(entry, journal, vault: state.vault).first?.text
    }
    return labels
  }

  /// An entry of one event, with its sealed part where that can be opened.
  struct SealedEntry {
    let number: UInt64
    let event: EventName
    let content: Event
    let time: UInt64
    let by: Identifier
    let part: JSONObject?
  }

  /// Goes through the entries of some events that count.
  func forEachSealed(_ names: Set<EventName>, _ body: (SealedEntry) throws -> Void) async throws {
    let ignored = Set(state.notCounted.map(\.number))
    let journal = journalKeys()
    try await forEachEntry { number, entry in
      guard let name = EventName(rawValue: entry.event), names.contains(name), !ignored.contains(number)
      else {
        return
      }
      let part = entry.sealed.flatMap { sealed in
        journal[sealed.epoch].flatMap { try? entry.openSealedPart(with: $0, vault: state.vault) }
      }
      try body(
        SealedEntry(
          number: number, event: name, content: try Event(entry), time: entry.time, by: entry.by, part: part))
    }
  }

  private func forEachEntry(_ body: (UInt64, Entry) throws -> Void) async throws {
    var tree = MerkleTree()
    let fetcher = ledger.files.isRemote ? try await CommitFetcher(ledger.files, from: 0) : nil
    while tree.size < state.size, let commit = try await commit(after: tree, fetcher) {
      for (offset, entry) in commit.entries.enumerated() { try body(commit.number + UInt64(offset), entry) }
      tree = commit.tree
    }
  }

  /// - Parameter fetcher: reads first copies ahead, behind a network.
  func commit(after tree: MerkleTree, _ fetcher: CommitFetcher? = nil) async throws -> Commit? {
    let vault = tree.size == 0 ? nil : state.vault
    if let bytes = await fetcher?.firstCopy(at: tree.size),
      let commit = try? Commit(parsing: bytes, number: tree.size, vault: vault, before: tree)
    {
      return commit
    }
    return try await ledger.files.commit(at: tree.size) { bytes in
      try Commit(parsing: bytes, number: tree.size, vault: vault, before: tree)
    }
  }

  func journalKeys() -> [UInt64: JournalKey] {
    guard let section = keys?.opened[.journal]?.section else { return [:] }
    var found: [UInt64: JournalKey] = [:]
    for epoch in section.epochs {
      if let seed = epoch.key, let key = try? JournalKey(seed: seed) { found[UInt64(epoch.number)] = key }
    }
    return found
  }

  private static func open(
    _ entry: Entry, _ journal: [UInt64: JournalKey], vault: Identifier
  ) -> [(name: String, text: String)] {
    guard let part = entry.sealed, let key = journal[part.epoch],
      let object = try? entry.openSealedPart(with: key, vault: vault)
    else { return [] }
    return object.keys.compactMap { name in
      guard let hex = try? object.hex(name), let text = String(validating: hex, as: UTF8.self), !text.isEmpty
      else {
        return nil
      }
      return (name, text)
    }
  }
}
