internal import Boxes
internal import Keyring
internal import Rules
internal import Sealing

/// What moves of boxes did with a customer's bundles, as far as it can be seen still.
extension OpenPlace {
  /// In words, by the number of a `moved` entry.
  /// - Parameter carried: how many of the customer's bundles lie in boxes that each brought.
  func tracedMoves(of subject: Identifier, carried: [UInt64: Int]) async throws -> [UInt64: String] {
    var left: [UInt64: Int] = [:]
    let opening = try IndexOpener(self)
    for move in state.standingMoves where move.reason == .disposed {
      let before = try await bundles(of: subject, in: move.replaced.map { Int($0) }, opening)
      guard !before.isEmpty else { continue }
      let after = try await bundles(of: subject, in: Array(move.boxes), opening)
      left[move.entry] = before.subtracting(after).count
    }
    var words = carried.mapValues { "moved, with \(Self.count($0)) that \($0 == 1 ? "is" : "are") there" }
    for (entry, count) in left where count > 0 {
      words[entry] = "kept for long enough: \(Self.count(count)) disposed of"
    }
    return words
  }

  private static func count(_ bundles: Int) -> String { "\(bundles) \(bundles == 1 ? "bundle" : "bundles")" }

  /// The customer's bundles in boxes that can be read.
  private func bundles(
    of subject: Identifier, in ordinals: [Int], _ opening: IndexOpener
  ) async throws -> Set<BundleName> {
    var found: Set<BundleName> = []
    for box in ordinals.map({ state.boxes[$0] }) where !state.wasRemoved(box.box.hash, .box) {
      guard case .opened(let opened) = try await opening.index(of: box) else { continue }
      found.formUnion(opened.rows.filter { $0.subject == subject }.map { $0.name(in: box) })
    }
    return found
  }
}
