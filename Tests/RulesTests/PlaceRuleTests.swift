import Ledger
import Sealing
import Testing

@testable import Rules

/// Rules 6 and 8, and what is remembered of places.
struct PlaceRuleTests {
  @Test func snapshot() throws {
    var house = try House.furnished()
    let registered = place()
    try house.enter(.copying(Copying(generation: 1, place: registered)))
    let size = house.state.size
    #expect(try house.broken(.snapshot(house.snapshot(of: registered, size: size))) == nil)
    #expect(try house.broken(.snapshot(house.snapshot(of: registered, size: 0))) == nil)
    #expect(try house.broken(.snapshot(house.snapshot(of: registered, size: size + 1))) == .snapshot)
    #expect(try house.broken(.snapshot(house.snapshot(of: place()))) == .snapshot)
    // A `copying` that doesn't count registers nothing.
    let other = place()
    let refused = try house.commit([house.entry(.copying(Copying(generation: 9, place: other)))])
    #expect(refused.map(\.rule) == [.generation])
    #expect(try house.broken(.snapshot(house.snapshot(of: other))) == .snapshot)
  }

  /// An entry at the vault doesn't say that anything arrived: a verification at the place does.
  @Test func aSnapshotHasArrivedWhenItWasSeen() throws {
    var house = try House.furnished()
    let (cellar, bank) = (place(), place())
    func arrived(readAt own: Identifier = .zero) -> UInt64? {
      house.state.newestArrivedSnapshot(readAt: own)?.number
    }
    func verify(_ place: Identifier, size: UInt64) throws {
      try house.enter(
        .verified(
          Verification(
            boxes: [], damaged: [], generations: [], level: .list, missing: [], place: place, size: size,
            strays: 0)))
    }
    for place in [cellar, bank] { try house.enter(.copying(Copying(generation: 1, place: place))) }
    let first = try house.enter(.snapshot(house.snapshot(of: cellar)))
    #expect(arrived() == nil && arrived(readAt: cellar) == first && arrived(readAt: bank) == nil)
    try verify(cellar, size: first + 1)
    #expect(arrived() == first)
    let second = try house.enter(.snapshot(house.snapshot(of: bank)))
    // Seen as it was before, and at another place.
    try verify(bank, size: second)
    try verify(cellar, size: second + 1)
    #expect(arrived() == first && arrived(readAt: bank) == second)
    try verify(bank, size: second + 1)
    #expect(arrived() == second)
  }

  @Test func recovered() throws {
    var house = try House.furnished()
    func recovered(size: UInt64 = house.state.size, root: Digest = house.state.root) -> Event {
      .recovered(Recovery(home: place(), root: root, size: size, snapshot: 1))
    }
    #expect(try house.broken(recovered()) == nil)
    #expect(try house.broken(recovered(size: house.state.size - 1)) == .place)
    #expect(try house.broken(recovered(root: some())) == .place)
    // Within a commit it still names the ledger before the commit.
    let event = recovered()
    var copy = house
    #expect(try copy.commit([copy.entry(.clock), copy.entry(event)]).isEmpty)
    let home = house.state.home
    try house.enter(event)
    #expect(house.state.home != home)
    #expect(house.state.recoveries.count == 1)
    #expect(house.state.places[home] != nil)
  }

  @Test func liveBoxesAtASize() throws {
    var house = try House.furnished()
    let digests = (0..<5).map { _ in some() }
    let first = try house.enter(.sealed(house.boxes(Array(digests[..<2]))))
    try house.enter(.clock)
    let second = try house.enter(.sealed(house.boxes(Array(digests[2...]))))
    func live(_ size: UInt64?) -> [Digest] { house.state.liveBoxes(at: size).map(\.box.hash) }
    #expect(live(nil) == digests)
    #expect(live(0) == [])
    #expect(live(first) == [])
    #expect(live(first + 1) == Array(digests[..<2]))
    #expect(live(second) == Array(digests[..<2]))
    #expect(live(second + 1) == digests)
    #expect(live(UInt64.max) == digests)
  }

  /// A box that others were put in the place of stays known, and is read from as of then and not since.
  @Test func aReplacedBoxIsLiveAsOfBefore() throws {
    var house = try House.furnished()
    let digests = (0..<3).map { _ in some() }
    try house.enter(.sealed(house.boxes(digests)))
    let place = place()
    try house.enter(.copying(Copying(generation: 1, place: place)))
    let before = house.state.size
    try house.enter(.clock)
    house.state.boxes.replace(1, by: before)
    let rest = [digests[0], digests[2]]
    #expect(house.state.liveBoxes().map(\.box.hash) == rest)
    #expect(house.state.liveBoxes(at: before).map(\.box.hash) == digests)
    #expect(house.state.liveBoxes(at: before + 1).map(\.box.hash) == rest)
    #expect(digests.map(house.state.isLive) == [true, false, true])
    #expect(house.state.boxes(of: house.snapshot(of: place, size: before)).count == 3)
    #expect(house.state.boxes(of: house.snapshot(of: place)).map(\.box.hash) == rest)
    #expect(
      house.state.coverage(of: place, level: .list).due(of: house.state.liveBoxes(), since: 1) == [0, 2])
    // It is the ledger's still, and can't be added again.
    #expect(try house.broken(.sealed(house.boxes([digests[1]]))) == .box)
    #expect(try house.state.remembered() == house.state)
  }

  @Test func coverage() throws {
    var house = try House.furnished()
    let digests = (0..<6).map { _ in some() }
    try house.enter(.sealed(house.boxes(digests)))
    let place = place()
    func verify(
      _ ranges: [ClosedRange<UInt64>], _ level: VerifyLevel, damaged: [Digest] = [], time: UInt64
    ) throws {
      try house.enter(
        .verified(
          Verification(
            boxes: ranges, damaged: damaged, generations: [1], level: level, missing: [], place: place,
            size: 3,
            strays: 0)), time: time)
    }
    // Of a place that nobody copied to nothing is kept.
    try verify([0...5], .drill, time: 50)
    #expect(house.state.places[place] == nil)
    try house.enter(.copying(Copying(generation: 1, place: place)))
    try verify([0...1, 3...3], .open, time: 100)
    try verify([1...4], .hash, time: 200)
    try verify([4...9_000_000_000], .list, time: 300)
    try verify([0...0], .hash, damaged: [digests[0]], time: 400)
    func times(_ level: VerifyLevel) -> [UInt64?] {
      let coverage = house.state.coverage(of: place, level: level)
      return house.state.boxes.indices.map { coverage[$0]?.time }
    }
    #expect(times(.list) == [100, 200, 200, 200, 300, 300])
    #expect(times(.hash) == [100, 200, 200, 200, 200, nil])
    #expect(times(.open) == [100, 100, nil, 100, nil, nil])
    #expect(times(.drill) == [nil, nil, nil, nil, nil, nil])
    #expect(house.state.coverage(of: place, level: .hash).due(of: house.state.boxes, since: 200) == [5, 0])
    let atHome = house.state.coverage(of: house.home, level: .list)
    #expect(house.state.boxes.indices.allSatisfy { atHome[$0] == nil })
    // Boxes added later aren't covered by a range that reached beyond the boxes of its time.
    try house.enter(.sealed(house.boxes([some()])))
    #expect(times(.list) == [100, 200, 200, 200, 300, 300, nil])
  }

  @Test func holdback() throws {
    var house = try House.furnished()
    let (one, two) = (House.start + 1000, House.start + 2000)
    try house.enter(.keyring(house.nextGeneration()), time: one)
    let stray = RemovedObject(hash: some(), kind: .box)
    try house.enter(.removed([stray]), time: two)
    #expect(house.state.generations.map(\.superseded) == [one, nil])
    #expect(house.state.removed[stray]?.since == two)
    // An entry that states an older time doesn't make the hold-back shorter.
    try house.enter(.keyring(house.nextGeneration()), time: 1)
    #expect(house.state.generations.map(\.superseded) == [one, two, nil])
    // Named again, the object's hold-back doesn't begin anew.
    let entry = house.state.removed[stray]?.entry
    try house.enter(.removed([stray]), time: two + 500)
    #expect(house.state.removed[stray]?.since == two && house.state.removed[stray]?.entry == entry)
  }

  @Test func boxesOfASnapshot() throws {
    var house = try House.furnished()
    let place = place()
    let digests = [some(), some(), some()]
    try house.enter(.sealed(house.boxes(digests)))
    try house.enter(.copying(Copying(generation: 1, place: place)))
    let size = house.state.size
    try house.enter(.sealed(house.boxes([some()])))
    let taken = Snapshot(generation: 1, missing: [digests[1]], place: place, size: size, started: House.start)
    try house.enter(.snapshot(taken))
    let snapshot = try #require(house.state.newestSnapshot(of: place))
    #expect(house.state.boxes(of: snapshot.content).map(\.box.hash) == [digests[0], digests[2]])
  }
}
