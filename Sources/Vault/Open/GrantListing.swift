internal import Keyring
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
  /// The names of what it opens, as far as the reader's own keys tell.
  public let opens: [String]
  /// Whether that is all it opens: the reader opens everything, or it opens nothing.
  public let isKnownWhole: Bool
}

extension OpenPlace {
  /// Everybody who was ever granted anything, with labels where the journal is open.
  public func grants() async throws -> [GrantListing] {
    let labels = keys == nil ? [:] : try await labels()
    let sections = keys?.opened.sections.map(\.section) ?? []
    return state.identities.values.sorted { $0.granted < $1.granted }.map { known in
      let id = known.identity.id
      let opens = known.isActive ? sections.filter { $0.readers.contains(id) }.map(\.name) : []
      return GrantListing(
        id: id, roles: known.roles.map(\.rawValue), kind: known.kind.rawValue, isActive: known.isActive,
        label: labels[known.granted], opens: opens,
        isKnownWhole: !known.isActive || keys?.opened.isWhole ?? false)
    }
  }

  /// What the journal calls identities, where it is open; those without a label aren't there.
  public func people() async throws -> [Identifier: String] {
    guard keys != nil else { return [:] }
    let labels = try await labels()
    return state.identities.compactMapValues { labels[$0.granted] }
  }

  /// The identity whose id begins with these digits, or that the journal calls so.
  public func identity(matching prefix: String, orLabel label: String) async throws -> Identifier {
    // A whole id means that identity, whatever anybody is called.
    if let whole = Identifier(hex: prefix), state.identities[whole] != nil { return whole }
    let named = try await people().filter { $0.value == label }.map(\.key)
    let begin = prefix.isEmpty ? [] : state.identities.keys.filter { $0.hex.hasPrefix(prefix) }
    let matching = Set(named + begin)
    guard let found = matching.first, matching.count == 1 else {
      throw VaultError(
        .input,
        matching.isEmpty
          ? "no identity begins with '\(label)', or is called so as far as this identity sees"
          : "more than one identity begins with '\(label)', or is called so",
        hint: .listGrants)
    }
    return found
  }
}
