internal import Rules
internal import Boxes
internal import Keyring
internal import Sealing
internal import Storage

/// A bundle that can be opened: where it lies, and what opens it.
struct OpenableBundle: Sendable {
  let row: IndexRow
  let keys: BundleKeys
  /// The entry that first named it: what makes one version newer than another.
  let firstEntry: UInt64
}

/// A box whose index was opened.
struct IndexedBox: Sendable {
  let known: KnownBox
  let classID: Identifier
  let bundles: [OpenableBundle]
  /// Bundles that no key at hand opens.
  let unopened: Int
}

/// Opens the indexes of a place's boxes with the keys at hand, and finds out which bundles can be opened.
///
/// One box after the other, by one task: it looks up keys. What it gives can go to workers.
final class IndexOpener {
  private let vault: OpenPlace
  private let keys: OpenKeyring
  private let indexKeys: [IndexKey]
  private let workspace: ReadWorkspace
  private var seen: [Identifier: Set<Identifier>] = [:]
  private var found: [Finding] = []

  /// What was found wrong so far, with the keyring and with boxes.
  var findings: [Finding] { keys.unusableFindings + found }

  init(_ vault: OpenPlace) throws {
    self.vault = vault
    keys = try vault.unlocked()
    workspace = try ReadWorkspace()
    var indexKeys: [IndexKey] = []
    for section in keys.classes {
      // The newest epochs are the likeliest.
      for epoch in section.epochs.reversed() {
        guard let key = epoch.key else { continue }
        indexKeys.append(
          IndexKey(classID: section.id, epoch: epoch.number, key: try KeySchedule.indexKey(epoch: key)))
      }
    }
    self.indexKeys = indexKeys
  }

  /// What came of opening an index.
  enum Outcome {
    case opened(OpenedIndex)
    /// No key at hand opens it: a class that isn't open to us, or a key that is gone.
    case closed
    /// The box isn't there or is damaged, which is a finding.
    case unreadable
  }

  /// Opens one box's index.
  func index(of known: KnownBox) async throws -> Outcome {
    let name = Layout.box(known.box.hash)
    do {
      let reader = try BoxReader(
        vault: vault.state.vault, size: known.box.size,
        source: StoredBox(store: vault.place.store, name: name),
        workspace: workspace)
      let opened = try await reader.openIndex(
        IndexAnchor(
          offset: known.box.offset, digest: known.box.index, year: UInt16(clamping: known.box.year)),
        keys: indexKeys)
      return .opened(opened)
    } catch let error as BoxError where error.code == .wrongKey {
      return .closed
    } catch let error as BoxError {
      found.append(Finding(.damaged, name.text, "its index can't be used: \(error)"))
    } catch let error as StorageError {
      found.append(Finding(box: name, error))
    }
    return .unreadable
  }

  /// Others don't open every class; who opens all of them knows that a closed box's key is gone.
  func noteClosed(_ known: KnownBox) {
    guard keys.opened.isWhole else { return }
    found.append(
      Finding(.lost, Layout.box(known.box.hash).text, "no key in the keyring opens its index"))
  }

  /// Bundles that nobody may have added.
  func noteIgnored(_ known: KnownBox) {
    found.append(
      Finding(
        .ignored, Layout.box(known.box.hash).text, "a bundle claims to be an older one; it is ignored"))
  }

  /// Opens one box's index, and finds the keys of its bundles.
  /// - Returns: nil where the box is of a class that isn't open to us, or can't be read (then it is a finding).
  func open(_ known: KnownBox) async throws -> IndexedBox? {
    switch try await index(of: known) {
    case .opened(let opened): return try await bundles(of: opened, known: known)
    case .closed:
      noteClosed(known)
      return nil
    case .unreadable: return nil
    }
  }

  private func bundles(of opened: OpenedIndex, known box: KnownBox) async throws -> IndexedBox {
    let name = Layout.box(box.box.hash).text
    var bundles: [OpenableBundle] = []
    var unopened = 0
    var isLost = false
    guard let section = keys.opened[opened.classID]?.section else {
      throw VaultError(.notGranted, "this identity does not open that class")
    }
    for row in opened.rows {
      // Only `moved` entries may bring known bundles, and version 1 of this program knows none.
      guard row.firstEntry == 0, seen[opened.classID, default: []].insert(row.bundle).inserted else {
        noteIgnored(box)
        continue
      }
      let known: Secret?
      do {
        known = try await keys.key(of: row.subject, in: opened.classID)
      } catch let error as VaultError where error.code == .missing || error.code == .damaged {
        // A page of keys can't be read: told once, with the pages, and all others are opened.
        unopened += 1
        continue
      }
      guard let subjectKey = known,
        try KeySchedule.keyCheck(subject: subjectKey) == row.keyCheck.bytes
      else {
        unopened += 1
        isLost = isLost || keys.hasRead(all: opened.classID)
        continue
      }
      guard let epochKey = section.epoch(row.epoch)?.key else {
        unopened += 1
        found.append(Finding(.lost, name, "a bundle of epoch \(row.epoch), whose key is not in the keyring"))
        continue
      }
      let bundleKeys = try BundleKeys(
        of: subjectKey, epochKey, class: opened.classID, year: opened.index.year)
      bundles.append(OpenableBundle(row: row, keys: bundleKeys, firstEntry: box.entry))
    }
    if isLost { found.append(.lostKeys(in: box)) }
    return IndexedBox(known: box, classID: opened.classID, bundles: bundles, unopened: unopened)
  }
}

extension Finding {
  /// Bundles whose customers' keys are gone. No entry of this format's version says of a single bundle that it was
  /// erased, so each of them is lost.
  static func lostKeys(in box: KnownBox) -> Finding {
    Finding(
      .lost, Layout.box(box.box.hash).text,
      "keys of customers in it are not in the keyring, and no entry accounts for them")
  }
}

extension OpenKeyring {
  /// Pages of keys that can't be used.
  var unusableFindings: [Finding] {
    unusable.sorted { $0.key < $1.key }.map { digest, error in
      Finding(
        error.code == .missing ? .missing : .damaged, Layout.keyringFile(digest).text,
        "a page of keys: \(error.what)")
    }
  }
}

extension BundleKeys {
  /// What opens a customer's bundle: their key for the class, and the class's epoch key.
  init(of subject: Secret, _ epoch: Secret, class classID: Identifier, year: UInt16) throws {
    self.init(
      classID: classID, year: year, bundleKey: try KeySchedule.bundleKey(subject: subject, epoch: epoch),
      contentKey: try KeySchedule.contentKey(subject: subject))
  }
}
