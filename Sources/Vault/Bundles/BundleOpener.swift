internal import Boxes
internal import Keyring
internal import Rules
internal import Sealing
internal import Storage

/// A bundle that can be opened: where it lies, and what opens it.
struct OpenableBundle: Sendable {
  let row: IndexRow
  let keys: BundleKeys
  /// The entry that first named it: what makes one version newer than another.
  let firstEntry: UInt64

  /// By what it is known, beside its class.
  var name: BundleName { BundleName(bundle: row.bundle, firstEntry: firstEntry) }
}

/// Why a bundle can't be opened.
enum ClosedBundle: Hashable, Sendable {
  /// The customer's key isn't in the keyring, or is another than the one that it was sealed under, and no entry accounts
  /// for it.
  case subjectKeyGone
  /// The same, and an entry says that the key was erased.
  case erased
  /// The same, and keys were erased: whose the journal says, which isn't open.
  case erasedOrLost
  /// The customer's key isn't among those that can be read, and may lie on a page that can't: that is said of the page.
  case subjectKeyUnread
  /// The key of its epoch isn't in the keyring.
  case epochKeyGone(UInt32)
}

/// Says of a customer's bundles in one class whether they open, and with which keys: the one place that does, for all
/// that verify, list, find, export and seal. It derives what several bundles have in common once. One task's own.
struct BundleOpener {
  /// What comes of a bundle.
  enum Outcome {
    case opens(OpenableBundle)
    case closed(ClosedBundle)
  }

  private let classID: Identifier
  private let epochs: [UInt32: Secret]
  private let subject: (key: Secret, check: [UInt8], contentKey: Secret)?
  private let isKeyringRead: Bool
  private let erased: ErasedKeys
  private var bundleKeys: [UInt32: Secret] = [:]

  /// - Parameters:
  ///   - subject: the customer's key for the class; nil where it isn't among those that can be read.
  ///   - isKeyringRead: whether a key that isn't there is gone, and not on a page that can't be read.
  ///   - epochs: the class's keys, by epoch.
  ///   - erased: whose keys entries account for.
  init(
    class classID: Identifier, subject: Secret?, isKeyringRead: Bool, epochs: [UInt32: Secret],
    erased: ErasedKeys
  ) throws {
    self.classID = classID
    self.epochs = epochs
    self.subject = try subject.map {
      ($0, try KeySchedule.keyCheck(subject: $0), try KeySchedule.contentKey(subject: $0))
    }
    self.isKeyringRead = isKeyringRead
    self.erased = erased
  }

  /// A bundle, by its row in the index of a box.
  mutating func open(_ row: IndexRow, in box: KnownBox) throws -> Outcome {
    guard let subject, subject.check == row.keyCheck.bytes else { return .closed(whyNot(row)) }
    guard let epoch = epochs[row.epoch] else { return .closed(.epochKeyGone(row.epoch)) }
    let bundleKey = try bundleKeys[row.epoch] ?? KeySchedule.bundleKey(subject: subject.key, epoch: epoch)
    bundleKeys[row.epoch] = bundleKey
    return .opens(
      OpenableBundle(
        row: row,
        keys: BundleKeys(
          classID: classID, year: UInt16(clamping: box.box.year), bundleKey: bundleKey,
          contentKey: subject.contentKey),
        firstEntry: row.firstEntry(in: box)))
  }
}

extension BundleOpener {
  private func whyNot(_ row: IndexRow) -> ClosedBundle {
    guard isKeyringRead else { return .subjectKeyUnread }
    return switch erased.account(of: classID, row.subject, check: row.keyCheck.bytes) {
    case .erased: .erased
    case .hidden: .erasedOrLost
    case .lost: .subjectKeyGone
    }
  }
}

extension IndexRow {
  /// Whether the row may be there at all: a `sealed` entry brings new bundles alone, a `moved` one those that an earlier
  /// `sealed` entry named (Format 3.1).
  func isAllowed(in box: KnownBox, of state: LedgerState) -> Bool {
    guard state.moves[box.entry] != nil else { return firstEntry == 0 }
    return firstEntry > 0 && firstEntry < box.entry && state.isSealed(firstEntry)
  }

  /// The entry that first named the bundle.
  func firstEntry(in box: KnownBox) -> UInt64 { firstEntry == 0 ? box.entry : firstEntry }

  /// By what the bundle is known, beside its class.
  func name(in box: KnownBox) -> BundleName { BundleName(bundle: bundle, firstEntry: firstEntry(in: box)) }
}

extension Section {
  /// The keys that are there, by epoch.
  var keysByEpoch: [UInt32: Secret] {
    Dictionary(uniqueKeysWithValues: epochs.compactMap { epoch in epoch.key.map { (epoch.number, $0) } })
  }
}

/// What is said of bundles and boxes that don't open as they should.
extension Finding {
  /// Nil where it is said elsewhere.
  init?(_ closed: ClosedBundle, in box: KnownBox) {
    let name = Layout.box(box.box.hash).text
    switch closed {
    case .subjectKeyGone:
      self.init(
        .lost, name, .subjectKeysGone)
    case .subjectKeyUnread, .erased, .erasedOrLost: return nil
    case .epochKeyGone(let epoch):
      self.init(.lost, name, .epochKeyGone(epoch))
    }
  }

  /// A box that no key opens, said by who has all keys.
  init(closed box: KnownBox) {
    self.init(.lost, Layout.box(box.box.hash).text, .noKeyOpens)
  }

  /// A bundle that nobody may have added.
  init(ignoredIn box: KnownBox) {
    self.init(
      .ignored, Layout.box(box.box.hash).text, .claimsToBeOlder)
  }
}
