public import Rules
internal import Sealing
internal import Storage

/// An erasure, as a listing shows it.
public struct ErasureListing: Sendable {
  /// What was entered.
  public let erasure: KnownErasure
  /// Why, where the journal is open and says so.
  public let reason: String?
  /// Whether the generation without the keys was compared with the one before.
  public let isCompared: Bool
  /// Whether the keys aren't at this place any more.
  public let isGone: Bool
}

extension OpenPlace {
  /// What was erased, by number.
  public func erasures() async throws -> [ErasureListing] {
    let known = state.erasures.values.sorted { $0.erased.number < $1.erased.number }
    let parts = try await sealedParts(of: known.map { ($0.erased.number, $0.leaf) })
    var listings: [ErasureListing] = []
    for erasure in known {
      let content = erasure.erased.content
      var reason: String?
      if case .opened(let part)? = parts[erasure.erased.number] {
        reason = (try? ErasureAccount(part, rows: content.rows))?.reason
      }
      var isGone = true
      for number in 1..<content.generation {
        guard let file = state.generation(number)?.file else { continue }
        if try await place.store.size(Layout.keyringFile(file)) != nil { isGone = false }
      }
      listings.append(
        ErasureListing(
          erasure: erasure, reason: reason, isCompared: state.generation(content.generation)?.compared != nil,
          isGone: isGone))
    }
    return listings
  }
}
