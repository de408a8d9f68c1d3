package import Rules
package import Sealing
package import Vault

/// What happened in a period, of which a folded ledger keeps nothing: gathered by going through its entries.
package struct LedgerEvents: Sendable {
  /// So many newest entries are kept of each kind: more than a report shows.
  static let mostKept = 200

  /// Entries of one kind.
  package struct Tally: Hashable, Sendable {
    /// How many there are.
    package private(set) var count: UInt64 = 0
    /// The newest ones, ascending.
    package private(set) var newest: [UInt64] = []

    /// How many are older than those.
    var leftOut: UInt64 { count - UInt64(newest.count) }

    mutating func add(_ entry: UInt64) {
      count += 1
      newest.append(entry)
      if newest.count > LedgerEvents.mostKept { newest.removeFirst() }
    }
  }

  /// A report for auditors that somebody vouched for.
  package struct Audit: Hashable, Sendable {
    package let entry: UInt64
    package let by: Identifier
    package let time: UInt64
    package let about: UInt64
  }

  /// Entries of the period that count, by event.
  package private(set) var entered: [EventName: Tally] = [:]
  /// Versions of records that were opened in the period.
  package private(set) var recordsRead: UInt64 = 0
  /// How they were, where the journal is open.
  package private(set) var ways: [AccessTerms.How: UInt64] = [:]
  /// How many reads of the period don't say how, or not to us.
  package private(set) var waysUnknown: UInt64 = 0
  /// Findings that were ended in the period, by the entries that did.
  package private(set) var closedFindings = Tally()
  /// The entries of the period that ended anything.
  package private(set) var endings: Set<UInt64> = []
  /// The newest entry of all.
  package private(set) var newest: UInt64 = 0
  /// Reports for auditors that somebody vouched for since the period began.
  package private(set) var audits: [Audit] = []
  /// What sealed parts say in one text, by entry: labels, names, reasons; where the journal is open.
  package private(set) var texts: [UInt64: String] = [:]
  /// Who has to see to a finding, by its entry; where the journal is open.
  package private(set) var owners: [UInt64: String] = [:]
  private var findings: Set<UInt64> = []
  private let period: Period

  package init(of period: Period) { self.period = period }

  /// Gathers them from an open place.
  package init(of period: Period, in place: OpenPlace) async throws {
    var events = LedgerEvents(of: period)
    try await place.forEachCounted { events.take($0) }
    self = events
  }

  /// Whose texts a report may show; of others there may be any number.
  private static let named: Set<EventName> = [.granted, .drilled, .held, .erased, .found, .requested]
  /// Texts are cut to so many characters: a report is for reading.
  private static let mostCharacters = 300

  /// Takes the next entry that counts.
  package mutating func take(_ entry: CountedEntry) {
    newest = entry.number
    if Self.named.contains(entry.event),
      let text = entry.part.flatMap({ Self.text(entry.event.sealedMember, in: $0) })
    {
      texts[entry.number] = text
    }
    if case .found = entry.content {
      findings.insert(entry.number)
      if let owner = entry.part.flatMap({ Self.text("owner", in: $0) }) { owners[entry.number] = owner }
    }
    if case .attested(let attestation) = entry.content, attestation.kind == .compliance,
      entry.time >= period.times.lowerBound
    {
      audits.append(Audit(entry: entry.number, by: entry.by, time: entry.time, about: attestation.about))
      if audits.count > Self.mostKept { audits.removeFirst() }
    }
    guard period.contains(entry.time) else { return }
    entered[entry.event, default: Tally()].add(entry.number)
    switch entry.content {
    case .accessed(let accessed):
      recordsRead &+= accessed.records
      if let terms = entry.part.flatMap({ try? AccessTerms($0) }) {
        ways[terms.how, default: 0] += 1
      } else {
        waysUnknown += 1
      }
    case .ended(let about):
      endings.insert(entry.number)
      if findings.contains(about) { closedFindings.add(entry.number) }
    default: break
    }
  }

  /// Entries of an event in the period.
  package func tally(_ event: EventName) -> Tally { entered[event] ?? Tally() }

  private static func text(_ member: String?, in part: JSONObject) -> String? {
    guard let member, let bytes = try? part.hex(member), !bytes.isEmpty,
      let text = String(validating: bytes, as: UTF8.self)
    else { return nil }
    return text.count > mostCharacters ? text.prefix(mostCharacters) + "…" : text
  }
}
