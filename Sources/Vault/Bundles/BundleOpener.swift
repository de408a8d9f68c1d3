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
}

/// Why a bundle can't be opened.
enum ClosedBundle: Hashable, Sendable {
  /// The customer's key isn't in the keyring, or is another than the one that it was sealed under. No entry of this
  /// format's version says of a single bundle that it was erased, so it is lost.
  case subjectKeyGone
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
  private let whyNot: ClosedBundle
  private var bundleKeys: [UInt32: Secret] = [:]

  /// - Parameters:
  ///   - subject: the customer's key for the class; nil where it isn't among those that can be read.
  ///   - isKeyringRead: whether a key that isn't there is gone, and not on a page that can't be read.
  ///   - epochs: the class's keys, by epoch.
  init(class classID: Identifier, subject: Secret?, isKeyringRead: Bool, epochs: [UInt32: Secret]) throws {
    self.classID = classID
    self.epochs = epochs
    self.subject = try subject.map {
      ($0, try KeySchedule.keyCheck(subject: $0), try KeySchedule.contentKey(subject: $0))
    }
    whyNot = isKeyringRead ? .subjectKeyGone : .subjectKeyUnread
  }

  /// A bundle, by its row in the index of a box.
  mutating func open(_ row: IndexRow, in box: KnownBox) throws -> Outcome {
    guard let subject, subject.check == row.keyCheck.bytes else { return .closed(whyNot) }
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

extension IndexRow {
  /// Whether the row may be there at all: only `moved` entries may bring known bundles, and this format's version has
  /// none (Format 3.1).
  var isAllowed: Bool { firstEntry == 0 }

  /// The entry that first named the bundle.
  func firstEntry(in box: KnownBox) -> UInt64 { firstEntry == 0 ? box.entry : firstEntry }
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
    case .subjectKeyUnread: return nil
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
