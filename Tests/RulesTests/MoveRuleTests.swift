import Sealing
import Testing

@testable import Rules

/// When boxes stand in the place of others, and when what was replaced may go.
struct MoveRuleTests {
  private static let hour: UInt64 = 3600

  /// A house with boxes sealed in one entry.
  private func house(_ digests: [Digest], custodians: Int = 2) throws -> House {
    var house = try House.furnished(custodians: custodians)
    try house.enter(.sealed(house.boxes(digests)))
    return house
  }

  private func move(
    _ new: [Digest], for old: [Digest], in house: House, year: UInt64 = 2036, generation: UInt64? = nil
  ) -> Event {
    .moved(
      BoxMove(
        boxes: house.boxes(new).boxes, generation: generation ?? house.state.generation?.number ?? 1,
        reason: .rewritten, replaced: old, year: year))
  }

  private func compared(_ numbers: [UInt64], in house: House) -> Event {
    .verified(
      Verification(
        boxes: [], damaged: [], generations: [], level: .list, missing: [], moves: numbers,
        place: house.home, size: house.state.size, strays: 0))
  }

  private func live(_ house: House, at size: UInt64? = nil) -> [Digest] {
    house.state.liveBoxes(at: size).map(\.box.hash)
  }

  private func removed(_ digest: Digest) -> Event { .removed([RemovedObject(hash: digest, kind: .box)]) }

  @Test func othersStandInTheirPlaceFromTheEntryOn() throws {
    let (old, new) = ([some(), some(), some()], some())
    var house = try house(old)
    let entry = try house.enter(move([new], for: [old[0], old[2]], in: house))
    #expect(live(house) == [old[1], new])
    #expect(live(house, at: entry) == old)
    #expect(house.state.uncomparedMoves.map(\.entry) == [entry])
    // What is behind it is replaced in turn, and by nothing at all.
    try house.enter(move([], for: [new], in: house))
    #expect(live(house) == [old[1]])
  }

  @Test func onlyLiveBoxesOfItsYearAreReplacedOnce() throws {
    let (old, new) = ([some(), some()], some())
    var house = try house(old)
    let other = some()
    for broken in [
      move([new], for: [old[0], old[0]], in: house), move([new], for: [other], in: house),
      move([new, new], for: [old[0]], in: house), move([old[1]], for: [old[0]], in: house),
      move([new], for: [old[0]], in: house, year: 2037),
    ] {
      #expect(try house.broken(broken) == .box)
    }
    #expect(try house.broken(move([new], for: [old[0]], in: house, generation: 2)) == .generation)
    let archivist = try house.hire([.archivist])
    #expect(try house.broken(move([new], for: [old[0]], in: house), by: archivist) == .role)
    try house.enter(move([new], for: [old[0]], in: house))
    #expect(try house.broken(move([other], for: [old[0]], in: house)) == .box)
    #expect(try house.broken(.sealed(house.boxes([old[0]]))) == .box)
  }

  /// A commit is judged entry by entry: what its own entries replaced isn't live any more.
  @Test func twoOfOneCommitDontReplaceTheSame() throws {
    let old = [some(), some()]
    var house = try house(old)
    let both = try [move([some()], for: [old[0]], in: house), move([some()], for: old, in: house)]
      .map { try house.entry($0) }
    #expect(try house.commit(both).map(\.rule) == [.box])
    #expect(house.state.moves.count == 1 && live(house).count == 2)
    let fresh = some()
    let chain = try [
      Event.sealed(house.boxes([fresh])), move([], for: [fresh], in: house), removed(fresh),
    ].map { try house.entry($0) }
    #expect(try house.commit(chain).map(\.rule) == [.removed])
  }

  @Test func whatWasReplacedGoesOnceItIsComparedAndItsHoldBackIsOver() throws {
    let (old, new) = ([some(), some()], some())
    var house = try house(old)
    let entry = try house.enter(move([new], for: [old[0]], in: house))
    let late = House.start + 73 * Self.hour
    #expect(try house.broken(removed(old[0]), time: late) == .removed)
    // Nobody says so of their own, and nobody below a custodian says so.
    let clerk = try house.hire([.clerk])
    #expect(try house.broken(compared([entry], in: house), by: clerk) == .role)
    try house.enter(compared([entry], in: house))
    #expect(try house.broken(removed(old[0]), time: late) == .removed)
    for odd: UInt64 in [0, 1, entry + 1] {
      #expect(try house.broken(compared([odd], in: house), by: house.second) == .generation)
    }
    try house.enter(compared([entry], in: house), by: house.second)
    #expect(house.state.uncomparedMoves.isEmpty)
    #expect(try house.broken(removed(old[0])) == .removed)
    #expect(try house.broken(removed(old[1]), time: late) == .removed)
    #expect(try house.broken(removed(new), time: late) == .removed)
    try house.enter(removed(old[0]), time: late)
    #expect(try house.broken(.ended(entry), by: house.second) == .reference)
  }

  @Test func withOneCustodianNobodyElseCompares() throws {
    let old = some()
    var house = try house([old], custodians: 1)
    let entry = try house.enter(move([some()], for: [old], in: house))
    #expect(house.state.moves[entry]?.compared == entry)
    try house.enter(removed(old), time: House.start + 73 * Self.hour)
  }

  @Test func aMoveIsTakenBack() throws {
    let (old, new, newest) = ([some(), some()], some(), some())
    var house = try house(old)
    let first = try house.enter(move([new], for: old, in: house))
    let second = try house.enter(move([newest], for: [new], in: house))
    // The later one first; what nobody compared any custodian takes back alone.
    #expect(try house.broken(.ended(first)) == .reference)
    let end = try house.enter(.ended(second))
    #expect(live(house) == [new])
    #expect(live(house, at: second + 1) == [newest] && live(house, at: end) == [newest])
    #expect(live(house, at: first + 1) == [new] && live(house, at: first) == old)
    #expect(try house.broken(.ended(second)) == .reference)
    #expect(try house.broken(compared([second], in: house), by: house.second) == .generation)
    try house.enter(compared([first], in: house), by: house.second)
    // What was compared takes two.
    #expect(try house.broken(.ended(first)) == .eyes)
    let request = try house.enter(.requested(house.asked(.ended(first))), by: house.second)
    try house.enter(.ended(first), request: request)
    #expect(live(house) == old)
    // Its boxes are nobody's any more, and go as strays do.
    try house.enter(removed(new))
    #expect(try house.broken(removed(old[0]), time: House.start + 73 * Self.hour) == .removed)
  }

  @Test func aSnapshotAcrossAMoveBeginsAgain() throws {
    let old = some()
    var house = try house([old])
    let place = place()
    try house.enter(.copying(Copying(generation: 1, place: place)))
    let size = house.state.size
    #expect(try house.broken(.snapshot(house.snapshot(of: place, size: size))) == nil)
    let entry = try house.enter(move([some()], for: [old], in: house))
    #expect(try house.broken(.snapshot(house.snapshot(of: place, size: size))) == .snapshot)
    let after = house.state.size
    #expect(try house.broken(.snapshot(house.snapshot(of: place, size: after))) == nil)
    try house.enter(.ended(entry))
    #expect(try house.broken(.snapshot(house.snapshot(of: place, size: after))) == .snapshot)
  }

  @Test func whatStandsInPlaceIsFollowedOnlyWhereItIsCompared() throws {
    let (old, new, newest) = (some(), some(), some())
    var house = try house([old])
    let first = try house.enter(move([new], for: [old], in: house))
    let second = try house.enter(move([newest], for: [new], in: house))
    func successors() throws -> [Digest] {
      let move = try #require(house.state.moves[first])
      return house.state.successors(of: move).sorted().map { house.state.boxes[$0].box.hash }
    }
    #expect(try successors() == [new])
    // One that goes on from another isn't compared before that.
    #expect(try house.broken(compared([second], in: house), by: house.second) == .generation)
    try house.enter(compared([first, second], in: house), by: house.second)
    // As long as it is there the one between could come back.
    #expect(try successors() == [new])
    try house.enter(removed(new), by: house.second, time: House.start + 100 * Self.hour)
    #expect(try successors() == [newest])
  }

  @Test func firstEntriesAreThoseOfSealedEntries() throws {
    let old = some()
    var house = try house([old])
    let sealed = house.state.size - 1
    let moved = try house.enter(move([some()], for: [old], in: house))
    #expect(house.state.isSealed(sealed) && !house.state.isSealed(moved) && !house.state.isSealed(0))
    // Of two boxes with one bundle the one whose move is compared goes before.
    let later = try house.enter(.sealed(house.boxes([some()])))
    let boxes = house.state.boxes
    #expect(house.state.rank(of: boxes[1]) > house.state.rank(of: boxes[2]) && boxes[2].entry == later)
    try house.enter(compared([moved], in: house), by: house.second)
    #expect(house.state.rank(of: boxes[1]) < house.state.rank(of: boxes[2]))
  }
}
