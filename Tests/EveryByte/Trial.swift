import TestKit

/// Tries changes on a bench, and says what went wrong.
package struct Trial {
  private let bench: Bench
  private let seed: UInt64

  package init(_ bench: Bench, seed: UInt64) {
    self.bench = bench
    self.seed = seed
  }

  /// - Parameters:
  ///   - whole: whether all looks are taken, whatever they cost.
  ///   - tell: hears what each look found.
  /// - Returns: what is wrong; nil where the change changes nothing.
  package func run(_ change: KeyringEdit, whole: Bool = false, tell: (String) -> Void = { _ in }) async throws
    -> [String]?
  {
    let items = change.items(in: bench.world)
    guard !items.isEmpty else { return nil }
    let checks = whole ? Look.Check.allCases : checks(change)
    var wrongs: [String] = []
    let looks = try await bench.looks(change, items, checks.filter { isPossible($0, change.place) })
    for look in looks { tell("\(look.check.rawValue): \(look.isClean ? "nothing found" : look.text)") }
    wrongs = Verdict(change, items, looks, on: bench).wrongs
    guard !wrongs.isEmpty, !change.parts.isEmpty else { return wrongs }
    // Which of them it was.
    for part in change.parts {
      for wrong in try await run(part, whole: true) ?? [] { wrongs.append("\(part): \(wrong)") }
    }
    return wrongs
  }

  /// Whether the place is as it was in the world.
  package func isUntouched() throws -> Bool {
    try World.PlaceName.allCases.allSatisfy(bench.isUntouched)
  }

  private func isPossible(_ check: Look.Check, _ place: World.PlaceName) -> Bool {
    switch check {
    case .restore: place == .destination
    // A destination is written by snapshots alone.
    case .mend: place == .vault
    case .hash, .open, .export, .exportAnew: true
    }
  }

  /// All looks at what happens to a whole object. Of a single byte the look changes from one to the next, among those
  /// that read the object at all: nobody reads a second copy, a superseded generation or a commit that was folded
  /// before while the first copy is whole, but who verifies.
  private func checks(_ change: KeyringEdit) -> [Look.Check] {
    var dice = Dice(seed, "\(change)")
    switch change.act {
    case .swap, .over, .item, .gone, .back, .append: return Look.Check.allCases
    case .both: return [.hash, dice.roll(2) == 0 ? .exportAnew : .restore]
    case .volley(let acts):
      guard case .byte(let name, _, _)? = acts.first, !name.hasPrefix("second/") else { return [.hash] }
      return dice.roll(4) == 0 ? [.hash, .exportAnew, .restore] : [.hash]
    case .cut(let name, _), .byte(let name, _, _):
      if dice.roll(32) == 0 || name == "STRONGROOM" { return Look.Check.allCases }
      if name.hasPrefix("second/") || bench.spare.contains(name) { return [.hash] }
      let looks: [Look.Check] =
        name.hasPrefix("boxes/")
        ? [.hash, .open, .export, .exportAnew, .restore] : [.hash, .exportAnew, .restore, .open]
      let first = looks[Int(dice.roll(UInt64(looks.count)))]
      return change.place == .vault && first == .restore ? [.export] : [first]
    }
  }
}
