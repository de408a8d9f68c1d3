package import Boxes
package import Sealing
package import Storage

/// What is wrong with an object, as a value with its particulars; `description` gives the words, here alone.
package enum Reason: Hashable, Sendable, CustomStringConvertible {
  /// What an object is, where that says what is lost with it.
  package enum Thing: Hashable, Sendable {
    case commit
    case generation(UInt64)
    case page
  }

  // MARK: Boxes and what lies in them

  /// The box isn't there; at another place where one is named.
  case boxMissing(at: Location? = nil)
  /// A destination never got it.
  case notCopied
  /// An object is of another size than it should be.
  case size(UInt64, expected: UInt64, at: Location? = nil)
  /// An object's bytes are others.
  case notAsSealed(at: Location? = nil)
  /// A box's index is another one than the ledger names.
  case otherIndex
  /// A box's index doesn't open.
  case index(BoxError)
  /// The table of a bundle with so many records doesn't open.
  case table(BoxError, records: UInt32)
  /// A bundle with so many records doesn't open.
  case bundle(BoxError, records: UInt32)
  /// Something else in a box.
  case box(BoxError)
  /// The parts of a record together aren't what was sealed.
  case parts
  /// A verification found it, and nothing was looked at since.
  case foundBefore
  /// The store can't give it.
  case storage(StorageError)
  /// Right bytes are at hand, and can't be put there.
  case notReplaced(StorageError, wasThere: Bool)
  /// Keys of customers are gone though nothing accounts for it.
  case subjectKeysGone
  /// A customer's key that was erased is in the keyring again.
  case erasedKeyIsBack
  /// What an erasure accounts for can't be read.
  case accountUnreadable
  /// What a hold holds can't be read.
  case holdUnreadable
  /// The key of an epoch is gone.
  case epochKeyGone(UInt32)
  /// No key opens a box.
  case noKeyOpens
  /// A bundle that is there already, under an older box.
  case claimsToBeOlder
  /// So many records of a bundle name a customer whom the directory leads elsewhere, or nowhere.
  case otherCustomer(records: UInt32)
  /// Tables under a customer's id name another one than whoever is to be sealed.
  case recordsOfAnother
  /// Somebody added a way to a customer's id by which another's records would come under it.
  case twoCustomers

  // MARK: Copies of what is kept twice

  /// One copy is missing.
  case copyMissing(Thing)
  /// Both are.
  case bothMissing(Thing)
  /// Neither is what it should be.
  case bothDamaged(Thing)
  /// A copy has another size than it should have.
  case copySize(UInt64, expected: UInt64, of: Thing)
  /// The copies have two sizes, and neither is known to be right.
  case copySizes(UInt64, UInt64, of: Thing)
  /// A file of the keyring isn't what its name says.
  case otherThanName
  /// A copy isn't the commit that was signed; the other one is.
  case otherThanSigned
  /// Neither copy is.
  case neitherSigned
  /// A copy is out of order and stays so.
  case copy(Repair.Fault)
  /// The second copy differs from the first, and nothing tells which one is right.
  case copiesDiffer
  /// A copy could not be put back.
  case notMended(Repair.Fault, StorageError)
  /// The second copy of a commit could not be written.
  case notWritten(StorageError)

  // MARK: Ledger and keyring

  /// A commit is missing, and this one, behind it, is there.
  case gap(before: ObjectName?)
  /// So many commits behind an entry belong to a copy that broke off.
  case brokenOff(commits: Int, behind: UInt64)
  /// A page of keys that no section's key opens.
  case keysOfNoSection
  /// A page of keys can't be used.
  case keys(VaultError)
  /// What the file of a generation says can't be used.
  case generation(VaultError)
  /// A generation opens to an identity that wasn't active when it was entered.
  case grantsStranger(Identifier)
  /// A superseded generation can't be read, so what it names stays.
  case heldGeneration(UInt64)
  /// A box isn't as it should be, and so what it stands in place of is kept.
  case standsInPlaceOfOthers
  /// Another box has one of its bundles by the same name.
  case sharesBundles
  /// Every key opens what is in it.
  case nothingToGiveUp
  /// It isn't as it was sealed, and so it stays, and as many with it.
  case notMoved(BoxError, others: Int)
  /// The present keyring isn't whole here, so nothing was erased.
  case keyringNotWhole(VaultError)

  /// It lies behind a destination's newest snapshot, and is no commit.
  case unusedTail(VaultError)
  /// The same, and others lie behind it.
  case tornTail(VaultError)

  // MARK: What was to be done

  /// More would fall than the policy allows unasked.
  case beyondLimit(objects: Int, percent: Int, limit: UInt64)
  /// The store doesn't let it be erased yet.
  case heldBack
  /// It was erased, and the store keeps it all the same.
  case stillThere
  /// A record's file can't be written under its name.
  case unwritable(StorageError)
  /// A recovery broke off.
  case recovery(VaultError)
  /// The same, in words that no vault has.
  case otherRecovery(String)
  /// A place's newest snapshot isn't the one that the vault's ledger names.
  case olderSnapshot(UInt64, known: UInt64)

  // MARK: Restored files

  /// It isn't there.
  case notRestored
  /// It has another size than its label says.
  case restoredSize(UInt64, expected: UInt64)
  /// It has another content.
  case restoredContent
  /// It has another time of modification.
  case restoredTime
  /// It has other permissions.
  case restoredMode
  /// It isn't a plain file.
  case restoredOther(Skipped)
  /// So many files are there that no label names.
  case unnamedFiles(UInt64)

  /// In words, to be put behind the object's name.
  package var description: String {
    switch self {
    case .boxMissing(let place): "the box is missing" + (place.map { " at \($0)" } ?? "")
    case .notCopied: "the vault had not got it whole when the snapshot was taken, so it is not here"
    case .size(let size, let expected, let place):
      Self.at(place) + "it has \(size) bytes instead of \(expected)"
    case .notAsSealed(let place): Self.at(place) + "it is not what was sealed"
    case .otherIndex: "its index is not the one that the ledger names"
    case .index(let error): "its index can't be used: \(error)"
    case .table(let error, let records):
      "the table of a bundle with \(records) records can't be used: \(error)"
    case .bundle(let error, let records): "it has \(records) records, and can't be opened: \(error)"
    case .box(let error): "\(error)"
    case .parts: "its parts together aren't what was sealed"
    case .foundBefore: "a verification found it damaged"
    case .storage(let error): "\(error)"
    case .notReplaced(let error, let wasThere):
      wasThere
        ? "it is damaged and could not be replaced: \(error.reason)"
        : "it is missing and could not be written: \(error.reason)"
    case .subjectKeysGone: "keys of customers in it are not in the keyring, and no entry accounts for them"
    case .erasedKeyIsBack:
      "a key that was erased is in the keyring again: somebody added it; erase the customer again"
    case .accountUnreadable: "what this erasure accounts for can't be read, so that its bundles are lost"
    case .holdUnreadable:
      "what this hold holds can't be read, so that it holds everything; release it and place it anew"
    case .epochKeyGone(let epoch): "a bundle of epoch \(epoch), whose key is not in the keyring"
    case .noKeyOpens: "no key in the keyring opens its index"
    case .tornTail(let error):
      "the ledger can't be read from here on, and newer snapshots may lie behind it: \(error.what)"
    case .unusedTail(let error): "it lies behind the newest snapshot and isn't used: \(error.what)"
    case .otherCustomer(let records):
      (records == 1 ? "1 record names" : "\(records) records name")
        + " another customer than the directory does; given under the id"
    case .recordsOfAnother: "records of another customer lie under this id; nothing more is sealed under it"
    case .twoCustomers: "the directory leads more than one customer to this id"
    case .claimsToBeOlder: "a bundle claims to be an older one; it is ignored"
    case .copyMissing(let thing): "this copy of \(thing) is missing"
    case .bothMissing(let thing): "\(thing) is missing in both copies"
    case .bothDamaged(let thing): "\(thing) is damaged in both copies"
    case .copySize(let size, let expected, let thing):
      "this copy of \(thing) has \(size) bytes instead of \(expected)"
    case .copySizes(let one, let other, let thing):
      "the two copies of \(thing) have \(one) and \(other) bytes"
    case .otherThanName: "this copy is not what its name says"
    case .otherThanSigned: "this copy is not the commit that was signed; the other one is"
    case .neitherSigned: "neither copy is the commit that was signed"
    case .copy(.denied): "this copy may not be read: permission denied"
    case .copy(let fault): "this copy is \(fault.rawValue)"
    case .copiesDiffer: "this copy differs from the first, and both are intact; the first counts"
    case .notMended(let fault, let error):
      "this copy is \(fault.rawValue) and could not be mended: \(error.reason)"
    case .notWritten(let error): "this copy of a commit could not be written: \(error.reason)"
    case .gap(before: let there?):
      "the ledger has commits behind a gap: this one is missing, \(there) is there"
    case .gap(before: nil): "is missing in both copies, and commits behind it are there"
    case .brokenOff(let commits, let entry):
      (commits == 1 ? "1 commit" : "\(commits) commits")
        + " behind entry \(entry) belong to a copy that broke off; the next snapshot completes it"
    case .keysOfNoSection: "no section's key opens this page of keys; it is ignored"
    case .keys(let error): "a page of keys: \(error.what)"
    case .generation(let error): error.what
    case .grantsStranger(let identity):
      "this keyring opens to identity \(identity.hex), which was not active when it was entered"
    case .heldGeneration(let number): "generation \(number) can't be read, and its hold-back isn't over"
    case .sharesBundles:
      "another box has a bundle of the same name; neither is moved, since the other one's would count then"
    case .nothingToGiveUp: "all that is in it opens, and nothing in it is there twice; it stays as it is"
    case .notMoved(let error, let others):
      "\(error); it was not moved" + (others == 0 ? "" : ", nor were \(others) that were to be moved with it")
    case .standsInPlaceOfOthers: "it stands in the place of other boxes, which are kept until it is sound"
    case .keyringNotWhole(let error):
      "the present keyring isn't whole here, so nothing was erased: \(error.what)"
    case .beyondLimit(let objects, let percent, let limit):
      "\(objects) objects whose hold-back is over are \(percent) % of the bytes here, "
        + "more than the policy's \(limit) %; nothing was erased"
    case .heldBack: "can't be erased here yet: the store holds it back"
    case .stillThere: "is removed and still there: the store holds it back"
    case .unwritable(let error): "it can't be written under its name: \(error.reason)"
    case .recovery(let error): "the recovery broke off: \(error)"
    case .olderSnapshot(let newest, let known):
      "its newest snapshot is \(newest), and the vault's ledger names \(known): it is behind, or was rolled back"
    case .otherRecovery(let words): "the recovery broke off: \(words)"
    case .notRestored: "it was not restored"
    case .restoredSize(let size, let expected): "the restored file has \(size) bytes instead of \(expected)"
    case .restoredContent: "the restored file's content is not what was sealed"
    case .restoredTime: "the restored file has another time of modification"
    case .restoredMode: "the restored file has other permissions"
    case .restoredOther(let why): "the restored file \(why.reason)"
    case .unnamedFiles(let count): "\(count) files were restored that no label names"
    }
  }

  private static func at(_ place: Location?) -> String { place.map { "at \($0) " } ?? "" }
}

extension Reason.Thing: CustomStringConvertible {
  /// With its article.
  package var description: String {
    switch self {
    case .commit: "a commit"
    case .generation(let number): "generation \(number)"
    case .page: "a page of the keyring"
    }
  }
}
