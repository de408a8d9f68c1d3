internal import Rules
internal import Sealing

extension OpenPlace {
  /// Opens the keyring with what the user brought.
  /// - Throws: `VaultError` `.wrongKey` for a passphrase that is none of those granted, `.notGranted` for an identity
  ///   that is not in the present generation. An identity of a role without keys, as an operator's, opens nothing
  ///   and may still sign.
  public func unlock(with source: KeySource) async throws {
    let files = KeyringFiles(place.store)
    let identity: Identity
    switch source {
    case .identity(let given): identity = given
    case .passphrase(let passphrase):
      identity = try await OpenKeyring.identity(of: passphrase, state: state, files: files)
    }
    let known = state.identities[identity.publicIdentity.id]
    guard let known, known.isActive else {
      throw VaultError(
        .notGranted,
        "identity \(identity.publicIdentity.id.hex) \(known == nil ? "was never granted here" : "was revoked")",
        safe: "nothing was written", hint: .askForGrant(role: nil))
    }
    self.identity = identity
    do {
      keys = try await blamingLedger { try await OpenKeyring(identity, state: state, files: files) }
    } catch let error as VaultError where error.code == .notGranted {
      // An operator or branch opens nothing; commands that need keys say so themselves.
      keys = nil
    }
  }

  /// Names what is wrong with the ledger where a file of the keyring isn't here: an earlier state may name what was erased
  /// since.
  package func blamingLedger<Value>(_ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch let error as VaultError where error.code == .missing {
      guard let cause = gap ?? torn else { throw error }
      throw VaultError(.damaged, "\(cause); so \(error.what)", safe: error.safe, hint: error.hint)
    }
  }

  /// Whether an identity that opens records is at work.
  public var isUnlocked: Bool { keys != nil }

  /// The keys at work.
  /// - Throws: `VaultError` `.notGranted` where nothing was unlocked, or the identity opens nothing.
  package func unlocked() throws(VaultError) -> OpenKeyring {
    guard let keys else {
      throw VaultError(
        .notGranted, identity == nil ? "this needs an identity" : "this identity opens no records",
        safe: "nothing was written", hint: "use an identity that a custodian granted classes to")
    }
    return keys
  }

  /// The directory, for many at once; nil where it isn't open, which is told.
  func directory() throws -> Directory? {
    let keys = try unlocked()
    let found = Directory(
      keys.opened, files: keys.files, additions: keys.additions, unusable: keys.unusable)
    if found == nil { note(.noDirectory) }
    return found
  }

  /// Keeps the keys up with the ledger after it was read again.
  func refreshKeys() async throws {
    guard let identity, let present = keys else { return }
    if present.isPresent(in: state) {
      try present.takeIn(state)
    } else {
      keys = try await OpenKeyring(identity, state: state, files: present.files)
    }
  }
}
