internal import Rules
internal import Keyring
public import Sealing
package import Storage

/// A section of the keyring as a listing shows it.
public struct SectionListing: Sendable {
  /// One epoch.
  public struct EpochListing: Sendable {
    /// Its number.
    public let number: UInt32
    /// `sealing`, `opening`, `retired` or `destroyed`.
    public let state: String
    /// When it began.
    public let since: UInt64
    /// Whether the policy's cryptoperiod is over.
    public let isDue: Bool
    /// Whether somebody may have its key who must not.
    public let isCompromised: Bool
  }

  /// The section's name.
  public let name: String
  /// Its epochs, oldest first.
  public let epochs: [EpochListing]
  /// How many rows its pages have, additions included.
  public let rows: UInt64
}

extension OpenPlace {
  /// The sections that the identity opens.
  public func keyListing() throws -> (generation: UInt64, rows: UInt64, sections: [SectionListing]) {
    let keys = try unlocked()
    let sections = keys.opened.sections.map(\.section).map { section in
      let added = keys.additions.filter { $0.section == section.id }.reduce(0) {
        $0 + UInt64($1.reference.count)
      }
      return SectionListing(
        name: section.name,
        epochs: section.epochs.map {
          SectionListing.EpochListing(
            number: $0.number, state: "\($0.state)", since: $0.since,
            isDue: $0.number == section.sealing.number && isCryptoperiodOver(since: $0.since),
            isCompromised: $0.marks.contains(.compromised))
        }, rows: section.rows + added)
    }
    return (keys.number, sections.reduce(0) { $0 + $1.rows }, sections)
  }

  /// The files of the keyring that the present generation consists of: of older ones nobody misses any.
  package func presentKeyFiles() async throws -> Set<ObjectName> {
    guard let known = state.generation else { return [] }
    let generation = try await KeyringFiles(place.store).generation(known, vault: state.vault)
    let pages = generation.pages.map(\.digest) + state.pendingPages.map(\.page.hash)
    return Set(([known.file] + pages).map(Layout.keyringFile))
  }

  /// Sections whose newest epoch is older than the policy wants, by name, as far as this identity opens them; nil where
  /// nobody can know. Without a key nobody sees when epochs began: only that none is older than the vault.
  package func dueEpochs() -> DueEpochs? {
    guard let keys else {
      let founded = state.generations.first?.time ?? 0
      return isCryptoperiodOver(since: founded) ? nil : DueEpochs(names: [], isWhole: true)
    }
    let due = keys.opened.sections.map(\.section).filter { isCryptoperiodOver(since: $0.sealing.since) }
    return DueEpochs(names: due.map(\.name).sorted(), isWhole: keys.opened.isWhole)
  }

  /// The time by which is judged what is due.
  var dutyTime: UInt64 {
    let others = state.activeCustodians.filter { $0 != identity?.publicIdentity.id }
    return state.time.due(clock: machine.now(), otherCustodians: others)
  }

  private func isCryptoperiodOver(since start: UInt64) -> Bool {
    let now = dutyTime
    return now > start && now - start > state.policy.cryptoperiod * 86_400
  }
}

/// Sections whose epochs are due for rotation.
public struct DueEpochs: Hashable, Sendable {
  /// Their names, in order.
  public let names: [String]
  /// Whether all sections were looked at.
  public let isWhole: Bool
}

extension OpenPlace {
  /// What the classes are called that this identity opens.
  public var classNames: [Identifier: String] {
    Dictionary(uniqueKeysWithValues: (keys?.classes ?? []).map { ($0.id, $0.name) })
  }
}
