internal import Rules
public import Sealing

/// How an archive stands, control by control: computed from a source alone, so that whoever has the same ledger finds the
/// same.
public struct ComplianceReport: Sendable {
  /// The vault.
  public let vault: Identifier
  /// What the figures of a period are of.
  public let period: Period
  /// As of when it says what stands.
  public let time: UInt64
  /// The ledger's size that it was read at.
  public let size: UInt64
  /// The root over that many entries.
  public let root: Digest
  /// Whether the reader opened the journal, so that names are known.
  public let opensJournal: Bool
  /// What the ledger says, each kind once.
  public let facts: [Fact]

  /// Computes it.
  public init(of source: ComplianceSource) {
    vault = source.state.vault
    (period, time) = (source.period, source.now)
    (size, root, opensJournal) = (source.state.size, source.state.root, source.opensJournal)
    facts = Fact.Kind.allCases.map { source.fact($0) }
  }

  /// A fact by its kind.
  public func fact(_ kind: Fact.Kind) -> Fact? { facts.first { $0.kind == kind } }

  /// The verdict on a control: that of the facts that meet it, together.
  public func verdict(on control: Control) -> Verdict {
    .all(control.facts.map { fact($0)?.verdict ?? .notProved })
  }

  /// So many entries get a proof, at most.
  static let mostProofs = 200

  /// Whose entries get a proof: of each fact in turn the newest, until there are enough.
  public var proved: Set<UInt64> { Self.proved(by: facts) }

  static func proved(by facts: [Fact]) -> Set<UInt64> {
    var left = facts.map(\.entries)
    var chosen: Set<UInt64> = []
    while left.contains(where: { !$0.isEmpty }) {
      for index in left.indices {
        guard let entry = left[index].popLast() else { continue }
        guard chosen.count < Self.mostProofs else { return chosen }
        chosen.insert(entry)
      }
    }
    return chosen
  }
}

extension ComplianceSource {
  fileprivate func fact(_ kind: Fact.Kind) -> Fact {
    switch kind {
    case .coverage: coverage()
    case .snapshots: snapshots()
    case .drills: drills()
    case .restores: restores()
    case .sealed: sealed()
    case .retention: retention()
    case .erasures: erasures()
    case .holds: holds()
    case .keyrings: keyrings()
    case .epochs: epochs()
    case .access: access()
    case .reads: reads()
    case .requests: requests()
    case .findings: findings()
    case .audits: audits()
    case .ledger: ledger()
    }
  }
}
