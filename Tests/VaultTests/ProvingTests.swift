import Ledger
import Rules
import Sealing
import TestKit
import Testing

@testable import Vault

/// Evidence as an open ledger makes it: the shortest chain that shows each signer with the roles that they had.
struct ProvingTests {
  private let scene: Scene

  init() async throws { scene = try await Scene() }

  private func grant(_ identity: Identity, _ roles: Set<Role>, by granter: Identity? = nil) async throws
    -> UInt64
  {
    let grantee = Grantee(identity: identity.publicIdentity, kind: .file, roles: roles)
    return try await enter(.granted(grantee), by: granter)
  }

  @discardableResult
  private func enter(_ event: Event, by identity: Identity? = nil) async throws -> UInt64 {
    let signer = identity ?? scene.custodian
    let written = try await scene.open().commit(as: signer) { _ in [OpenLedger.Draft(event)] }
    return try #require(written.first)
  }

  /// The entries that show who signed, by their numbers, as a stranger reads them.
  private func chain(_ entry: UInt64) async throws -> [UInt64] {
    let made = try await scene.open().prove(entry: entry, document: nil)
    let read = try Evidence(parsing: made.bytes, vault: scene.vault)
    #expect(read == made && read.index == entry)
    return read.chain.map(\.entry)
  }

  @Test func everyEntryOfALivedInVaultIsShown() async throws {
    let archivist = try await scene.hire(.archivist, ["basic"])
    try await scene.seal(scene.source(["basic/1001/a": "a"]), as: archivist)
    let second = try Identity.generate()
    let granted = try await grant(second, [.custodian])
    let clerk = try Identity.generate()
    let hired = try await grant(clerk, [.clerk], by: second)
    let opened = try await scene.open()
    for entry in 0..<opened.state.size {
      let chain = try await chain(entry)
      #expect(chain.first == 0)
      let by = try await opened.entries()[Int(entry)].by
      let shown = opened.state.identities[by]?.granted
      #expect(chain.last == shown, "\(entry)")
    }
    let outcome = DrillOutcome(
      destination: scene.vault, level: .functional, verdict: .passed, plan: .sha256(of: []),
      report: .sha256(of: [1]), rpo: 1, rto: 1,
      snapshot: 1)
    let drilled = try await enter(.drilled(outcome), by: clerk)
    #expect(try await chain(drilled) == [0, granted, hired])
    let proof = try await scene.open().prove(entry: hired, document: nil)
    #expect(proof.chain.map(\.roles) == [[.custodian], [.custodian]])
    let evidence = try await scene.open().prove(entry: drilled, document: [1])
    #expect(evidence.document == .sha256(of: [1]))
    #expect(await code { _ = try await scene.open().prove(entry: drilled, document: []) } == .input)
  }

  @Test func theGrantIsThatSinceWhichSomebodyHadTheirRoles() async throws {
    let somebody = try Identity.generate()
    let first = try await grant(somebody, [.operator])
    _ = try await grant(somebody, [.operator])
    #expect(try await chain(enter(copying(), by: somebody)) == [0, first])
    let raised = try await grant(somebody, [.clerk, .operator])
    let later = try await enter(copying(), by: somebody)
    #expect(try await chain(later) == [0, raised])
    #expect(
      try await scene.open().prove(entry: later, document: nil).chain.last?.roles == [.clerk, .operator])
    // What was entered before is shown as it was.
    #expect(try await chain(first + 2) == [0, first])
    try await enter(.revoked(somebody.publicIdentity.id))
    let anew = try await grant(somebody, [.clerk, .operator])
    #expect(try await chain(enter(copying(), by: somebody)) == [0, anew])
  }

  private func copying() -> Event { .copying(Copying(generation: 1, place: scene.vault)) }

  /// What a commit holds that doesn't count is no step, and there is no evidence of it.
  @Test func whatDoesNotCountIsNotProved() async throws {
    let clerk = try Identity.generate()
    _ = try await grant(clerk, [.clerk])
    let opened = try await scene.open()
    func force(_ event: Event, by identity: Identity) async throws -> UInt64 {
      let opened = try await scene.open()
      let entry = try event.entry(by: identity.publicIdentity.id, time: Clock.start)
      let commit = try Commit.build(
        [entry], before: opened.state.tree, vault: scene.vault, identity: identity)
      #expect(
        try await opened.place.store.put(commit.bytes, at: Layout.commit(opened.state.size)) == .created)
      return opened.state.size
    }
    let refused = try await force(.clock, by: clerk)
    #expect(await code { _ = try await scene.open().prove(entry: refused, document: nil) } == .input)
    // A clerk's grant doesn't count, and changes nothing of what is shown of others.
    let operatorRole = Grantee(identity: clerk.publicIdentity, kind: .file, roles: [.custodian])
    _ = try await force(.granted(operatorRole), by: clerk)
    let size = opened.state.size
    #expect(try await chain(size - 1) == [0])
    let outcome = DrillOutcome(
      destination: scene.vault, level: .functional, verdict: .passed, plan: .sha256(of: []),
      report: .sha256(of: []), rpo: 1, rto: 1,
      snapshot: 1)
    #expect(try await chain(enter(.drilled(outcome), by: clerk)) == [0, size - 1])
    #expect(await code { _ = try await scene.open().prove(entry: 999, document: nil) } == .input)
  }
}
