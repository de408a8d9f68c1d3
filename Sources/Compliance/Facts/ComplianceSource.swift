package import Rules
package import Sealing
public import Vault

/// All that a report is computed from: what one open place's ledger says, the time, and what a key opens besides.
public struct ComplianceSource: Sendable {
  /// What the ledger says.
  package let state: LedgerState
  /// What happened in the period.
  package let events: LedgerEvents
  /// The period.
  package let period: Period
  /// When, by this machine's clock.
  package let now: UInt64
  /// What classes are called that are open.
  package let classNames: [Identifier: String]
  /// Whom sections of the keyring are open to, by the reader's own keys; nil without any.
  package let grants: [Identifier: GrantListing]?
  /// The sections that the reader opens; nil without a key.
  package let sections: [SectionListing]?
  /// Whether these are all sections there are.
  package let opensEverySection: Bool
  /// Whether the journal is open.
  package let opensJournal: Bool

  package init(
    state: LedgerState, events: LedgerEvents, period: Period, now: UInt64,
    classNames: [Identifier: String] = [:], grants: [Identifier: GrantListing]? = nil,
    sections: [SectionListing]? = nil, opensEverySection: Bool = false, opensJournal: Bool = false
  ) {
    (self.state, self.events, self.period, self.now) = (state, events, period, now)
    (self.classNames, self.grants, self.sections) = (classNames, grants, sections)
    (self.opensEverySection, self.opensJournal) = (opensEverySection, opensJournal)
  }

  /// Reads it off an open place.
  public init(of place: OpenPlace, period: Period) async throws {
    let grants = place.isUnlocked ? try await place.grants() : nil
    self.init(
      state: place.state, events: try await LedgerEvents(of: period, in: place), period: period,
      now: place.machine.now(), classNames: place.classNames,
      grants: grants.map { Dictionary($0.map { ($0.id, $0) }) { first, _ in first } },
      sections: place.isUnlocked ? try place.keyListing().sections : nil,
      opensEverySection: place.isUnlocked && place.dueEpochs()?.isWhole == true,
      opensJournal: place.opensJournal)
  }

  /// What a clock that was wrong put into the future says nothing of when it was done.
  func isBelievable(_ time: UInt64) -> Bool { time.isBelievable(asOf: now) }

  /// A text of the journal, by its entry.
  func text(_ name: Figure.Name, of entry: UInt64) -> Figure? {
    guard opensJournal else { return Figure(name, .sealed) }
    return events.texts[entry].map { Figure(name, .text($0)) }
  }

  /// What a class is called; its id where that is sealed.
  func className(_ id: Identifier) -> String { classNames[id] ?? "id-\(id.hex)" }
}
