/// Whether something is proved.
public enum Verdict: String, Hashable, Sendable, CaseIterable, Codable {
  /// Entries of the ledger say it.
  case proved
  /// Something is asked for that no entry says, or that an entry contradicts.
  case notProved = "not_proved"
  /// Nothing of the kind happened, and nothing wants it to.
  case nothing

  /// The verdict on several together: what isn't proved goes before all else.
  static func all(_ verdicts: [Verdict]) -> Verdict {
    if verdicts.contains(.notProved) { return .notProved }
    return verdicts.contains(.proved) ? .proved : .nothing
  }
}

/// What keeps a fact from being proved.
public struct Lack: Hashable, Sendable {
  /// Of which kind.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// So many boxes were never read at a place at level hash or above.
    case neverRead = "never_read"
    /// So many weren't within the policy's period.
    case readLongAgo = "read_long_ago"
    /// So many were found damaged or missing, and not sound since.
    case unsound
    /// So few destinations hold a snapshot as fresh as the policy wants.
    case fewFresh = "few_fresh"
    /// No verification saw so many destinations' newest snapshot there.
    case unseen
    /// No drill of the period brought records back as its plan wants.
    case noDrill = "no_drill"
    /// The newest drill that was to bring records back didn't.
    case lastDrillFailed = "last_drill_failed"
    /// None did within so many days, as the policy wants.
    case drillLate = "drill_late"
    /// So many erasures are pending at some place.
    case erasurePending = "erasure_pending"
    /// So many have no certificate.
    case noCertificate = "no_certificate"
    /// So many epochs are older than the policy wants.
    case epochsDue = "epochs_due"
    /// When epochs began is sealed, and the vault is older than the policy's period.
    case epochsSealed = "epochs_sealed"
    /// So many generations nobody else has compared with the ones before.
    case notCompared = "not_compared"
    /// Programs enter nothing of what is read.
    case readsNotEntered = "reads_not_entered"
    /// There is one custodian: nothing takes two.
    case oneCustodian = "one_custodian"
    /// So many findings are open beyond their day.
    case findingsOverdue = "findings_overdue"
    /// So many boxes are kept beyond the years of the policy.
    case beyondYears = "beyond_years"
    /// Nobody vouched for a report since the period began.
    case noAudit = "no_audit"
  }

  /// Of which kind.
  public let code: Code
  /// How many, where that says something.
  public let count: UInt64

  init(_ code: Code) { self.init(code, UInt64(1)) }

  init(_ code: Code, _ count: some BinaryInteger) {
    self.code = code
    self.count = UInt64(clamping: count)
  }
}

/// Something that the ledger says, with the entries that it stands on.
public struct Fact: Hashable, Sendable {
  /// What it is about.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case coverage, snapshots, drills, restores, sealed, retention, erasures, holds, keyrings, epochs, access,
      reads
    case requests, findings, audits, ledger
  }

  /// One of several things that it is about: a place, a drill, somebody.
  public struct Row: Hashable, Sendable {
    /// Its figures.
    public let figures: [Figure]
    /// What it stands on; ascending.
    public let entries: [UInt64]
    /// What keeps it from being proved.
    public let lacks: [Lack]

    init(_ figures: [Figure?], entries: [UInt64], lacks: [Lack] = []) {
      self.figures = figures.compactMap(\.self)
      self.entries = Set(entries).sorted()
      self.lacks = lacks
    }
  }

  /// So many rows are listed, the newest or most pressing ones; more are counted.
  static let mostRows = 200

  /// What it is about.
  public let kind: Kind
  /// Its figures.
  public let figures: [Figure]
  /// What it is about one by one, and how many more there are.
  public let rows: [Row]
  /// How many more there are.
  public let rowsLeftOut: Int
  /// The entries that all of it stands on; ascending.
  public let entries: [UInt64]
  /// How many more there are than could be kept, older ones.
  public let entriesLeftOut: UInt64
  /// What keeps it from being proved.
  public let lacks: [Lack]

  /// Whether it is proved. What stands on no entry never is.
  public var verdict: Verdict {
    guard lacks.isEmpty else { return .notProved }
    return entries.isEmpty ? .nothing : .proved
  }

  /// A fact. What its rows stand on and lack, it stands on and lacks.
  init(
    _ kind: Kind, _ figures: [Figure?], rows: [Row] = [], entries: [UInt64] = [],
    entriesLeftOut: UInt64 = 0, lacks: [Lack?] = []
  ) {
    self.kind = kind
    self.figures = figures.compactMap(\.self)
    self.rows = Array(rows.prefix(Self.mostRows))
    rowsLeftOut = rows.count - self.rows.count
    self.entries = Set(rows.flatMap(\.entries) + entries).sorted()
    self.entriesLeftOut = entriesLeftOut
    var counts: [Lack.Code: UInt64] = [:]
    for lack in rows.flatMap(\.lacks) + lacks.compactMap(\.self) {
      counts[lack.code, default: 0] += lack.count
    }
    self.lacks = Lack.Code.allCases.compactMap { code in counts[code].map { Lack(code, $0) } }
  }
}
