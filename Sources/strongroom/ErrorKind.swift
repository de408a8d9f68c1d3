import Drill
import Round
import Vault

/// Why a command ends otherwise than with 0, and with which code. The words are promised to programs (Docs/JSON.md).
enum ErrorKind: String, CaseIterable {
  /// Other writers were in the way.
  case busy
  /// A clock is wrong.
  case clock
  /// Bytes aren't what was sealed.
  case damaged
  /// The program did something that nobody foresaw.
  case defect
  /// Something is there already.
  case exists
  /// Something else.
  case failed
  /// It finished, and not all is as it should be.
  case incomplete
  /// What the user gave can't be used.
  case input
  /// A signal ended it.
  case interrupted
  /// An object that should be there isn't.
  case missing
  /// There is no place.
  case noVault = "no_vault"
  /// The identity opens nothing here, or not this.
  case notGranted = "not_granted"
  /// A drill missed its objectives.
  case objectivesMissed = "objectives_missed"
  /// A rule forbids it.
  case refused
  /// The place isn't consistent with what this machine saw.
  case rollback
  /// A disk or network failed.
  case storage
  /// A drill could not be carried out.
  case unfit
  /// It isn't known that this is the vault that is meant.
  case unknownVault = "unknown_vault"
  /// The command was called wrongly.
  case usage
  /// It is asked for, and another custodian is to approve it.
  case waits
  /// The secret gives another identity than the one that was granted.
  case wrongKey = "wrong_key"

  var exitCode: Int32 {
    switch self {
    case .damaged, .defect, .exists, .failed, .input, .missing, .storage: 1
    case .incomplete: 2
    case .noVault: 10
    case .busy: 11
    case .notGranted, .wrongKey: 12
    case .clock, .refused, .rollback, .unknownVault: 13
    case .waits: 14
    case .objectivesMissed: 20
    case .unfit: 21
    case .usage: 64
    case .interrupted: Interruption.exitCode
    }
  }

  init(_ code: VaultError.Code) {
    self =
      switch code {
      case .noVault: .noVault
      case .exists: .exists
      case .busy: .busy
      case .notGranted: .notGranted
      case .wrongKey: .wrongKey
      case .rollback: .rollback
      case .unknownVault: .unknownVault
      case .clock: .clock
      case .refused: .refused
      case .damaged: .damaged
      case .missing: .missing
      case .input: .input
      case .storage: .storage
      case .failed: .failed
      }
  }

  init(_ code: RoundError.Code) {
    self =
      switch code {
      case .busy: .busy
      case .input: .input
      case .stuck: .storage
      case .interrupted: .interrupted
      }
  }

  init(_ code: DrillError.Code) {
    self =
      switch code {
      case .plan, .noPlan, .needs: .input
      case .evidence: .failed
      }
  }
}
