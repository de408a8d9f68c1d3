import Rules
import Boxes
import Drill
import Keyring
import Ledger
import Sealing
import Storage
import Vault

/// The errors that bytes may be refused with.
enum Refusals {
  static func isOurs(_ error: any Error) -> Bool {
    switch error {
    case is Malformed, is SealingError, is BoxError, is KeyringError, is LedgerError, is StateError,
      is StorageError,
      is VaultError, is DrillError, is ShareError, is EvidenceError, is YAMLFault:
      true
    default: false
    }
  }
}
