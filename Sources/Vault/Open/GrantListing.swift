internal import Rules
public import Sealing

/// One identity as a listing shows it.
public struct GrantListing: Sendable {
  /// Its id.
  public let id: Identifier
  /// Its roles.
  public let roles: [String]
  /// `file`, `passphrase` or `shares`.
  public let kind: String
  /// Whether it is active.
  public let isActive: Bool
  /// What the journal calls it; nil where the journal isn't open.
  public let label: String?
}

extension OpenPlace {
  /// Everybody who was ever granted anything, with labels where the journal is open.
  public func grants() async throws -> [GrantListing] {
    let labels = keys == nil ? [:] : try await labels()
    return state.identities.values.sorted { $0.granted < $1.granted }.map { known in
      GrantListing(
        id: known.identity.id, roles: known.roles.map(\.rawValue), kind: known.kind.rawValue,
        isActive: known.isActive, label: labels[known.granted])
    }
  }

  /// The identity whose id begins with these digits.
  public func identity(matching prefix: String) throws(VaultError) -> Identifier {
    let matching = state.identities.keys.filter { $0.hex.hasPrefix(prefix.lowercased()) }
    guard let found = matching.first, matching.count == 1 else {
      throw VaultError(
        .input,
        matching.isEmpty
          ? "no identity begins with \(prefix)" : "more than one identity begins with \(prefix)",
        hint: .listGrants)
    }
    return found
  }
}
