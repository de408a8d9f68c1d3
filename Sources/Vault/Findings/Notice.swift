public import Rules
public import Sealing
public import Storage

/// Something that came up while a place was read or written, for the user to hear of.
public enum Notice: Hashable, Sendable, CustomStringConvertible {
  /// A copy was out of order and stands there again; of another place where one is named.
  case mended(Repair, at: Location? = nil)
  /// Something is out of order and stays so.
  case shortfall(Finding)
  /// The place is a copy with fewer entries than this machine saw; its newest one is of that time.
  case behind(Behind, size: UInt64, newest: UInt64)
  /// The entries between these sizes, which this machine saw, were given up.
  case givenUp(from: UInt64, to: UInt64)
  /// So many entries were seen at a copy that the vault doesn't have.
  case copyShowedMore(entries: UInt64)
  /// At a location lies another place of the vault than this machine met there the last time.
  case otherPlace(Identifier, at: Location)
  /// At a location entries were added while a snapshot was taken to it: another one is on its way.
  case alsoWritten(Location)
  /// This machine's clock is in doubt.
  case clock(VaultTime.Doubt)
  /// What lies behind a destination's newest snapshot is no part of the ledger, and isn't used.
  case unusedTail(VaultError, at: Location)
  /// Objects behind a destination's newest snapshot, which aren't of the vault's ledger, were put aside.
  case putAside(Int, at: Location)
  /// Pages that an identity added were left out of a new generation, with so many keys: they are damaged, or never were
  /// any.
  case pagesLeftOut(Int, keys: UInt64, by: Identifier)
  /// The keyring has many small pages, and they could not be merged.
  case notMerged(VaultError)
  /// What an erasure left isn't known: what it accounts for can't be read.
  case notTakenUp(VaultError)
  /// A generation of the keyring lacks something of the one before, or has it differently.
  case keyringDiffers(UInt64, by: Identifier, String)
  /// Boxes that an entry put in the place of others lack something of these, or have it differently.
  case moveDiffers(UInt64, by: Identifier, String)
  /// Generations of others could not be compared with the ones before them.
  case notCompared(VaultError)
  /// The identity doesn't open the directory, so nobody can say whether records are whose their labels say.
  case noDirectory

  /// Whether it is something out of order that stays so.
  public var isDamage: Bool { if case .shortfall = self { true } else { false } }

  /// One line.
  public var description: String {
    switch self {
    case .mended(let repair, at: nil): "\(repair)"
    case .mended(let repair, at: let location?): "at \(location): \(repair)"
    case .shortfall(let finding): "\(finding)"
    case .behind(let behind, let size, let newest):
      "this copy is behind: it has \(size) of \(size + behind.entries) entries, its newest is of \(CivilTime.text(newest)); \(behind.words)"
    case .givenUp(let from, let to): "entries from \(from) to \(to) that this machine saw were given up"
    case .copyShowedMore(let entries):
      "\(entries) entries that a copy showed are not the vault's: they count nowhere, and whoever may write to that copy put them there, or the vault lost them"
    case .otherPlace(let place, let location):
      "at \(location) lies another destination of the vault than the last time: place \(place.hex.prefix(8))"
    case .alsoWritten(let location):
      "\(location) was written to meanwhile, by another snapshot, which says itself what became of it"
    case .clock(let doubt): "\(doubt)"
    case .unusedTail(let error, let location):
      "what lies behind the newest snapshot at \(location) isn't used: \(error.what)"
    case .putAside(let count, let location):
      "\(count == 1 ? "an object" : "\(count) objects") behind the newest snapshot at \(location), not of the vault's ledger, \(count == 1 ? "lies" : "lie") under aside/ now"
    case .pagesLeftOut(let pages, let keys, let by):
      "\(pages == 1 ? "a page" : "\(pages) pages") with \(keys) keys, added by \(by.hex), can't be read and \(pages == 1 ? "was" : "were") left out of the keyring"
    case .notTakenUp(let error): "what an erasure left isn't taken up: \(error)"
    case .notMerged(let error): "the keyring has many small pages, and they could not be merged: \(error)"
    case .keyringDiffers(let number, let by, let difference):
      "generation \(number) of the keyring, entered by \(by.hex), isn't the one before with what is accounted for (\(difference)): nothing of the one before is erased; find out whether somebody has the key of \(by.hex)"
    case .moveDiffers(let entry, let by, let difference):
      "what entry \(entry) by \(by.hex) put in the place of other boxes isn't what was in them (\(difference)): nothing of these is erased; take it back (strongroom move undo \(entry)), and find out whether somebody has the key of \(by.hex)"
    case .notCompared(let error): "what others made of keyring and boxes could not be compared: \(error)"
    case .noDirectory:
      "this identity doesn't open the directory, so whether records are those of the customers whom they name isn't known; they are given under ids"
    }
  }
}
