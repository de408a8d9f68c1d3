internal import Keyring

extension VaultError {
  /// A keyring's error as a user is told it.
  init(_ error: KeyringError) {
    switch error.code {
    case .notGranted:
      self.init(
        .notGranted, "this identity is granted nothing here",
        hint: .askForGrant(role: nil))
    case .wrongKey: self.init(.wrongKey, "wrong key: \(error.message)")
    case .malformed, .damaged, .mismatched:
      self.init(.damaged, "keyring: \(error.message)", hint: KeyringFiles.hint)
    case .limit, .refused: self.init(.refused, "keyring: \(error.message)", safe: "nothing was committed")
    case .unavailable: self.init(.failed, "keyring: \(error.message)")
    }
  }
}

/// Runs what may fail with a keyring's error, and says it in this layer's words.
func telling<R>(_ body: () throws(KeyringError) -> R) throws(VaultError) -> R {
  do { return try body() } catch { throw VaultError(error) }
}
