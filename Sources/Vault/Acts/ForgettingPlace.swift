internal import Ledger
internal import Rules
public import Sealing

/// Giving a place up: nobody will say any more what it holds.
extension OpenPlace {
  /// The place whose id begins with these digits, of those that the ledger names.
  public func place(matching prefix: String) throws -> Identifier {
    let digits = prefix.lowercased()
    let found = state.places.keys.filter { !digits.isEmpty && $0.hex.hasPrefix(digits) }
    guard let place = found.first else {
      throw VaultError(
        .input, "no place of this vault has an id that begins with '\(prefix)'", safe: "nothing was changed")
    }
    guard found.count == 1 else {
      throw VaultError(
        .input, "\(found.count) places have ids that begin with '\(prefix)': give more digits",
        safe: "nothing was changed")
    }
    return place
  }

  /// Enters that a place is given up.
  /// - Returns: the entry.
  public func forget(_ place: Identifier, reason: String) async throws -> UInt64 {
    let identity = try writer()
    try await requireHome()
    let draft = OpenLedger.Draft(.forgotten(place), saying: reason.utf8)
    try await checkCounts(draft, by: identity)
    return try await commit(as: identity) { _ in [draft] }.lowerBound
  }
}
