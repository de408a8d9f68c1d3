internal import Rules
internal import Boxes
internal import Keyring
internal import Ledger
public import Sealing
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
    case let error as EvidenceError:
      self.init(Self.code(error.code), "\(error)", hint: error.hint.map(Hint.advice))
    case let error as BoxError:
      self.init(error.code == .wrongKey ? .wrongKey : error.isDamage ? .damaged : .failed, "box: \(error)")
    case let error as SealingError: self.init(Self.code(error.code), "\(error)")
    case let error as ShareError: self.init(.input, "\(error)", safe: "nothing was written")
    case let error as Malformed: self.init(.damaged, "\(error)")
    case let error as StorageError: self.init(.storage, "\(error)", hint: error.hint.map(Hint.advice))
    default: return nil
    }
  }

  /// A passphrase that isn't taken for a new identity.
  public init(_ fault: PassphraseFault) {
    let (what, hint): (String, Hint) =
      switch fault {
      case .empty: ("the passphrase is empty", "in a file it stands on the first line")
      case .notText: ("the passphrase isn't UTF-8, and could be typed nowhere else", "save the file as UTF-8")
      case .unusualCharacters:
        (
          "the passphrase holds control or unknown characters, which other keyboards may not give",
          "choose another"
        )
      case .weak(let bits):
        (
          "the passphrase is too weak: it could be guessed in 2^\(bits) tries, and 2^\(PassphraseFault.needed) are asked for",
          Self.strongerPassphrase
        )
      case .short(let characters):
        (
          "the passphrase is too short: it has \(characters) characters, and \(Passphrase.shortest) are asked for",
          Self.strongerPassphrase
        )
      }
    self.init(.input, what, safe: "nothing was made", hint: hint)
  }

  private static let strongerPassphrase: Hint =
    "take five or six words that have nothing to do with each other, or press enter at the prompt to have one generated"

  private static func code(_ code: EvidenceError.Code) -> Code {
    switch code {
    case .malformed: .input
    case .wrongVault: .unknownVault
    case .unknownEvent: .refused
    case .doesNotHold, .otherDocument: .damaged
    }
  }

  private static func code(_ code: SealingError.Code) -> Code {
    switch code {
    case .wrongKey: .wrongKey
    case .corrupted, .truncated: .damaged
    case .refusedParameters, .malformedKey, .notText: .input
    case .unproved: .refused
    case .unavailable, .ended: .failed
    }
  }
}
