import Foundation
import Testing

/// Two writers in every order with few switches between them, three and more by chance. `STRONGROOM_PROOF=long` tries
/// more of it, `STRONGROOM_PAIR=seal+gc` only that one, and `STRONGROOM_ORDER=...`, as a failure prints it, one order.
struct PairTests {
  static let isLong = ProcessInfo.processInfo.environment["STRONGROOM_PROOF"] == "long"

  static let pairs: [[Act]] = [
    [.seal, .seal], [.seal, .rotate], [.seal, .gc], [.seal, .snapshot], [.rotate, .gc], [.rotate, .snapshot],
    [.gc, .snapshot], [.grant, .seal], [.grant, .rotate], [.gc, .gc], [.rotate, .rotate],
    [.snapshot, .elsewhere], [.snapshot, .snapshot], [.grant, .gc], [.verify, .gc], [.verify, .seal],
    [.verify, .rotate], [.merge, .gc], [.merge, .seal],
    [.erase, .again], [.erase, .snapshot], [.erase, .erase], [.erase, .gc], [.erase, .rotate], [.undo, .gc],
    [.undo, .again], [.approve, .approve], [.approve, .expire], [.hold, .approve], [.revoke, .approve],
    [.change, .again],
    [.reseal, .gc], [.reseal, .seal], [.reseal, .snapshot], [.reseal, .reseal], [.reseal, .rotate],
    [.reseal, .compare], [.unmove, .gc], [.unmove, .snapshot], [.retire, .seal], [.retire, .gc],
    [.dispose, .holdAll], [.dispose, .seal], [.dispose, .snapshot], [.dispose, .confirm],
    [.dispose, .reseal],
    [.confirm, .holdAll],
  ]

  static let chosen = pairs.indices.filter { number in
    let wanted = ProcessInfo.processInfo.environment["STRONGROOM_PAIR"]
    return wanted.map { $0 == pairs[number].map(\.name).joined(separator: "+") } ?? true
  }

  @Test(arguments: chosen) func twoWriters(_ number: Int) async throws {
    let explorer = Explorer(acts: Self.pairs[number])
    let count = try await explorer.explore(switches: 2, limit: Self.isLong ? .max : 1)
    print("\(Self.pairs[number].map(\.name)): \(count) orders")
  }

  /// What moves boxes reads much more than it writes: at every read it is tried in the long form alone.
  static let readingToo = chosen.filter { number in
    isLong || chosen.count == 1
      || pairs[number].allSatisfy { act in !Act.moving.contains { $0.name == act.name } }
  }

  @Test(arguments: readingToo) func twoWritersAtEveryOperation(_ number: Int) async throws {
    let explorer = Explorer(acts: Self.pairs[number], readsCount: true)
    let count = try await explorer.explore(switches: Self.isLong ? 2 : 1, limit: Self.isLong ? 300 : 1)
    print("\(Self.pairs[number].map(\.name)), reads: \(count) orders")
  }

  static let crowds: [[Act]] = [
    [.seal, .rotate, .gc], [.seal, .seal, .gc], [.seal, .snapshot, .rotate], [.gc, .snapshot, .rotate],
    [.seal, .grant, .gc], [.seal, .merge, .gc], [.seal, .rotate, .gc, .snapshot],
    [.seal, .seal, .rotate, .gc, .elsewhere], [.erase, .again, .rotate], [.undo, .gc, .again],
    [.approve, .revoke, .hold], [.erase, .again, .gc, .snapshot],
    [.reseal, .seal, .compare, .gc], [.dispose, .confirm, .holdAll, .gc], [.unmove, .gc, .snapshot],
  ]

  @Test(arguments: crowds.indices) func threeAndMoreByChance(_ number: Int) async throws {
    for seed in 0..<UInt64(Self.isLong ? 300 : 1) {
      try await Explorer(acts: Self.crowds[number], readsCount: seed.isMultiple(of: 2)).run(seed: seed)
    }
  }

  @Test(.enabled(if: ProcessInfo.processInfo.environment["STRONGROOM_ORDER"] != nil))
  func oneOrderAgain() async throws {
    let text = try #require(ProcessInfo.processInfo.environment["STRONGROOM_ORDER"])
    let parts = text.split(separator: ":", maxSplits: 1)
    let names = parts[0].split(separator: "+")
    let explorer = Explorer(acts: names.compactMap { Act.named($0) }, readsCount: names.last == "reads")
    if parts[1].hasPrefix("seed=") {
      try await explorer.run(seed: #require(UInt64(parts[1].dropFirst(5))))
    } else {
      let trace = try await explorer.run(#require(Order(String(parts[1]))))
      for choice in trace { print("\(choice.number)  \(names[choice.holder])  \(choice.operation)") }
    }
  }
}
