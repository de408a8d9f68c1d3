import Foundation
import Sealing
import Storage
import Vault

/// An act that the real program did, with the disk before it and everything it changed there.
struct RecordedAct: Sendable {
  let act: Act
  /// The world in which it was done.
  let world: World
  /// The arguments as they were given.
  let arguments: [String]
  let before: Disk
  let changes: [DiskChange]
  /// What could be read before and after, at the place and at what is copied to; nil where nothing was there.
  let readBefore: Readings
  let readAfter: Readings
}

/// What can be read at an act's place and copy; nil where there is none.
struct Readings: Hashable, Sendable {
  var place: Records?
  var copy: Records?
  /// The rest of what an act changes at its place.
  var stand: Stand?
}

/// The story of `Act.story`, played by the real program in a folder of its own and written down.
struct RecordedStory: Sendable {
  let acts: [RecordedAct]

  /// Plays and records it below `root`, which stays as long as what was recorded is looked at: locations that machines
  /// remember lie there.
  init(by program: Program, below root: String) async throws {
    let stage = root + "/stage"
    try FileManager.default.createDirectory(atPath: stage, withIntermediateDirectories: true)
    let people = try People()
    try Self.write(people, to: stage)
    for (name, records) in Self.sources { try records.write(to: stage + "/" + name) }
    try Data(Act.policy.utf8).write(to: URL(fileURLWithPath: stage + "/policy.yml"))
    var world = World(
      root: stage, named: stage, people: people, vault: try Identifier.random(),
      now: { UInt64(Date().timeIntervalSince1970) })
    var recorded: [RecordedAct] = []
    for (number, act) in Act.story.enumerated() {
      try act.prepare(world)
      world = world.later(act.days)
      let before = try Disk(reading: stage)
      let readBefore = try await Self.readings(act, in: world)
      let log = root + "/log-\(number)"
      let arguments = try await Self.arguments(of: act, in: world)
      let ended = try program.run(arguments, in: stage, identity: act.identity, log: log, days: act.days)
      guard ended.code == act.ends else {
        throw ProofFailure("\(act.name) ended with \(ended.code): \(ended.text)")
      }
      if act.name == "init" { world = try world.withVaultThatIsThere() }
      recorded.append(
        RecordedAct(
          act: act, world: world, arguments: arguments, before: before, changes: try DiskChange.log(log),
          readBefore: readBefore,
          readAfter: try await Self.readings(act, in: world)))
    }
    acts = recorded
  }

  /// Small enough for thousands of states, and with all that differs: several classes and customers, an empty record,
  /// changed and new ones, records of two customers that are alike.
  private static let sources: [(String, Records)] = {
    let first: [String: [UInt8]] = [
      "basic/1001/name": Array("Ada".utf8), "basic/1002/name": Array("Grace".utf8),
      "contracts/1001/2019/contract": [UInt8](repeating: 7, count: 3_000), "contracts/1002/empty": [],
    ]
    let second = first.merging([
      "basic/1001/name": Array("Ada L.".utf8), "basic/1003/name": Array("Grace".utf8),
      "transactions/1003/all": [UInt8]((0..<4_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5) }),
    ]) { $1 }
    let third = second.merging(["communications/1004/letter": Array("Dear".utf8)]) { $1 }
    return [("first", Records(first)), ("second", Records(second)), ("third", Records(third))]
  }()

  private static func write(_ people: People, to folder: String) throws {
    let all = [
      ("custodian", people.custodian), ("operator", people.operator), ("clerk", people.clerk),
      ("deputy", people.second),
    ]
    for (name, identity) in all {
      try IdentityFile.secretText(of: identity).withSpan {
        try DurableFile.writeNew($0, to: folder + "/" + name)
      }
      try DurableFile.writeNew(
        try IdentityFile.Public(of: identity).text, to: folder + "/\(name).pub")
    }
  }

  /// The arguments with what isn't known before the story is played.
  private static func arguments(of act: Act, in world: World) async throws -> [String] {
    let names: Set = ["CLERK", "FORK", "ERASURE", "HOLD", "MOVE", "ORDERS", "PLACE", "REQUEST"]
    guard let name = act.arguments.first(where: names.contains) else { return act.arguments }
    let state = try await world.open(act.place, as: nil, on: "reader").state
    let meant: [String] =
      switch name {
      case "CLERK": [world.people.clerk.publicIdentity.id.hex]
      case "FORK": [try await world.fork(of: act.place).text]
      case "ERASURE": ["\(state.erasures.keys.max() ?? 0)"]
      case "MOVE": ["\(state.moves.keys.max() ?? 0)"]
      case "HOLD": ["\(state.holds.keys.max() ?? 0)"]
      case "ORDERS": try world.orders()
      case "PLACE": state.places.keys.filter { $0 != state.home }.sorted().prefix(1).map(\.hex)
      default: ["\(state.requests.keys.max() ?? 0)"]
      }
    try? FileManager.default.removeItem(atPath: world.path("reader"))
    return act.arguments.flatMap { $0 == name ? meant : [$0] }
  }

  private static func readings(_ act: Act, in world: World) async throws -> Readings {
    var readings = Readings()
    if world.isThere(act.place) {
      readings.place = try await world.records(act.place, as: world.people.custodian, on: "reader")
      readings.stand = try await world.stand(act.place, on: "reader")
    }
    if let copy = act.copy, world.isThere(copy) {
      readings.copy = try await world.records(copy, as: world.people.custodian, on: "reader")
    }
    try? FileManager.default.removeItem(atPath: world.path("reader"))
    return readings
  }
}
