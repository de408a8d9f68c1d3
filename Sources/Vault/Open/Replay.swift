public import Rules
internal import Ledger
public import Sealing

/// An entry that counts, as whoever goes through the ledger meets it.
public struct CountedEntry: Sendable {
  /// Its number.
  public let number: UInt64
  /// What it enters, as a word.
  public let event: EventName
  /// Who made it.
  public let by: Identifier
  /// When, as its maker's clock said.
  public let time: UInt64
  /// What it enters.
  package let content: Event
  /// Its sealed part, where the journal is open to the reader.
  package let part: JSONObject?
}

/// A commit, and which of its entries don't count.
struct ReplayedCommit {
  let commit: Commit
  let notCounted: [UInt64: NotCounted]

  /// Its entries with their numbers.
  var entries: [LoggedEntry] {
    commit.entries.enumerated().map { offset, entry in
      LoggedEntry(entry, number: commit.number + UInt64(offset), note: commit.note)
    }
  }
}

extension OpenPlace {
  /// Folds the ledger once more from its beginning, as far as it was opened: today's state knows neither who was who when
  /// an entry was made, nor of old entries whether they count.
  /// - Parameter take: whether to go on after this commit.
  func replay(_ take: (ReplayedCommit) throws -> Bool) async throws {
    guard var commit = try await commit(after: MerkleTree()), commit.vault == state.vault else {
      throw VaultError(.damaged, "the ledger doesn't begin as it did when it was read")
    }
    var folded = try LedgerState(founding: commit)
    var refused = folded.notCounted
    while true {
      let notCounted = Dictionary(refused.map { ($0.number, $0) }) { first, _ in first }
      guard try take(ReplayedCommit(commit: commit, notCounted: notCounted)) else { return }
      guard commit.tree.size < state.size else { return }
      guard let next = try await self.commit(after: commit.tree) else {
        throw VaultError(.damaged, "the ledger ended before entry \(commit.tree.size)")
      }
      refused = try folded.apply(next)
      commit = next
    }
  }

  /// Hands on every entry that counts, in order.
  public func forEachCounted(_ take: (CountedEntry) throws -> Void) async throws {
    let journal = journalKeys()
    try await replay { step in
      for logged in step.entries where step.notCounted[logged.number] == nil {
        let event = try Event(logged.entry)
        let part = logged.entry.sealed.flatMap { sealed in
          journal[sealed.epoch].flatMap { try? logged.entry.openSealedPart(with: $0, vault: state.vault) }
        }
        try take(
          CountedEntry(
            number: logged.number, event: event.name, by: logged.entry.by, time: logged.entry.time,
            content: event, part: part))
      }
      return true
    }
  }

  /// Whether the journal is open, in which sealed parts of entries are read.
  public var opensJournal: Bool { !journalKeys().isEmpty }
}
