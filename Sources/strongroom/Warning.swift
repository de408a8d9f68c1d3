import Sealing
import Vault

/// What a command may warn of besides its result. The words are promised to programs (Docs/JSON.md).
enum Warning: String, CaseIterable {
  /// Another snapshot was taken to the destination at the same time.
  case alsoWritten = "also_written"
  /// The copy has fewer entries than this machine saw.
  case behind
  /// This machine's clock is in doubt.
  case clock
  /// A copy showed entries that the vault doesn't have.
  case copyAhead = "copy_ahead"
  /// The configuration file can't be read, and was passed over.
  case configuration
  /// Entries that this machine saw were given up.
  case givenUp = "given_up"
  /// A pattern of what to exclude fits nothing.
  case idlePattern = "idle_pattern"
  /// A custodian's identity file isn't closed under a passphrase.
  case identityBare = "identity_bare"
  /// Others may read the file of a secret identity.
  case identityOpen = "identity_open"
  /// A run that was killed left records in the clear.
  case leftover
  /// What needs a key isn't told, since the identity at hand opens nothing here.
  case locked
  /// A copy was out of order and is mended.
  case mended
  /// Whose records are whose can't be known, since the identity doesn't open the directory.
  case noDirectory = "no_directory"
  /// A file system keeps no permissions.
  case noPermissions = "no_permissions"
  /// Small pages of the keyring could not be merged.
  case notMerged = "not_merged"
  case notTakenUp = "not_taken_up"
  /// Everybody may read a bucket.
  case openToAll = "open_to_all"
  /// At a location lies another place than the last time.
  case otherPlace = "other_place"
  /// A damaged page of keys was left out.
  case unusedTail = "unused_tail"
  case putAside = "put_aside"
  case pagesLeftOut = "pages_left_out"
  case keyringDiffers = "keyring_differs"
  case moveDiffers = "move_differs"
  case notCompared = "not_compared"
  /// A snapshot to one of several destinations failed.
  case notCopied = "not_copied"
  /// What was read at a copy isn't entered.
  case notEntered = "not_entered"
  /// The new passphrase begins or ends with a blank.
  case passphraseBlank = "passphrase_blank"
  /// A place from which another one was to be repaired can't be read.
  case placeUnread = "place_unread"
  /// Something is out of order and stays so.
  case shortfall
  /// People could not be told of a round.
  case untold
  /// Records of unknown date were left out.
  case undated

  /// As programs read it.
  func told(_ text: String) -> JSONValue { .object(["kind": .string(rawValue), "what": .string(text)]) }

  init(_ notice: Notice) {
    self =
      switch notice {
      case .mended: .mended
      case .shortfall: .shortfall
      case .behind: .behind
      case .givenUp: .givenUp
      case .otherPlace: .otherPlace
      case .copyShowedMore: .copyAhead
      case .alsoWritten: .alsoWritten
      case .clock: .clock
      case .unusedTail: .unusedTail
      case .putAside: .putAside
      case .pagesLeftOut: .pagesLeftOut
      case .keyringDiffers: .keyringDiffers
      case .moveDiffers: .moveDiffers
      case .notCompared: .notCompared
      case .notMerged: .notMerged
      case .notTakenUp: .notTakenUp
      case .noDirectory: .noDirectory
      }
  }
}
