import Ledger
import Sealing
import Testing

@testable import Rules

extension FoldReader {
  /// Rows that come a few bytes at a time.
  init(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    self.init(count: bytes.count) { count in
      defer { rest = rest.dropFirst(min(count, 7)) }
      return Array(rest.prefix(min(count, 7)))
    }
  }
}

extension LedgerState {
  /// This state, written and read again.
  func remembered() throws -> LedgerState {
    var writer = FoldWriter()
    write(to: &writer)
    var reader = FoldReader(writer.bytes[...])
    let state = try LedgerState(from: &reader)
    #expect(reader.isAtEnd)
    return state
  }
}

/// The state as it is remembered. `House.commit` holds every state of every other test to the same.
struct RowsTests {
  /// A ledger with something of everything.
  private func richHouse() throws -> House {
    var house = try House(custodians: 2, eyes: [.drop, .recovered])
    try house.enter(.keyring(house.nextGeneration(reason: .founded)))
    let operators = try house.hire([.operator, .auditor])
    try house.enter(.keys(house.pages([3, 4])))
    try house.enter(.keyring(house.nextGeneration()))
    try house.enter(.keys(house.pages([5])))
    let boxes = (0..<5).map { _ in some() }
    try house.enter(.sealed(house.boxes(boxes)))
    let destination = place()
    try house.enter(.copying(Copying(generation: 2, place: destination)), by: operators)
    let snapshot = try house.enter(.snapshot(house.snapshot(of: destination)), by: operators)
    try house.enter(
      .verified(
        Verification(
          boxes: [0...1, 3...9], damaged: [boxes[2]], generations: [1, 2], level: .hash, missing: [some()],
          place: destination, size: house.state.size, strays: 3)), by: operators)
    try house.enter(
      .drilled(
        DrillOutcome(
          destination: destination, level: .functional, verdict: .passed, plan: some(), report: some(),
          rpo: 5, rto: 6,
          snapshot: snapshot)))
    try house.enter(
      .removed([RemovedObject(hash: some(), kind: .box), RemovedObject(hash: some(), kind: .keyring)]))
    try house.enter(.requested(house.asked(.revoked(house.second.publicIdentity.id))))
    let erasing = Event.erased(Erasure(generation: 3, rows: 2))
    let request = try house.enter(.requested(house.asked(erasing, drops: 2)), by: house.second)
    #expect(try house.erase([1, 1], request: request).isEmpty)
    try house.enter(.held(Holding()))
    let erasure = try #require(house.state.erasures.keys.min())
    try house.enter(.attested(Attestation(about: erasure, kind: .erasure, report: some())))
    try house.enter(.found(Found(about: erasure, due: 5)), by: operators)
    let lost = place()
    try house.enter(.copying(Copying(generation: 3, place: lost)), by: operators)
    try house.enter(.forgotten(lost))
    try house.enter(.keys(house.pages([2])))
    let revoked = Event.revoked(operators.publicIdentity.id)
    let last = try house.enter(.requested(house.asked(revoked)), by: house.second)
    try house.enter(revoked, request: last)
    #expect(try house.broken(.sealed(house.boxes([boxes[0]]))) == .box)
    try house.commit([house.entry(.sealed(house.boxes([boxes[0]])))])
    try house.enter(.clock, by: house.second)
    let moves = [boxes[1], boxes[2]].map { old in
      BoxMove(
        boxes: house.boxes([some()]).boxes, generation: 3, reason: .rewritten, replaced: [old], year: 2036)
    }
    let first = try house.enter(.moved(moves[0]))
    try house.enter(.ended(first))
    let second = try house.enter(.moved(moves[1]))
    try house.enter(
      .verified(
        Verification(
          boxes: [], damaged: [], generations: [], level: .list, missing: [], moves: [second],
          place: house.home,
          size: house.state.size, strays: 0)), by: house.second)
    return house
  }

  @Test func aRememberedStateGoesOnAsIfItHadBeenFolded() throws {
    var house = try richHouse()
    var remembered = try house.state.remembered()
    #expect(remembered == house.state)
    for number in 0..<4 {
      let commit = try house.build([
        house.entry(.sealed(house.boxes([some(), some()]))),
        // Added before it was remembered, and so refused.
        house.entry(.sealed(house.boxes([house.state.boxes[number].box.hash]))),
      ])
      let refused = try house.state.apply(commit)
      #expect(refused.map(\.rule) == [.box])
      #expect(try remembered.apply(commit.bytes) == refused)
      #expect(remembered == house.state)
      if number == 1 { remembered = try remembered.remembered() }
    }
    for box in house.state.boxes { #expect(remembered.box(box.box.hash) == box) }
    #expect(remembered.box(some()) == nil)
  }

  @Test func rowsThatEndEarlyAreRefused() throws {
    var writer = FoldWriter()
    try richHouse().state.write(to: &writer)
    for end in 0..<writer.bytes.count {
      var reader = FoldReader(writer.bytes[..<end])
      #expect(throws: FoldReader.Torn.self) { try LedgerState(from: &reader) }
    }
  }

  /// A stored property that isn't written as rows would be forgotten between two commands: whoever adds one here also
  /// adds it there, and raises `RememberedFold.version`.
  @Test func nothingIsLeftOut() throws {
    let state = try richHouse().state
    func check(_ value: Any, _ count: Int) {
      #expect(Mirror(reflecting: value).children.count == count, "\(type(of: value))")
    }
    #expect(
      Mirror(reflecting: state).children.map(\.label) == [
        "vault", "tree", "identities", "policy", "policyEntry", "statedYears", "generations", "pendingKeys",
        "boxes",
        "places",
        "home", "recoveries", "requests", "openRequests", "holds", "erasures", "moves", "moved", "movesKnown",
        "findings", "drills",
        "removed",
        "time", "substance", "activity", "notCountedCount", "notCounted", "ordinals", "erasing",
      ])
    check(state.tree, 2)
    check(state.substance, 3)
    let place = try #require(state.places.values.first { !$0.snapshots.isEmpty })
    let generation = try #require(state.generation)
    let identity = try #require(state.identities.values.first)
    check(identity, 7)
    check(identity.identity, 3)
    check(state.policy, 8)
    check(state.policy.schedule, 5)
    check(try #require(state.policy.classes.first), 3)
    check(generation, 8)
    check(generation.change, 8)
    check(generation.change.rows, 5)
    check(RefusedPages(by: .zero, count: 1, positions: [3]), 3)
    check(state.pendingKeys, 3)
    check(try #require(state.pendingPages.first), 4)
    check(try #require(state.pendingPages.first).page, 4)
    check(try #require(state.boxes.first), 7)
    check(try #require(state.boxes.first).box, 5)
    check(place, 8)
    check(try #require(place.keysSeen), 2)
    check(try #require(state.activity.values.first), 3)
    check(try #require(place.snapshots.first), 4)
    check(try #require(place.snapshots.first).content, 5)
    check(try #require(place.copyings.first).content, 2)
    check(try #require(place.verifications.first).content, 10)
    check(Recovery(home: .zero, root: some(), size: 0, snapshot: 0), 4)
    let request = try #require(state.requests.values.first)
    check(request, 3)
    check(try #require(state.holds.values.first), 4)
    check(try #require(state.erasures.values.first), 5)
    check(try #require(state.erasures.values.compactMap(\.certificate).first).content, 3)
    check(try #require(state.findings.values.first), 3)
    check(try #require(state.findings.values.first).found.content, 2)
    check(try #require(state.erasures.values.first).erased.content, 2)
    check(request.asked.content, 4)
    check(try #require(state.drills.first).content, 8)
    let removed = try #require(state.removed.first)
    check(removed.key, 2)
    check(removed.value, 2)
    check(try #require(state.moves.values.first), 12)
    check(try #require(state.boxes.first { !$0.gaps.isEmpty }).gaps[0], 2)
    check(state.time, 4)
    check(try #require(state.notCounted.first), 5)
  }
}
