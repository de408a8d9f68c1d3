/// A control of a law or standard, and the facts that meet it.
public enum Control: String, Hashable, Sendable, CaseIterable, Codable {
  /// Regulation (EU) 2022/2554, Article 11: response and recovery.
  case dora11 = "dora-11"
  /// Article 12: backup, restoration and recovery.
  case dora12 = "dora-12"
  /// Article 25, with Delegated Regulation (EU) 2024/1774, Article 25: testing of continuity plans.
  case dora25 = "dora-25"
  /// Implementing Regulation (EU) 2024/2690, annex, 4.2: backup and redundancy.
  case nis2Backup = "nis2-4.2"
  /// GB/T 22239-2019, level 3, L3-CES1-29: data backup and recovery.
  case mlpsBackup = "gbt22239-ces1-29"
  /// Regulation (EU) 2016/679, Article 17: erasure.
  case gdpr17 = "gdpr-17"
  /// Article 30: records of processing.
  case gdpr30 = "gdpr-30"
  /// Article 32: security of processing.
  case gdpr32 = "gdpr-32"
  /// Personal Information Protection Law of the PRC, Article 47: deletion.
  case pipl47 = "pipl-47"
  /// Article 51: measures.
  case pipl51 = "pipl-51"
  /// Article 54: audits.
  case pipl54 = "pipl-54"
  /// ISO/IEC 27001:2022, A.8.13: information backup.
  case iso27001Backup = "iso27001-a.8.13"

  /// The facts that meet it.
  public var facts: [Fact.Kind] {
    switch self {
    case .dora11: [.drills, .restores, .findings]
    case .dora12: [.coverage, .snapshots, .drills, .restores, .keyrings]
    case .dora25: [.drills, .findings]
    case .nis2Backup: [.coverage, .snapshots, .drills, .access, .retention]
    case .mlpsBackup: [.coverage, .snapshots, .drills]
    case .gdpr17: [.erasures, .holds]
    case .gdpr30: [.retention, .reads, .ledger]
    case .gdpr32: [.sealed, .epochs, .access, .coverage, .drills]
    case .pipl47: [.erasures, .retention, .holds]
    case .pipl51: [.sealed, .epochs, .access, .reads, .requests, .drills]
    case .pipl54: [.audits, .findings, .ledger]
    case .iso27001Backup: [.coverage, .snapshots, .drills, .retention]
    }
  }
}
