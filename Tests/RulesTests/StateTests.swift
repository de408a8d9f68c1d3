import Ledger
import Sealing
import Testing

@testable import Rules

struct StateTests {
  @Test func founded() throws {
    let house = try House(custodians: 2)
    #expect(house.state.size == 1)
    #expect(house.state.home == house.home)
    #expect(house.state.activeCustodians == [house.founder, house.second].map(\.publicIdentity.id).sorted())
    #expect(house.state.generation == nil)
    #expect(throws: StateError(.noCommit, "")) {
      try LedgerState(founding: house.commits[0].bytes, vault: Identifier.random())
    }
    _ = try LedgerState(founding: house.commits[0].bytes, vault: house.state.vault)
  }

  @Test func foundingSignedBySomebodyElse() throws {
    let house = try House()
    let (entry, vault) = (house.commits[0].entries[0], house.state.vault)
    let tree = MerkleTree(leaves: [entry.leaf])
    let checkpoint = Checkpoint(vault: vault, tree: tree)
    let note = try Note(signing: checkpoint.text, name: checkpoint.origin, identity: house.second)
    #expect(throws: StateError(.wrongSignature, "")) {
      try LedgerState(founding: entry.line + [0x0a, 0x0a] + note.bytes)
    }
  }

  @Test func commitSignedBySomebodyElse() throws {
    var house = try House(custodians: 2)
    let entry = try house.entry(.clock)
    var tree = house.state.tree
    tree.append(entry.leaf)
    let checkpoint = Checkpoint(vault: house.state.vault, tree: tree)
    let note = try Note(signing: checkpoint.text, name: checkpoint.origin, identity: house.second)
    let before = house.state.root
    #expect(throws: StateError(.wrongSignature, "")) {
      try house.state.apply(entry.line + [0x0a, 0x0a] + note.bytes)
    }
    #expect(house.state.root == before)
  }

  @Test func twoCustodiansTakeTurns() throws {
    var house = try House.furnished(custodians: 2)
    for turn in 0..<6 { try house.enter(.clock, by: turn % 2 == 0 ? house.second : house.founder) }
    #expect(house.state.notCounted.isEmpty)
    // Folded again from the bytes it is the same.
    var again = try LedgerState(founding: house.commits[0].bytes)
    for commit in house.commits.dropFirst() { try again.apply(commit.bytes) }
    #expect(again == house.state)
  }

  @Test func commitsOutOfTurnAreRefused() throws {
    var house = try House.furnished()
    let one = try house.build([house.entry(.clock)])
    let rival = try house.build([house.entry(.clock, time: 5)])
    try house.state.apply(one)
    #expect(throws: StateError(.notNext, "")) { try house.state.apply(one) }
    #expect(throws: StateError(.notNext, "")) { try house.state.apply(rival) }
    #expect(throws: StateError(.noCommit, "")) { try house.state.apply(rival.bytes) }
    let elsewhere = try House.furnished().commits[1]
    #expect(throws: StateError(.wrongVault, "")) { try house.state.apply(elsewhere) }
    #expect(throws: StateError(.wrongVault, "")) { try LedgerState(founding: one) }
  }

  @Test func unknownEventIsRefusedByName() throws {
    var house = try House.furnished()
    let by = house.founder.publicIdentity.id
    let clock = try house.entry(.clock)
    let moved = try Entry(
      event: "shipped", by: by, time: House.start, members: JSONObject(["x": .integer(1)]))
    let commit = try house.build([clock, moved])
    let before = house.state.root
    let error = #expect(throws: StateError.self) { try house.state.apply(commit) }
    #expect(error?.code == .unknownEvent)
    #expect(error?.description.contains("`shipped`") == true)
    #expect(error?.object == Commit.name(2))
    #expect(house.state.root == before)
    #expect(throws: StateError(.unknownEvent, "")) { try house.state.judge(moved) }
  }

  @Test func malformedEntryRefusesItsCommit() throws {
    var house = try House.furnished()
    let by = house.founder.publicIdentity.id
    let odd = try Entry(event: "clock", by: by, time: House.start, members: JSONObject(["more": .integer(1)]))
    let commit = try house.build([house.entry(.clock), odd])
    #expect(throws: StateError(.malformed, "")) { try house.state.apply(commit) }
    #expect(house.state.size == 2)
  }

  @Test func judgingSeveralSeesWhatTheyDo() throws {
    let house = try House.furnished()
    let box = some()
    let entries = try [
      house.entry(.sealed(house.boxes([box]))), house.entry(.sealed(house.boxes([box]))), house.entry(.clock),
    ]
    #expect(try house.state.judge(entries).map(\.number) == [3])
    #expect(house.state.boxes.isEmpty)
    var copy = house
    #expect(try copy.commit(entries) == house.state.judge(entries))
  }

  @Test func firstCommitMayHoldMore() throws {
    let house = try House()
    let change = KeyringChange(
      file: some(), generation: 1, previous: nil, reason: .founded, refused: [],
      rows: try #require(KeyringChange.Rows(before: 0, added: 0)), size: 9, through: 1)
    let commit = try Commit.build(
      [house.commits[0].entries[0], house.entry(.keyring(change)), house.entry(.keys(house.pages([2])))],
      before: MerkleTree(), vault: nil, identity: house.founder)
    let state = try LedgerState(founding: commit)
    #expect(state.size == 3)
    #expect(state.vault == house.state.vault)
    #expect(state.generation?.entry == 1)
    #expect(state.pendingPages.map(\.entry) == [2])
    #expect(state.notCounted.isEmpty)
  }

  /// Thousands of entries, with a copy of the state held at every commit: what is held must not be copied each time.
  @Test func longLedger() throws {
    var house = try House.furnished()
    for _ in 0..<20 {
      let entries = try (0..<250).map { _ in try house.entry(.sealed(house.boxes([some(), some()]))) }
      try house.commit(entries)
    }
    #expect(house.state.size == 5002)
    #expect(house.state.boxes.count == 10_000)
    #expect(house.state.boxes.last?.ordinal == 9_999)
  }
}
