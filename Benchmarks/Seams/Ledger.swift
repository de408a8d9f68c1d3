import Rules
import Benchmark
import Ledger
import Sealing
import Vault

/// A commit with one entry each: building and signing it, and folding what was read.
func ledger() {
  Benchmark("ledger: build 500 commits", configuration: .init(metrics: [.wallClock, .cpuTotal, rate])) {
    (benchmark) in
    var history = try History()
    try measure(benchmark, rate, amount: 500) {
      for _ in 0..<500 { try history.append() }
    }
  }

  Benchmark("ledger: fold 500 commits", configuration: .init(metrics: [.wallClock, .cpuTotal, rate])) {
    (benchmark) in
    var history = try History()
    for _ in 0..<500 { try history.append() }
    let commits = history.commits
    try measure(benchmark, rate, amount: 500) {
      var state = try LedgerState(founding: commits[0])
      for commit in commits.dropFirst() { blackHole(try state.apply(commit)) }
    }
  }
}

/// A ledger in memory, whose entries say that the vault was verified.
private struct History {
  let founder: Identity
  let home: Identifier
  let vault: Identifier
  var tree: MerkleTree
  var commits: [[UInt8]]

  init() throws {
    founder = try Identity.generate()
    home = try .random()
    let policy = Policy(
      clockLead: 10, classes: [Policy.ClassRule(id: try .random(), years: 10)], cryptoperiod: 365,
      fourEyes: [],
      holdback: 72, erasePercent: 10,
      schedule: Policy.Schedule(destinations: 1, drillDays: 90, snapshotHours: 24, verifyDays: 90))
    let custodian = Founding.Custodian(identity: founder.publicIdentity, kind: .file)
    let founding = Founding(
      custodians: [custodian], home: home, nonce: try Randomness.bytes(32), policy: policy)
    let entry = try Event.founded(founding).entry(by: founder.publicIdentity.id, time: 1_700_000_000)
    let commit = try Commit.build([entry], before: MerkleTree(), vault: nil, identity: founder)
    (vault, tree, commits) = (commit.vault, commit.tree, [commit.bytes])
  }

  mutating func append() throws {
    let found = Verification(
      boxes: [], damaged: [], generations: [], level: .hash, missing: [], place: home, size: tree.size,
      strays: 0)
    let entry = try Event.verified(found)
      .entry(by: founder.publicIdentity.id, time: 1_700_000_000 + tree.size)
    let commit = try Commit.build([entry], before: tree, vault: vault, identity: founder)
    tree = commit.tree
    commits.append(commit.bytes)
  }
}
