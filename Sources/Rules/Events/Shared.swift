package import Sealing

/// What the secret of an identity is kept in.
public enum IdentityKind: String, Hashable, Sendable, CaseIterable {
  case file, passphrase, shares
}

extension PublicIdentity {
  /// Both keys and the kind, as `founded` and `granted` state them.
  func members(kind: IdentityKind) -> JSONObject {
    ["ed25519": .hex(ed25519), "kind": .string(kind.rawValue), "xwing": .hex(xWing)]
  }
}

extension Digest {
  /// As an entry states it.
  var value: JSONValue { .string(hex) }
}

extension LedgerState {
  /// Rule 2: what depends on the keys names the present generation.
  func isNotPresent(_ named: UInt64) -> String? {
    guard let present = generation else { return "there is no generation of the keyring yet" }
    return named == present.number
      ? nil : "it names generation \(named), but the present one is \(present.number)"
  }

  /// Whether an object may be erased, and never counts again.
  package func wasRemoved(_ hash: Digest, _ kind: RemovedObject.Kind) -> Bool {
    removed[RemovedObject(hash: hash, kind: kind)] != nil
  }
}
