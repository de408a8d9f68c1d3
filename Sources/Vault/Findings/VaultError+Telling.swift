internal import Rules
internal import Boxes
internal import Keyring
internal import Ledger
internal import Sealing
internal import Storage

/// What goes wrong below is told in a vault's words.
extension VaultError {
  /// An error of a vault or of what it is made of, as a user is told it; nil where it is none of these.
  public init?(telling error: any Error) {
    switch error {
    case let error as VaultError: self = error
    case let error as KeyringError: self.init(error)
    case let error as LedgerError:
      self.init(
        error.code == .unavailable ? .failed : .damaged, "\(error.object) \(error.what)",
        hint: error.hint.map(Hint.advice))
    case let error as StateError:
      self.init(
        .refused, "\(error.object.map { "\($0): " } ?? "")\(error.what)", safe: "nothing of it was used",
        hint: error.hint.map(Hint.advice))
    case let error as BoxError:
      self.init(error.code == .wrongKey ? .wrongKey : error.isDamage ? .damaged : .failed, "box: \(error)")
    case let error as SealingError: self.init(Self.code(error.code), "\(error)")
    case let error as Malformed: self.init(.damaged, "\(error)")
    case let error as StorageError: self.init(.storage, "\(error)", hint: error.hint.map(Hint.advice))
    default: return nil
    }
  }

  private static func code(_ code: SealingError.Code) -> Code {
    switch code {
    case .wrongKey: .wrongKey
    case .corrupted, .truncated: .damaged
    case .refusedParameters, .malformedKey: .input
    case .unavailable, .ended: .failed
    }
  }
}
