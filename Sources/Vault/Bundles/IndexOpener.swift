internal import Rules
internal import Boxes
internal import Keyring
internal import Sealing
internal import Storage

/// A box whose index was opened.
struct IndexedBox: Sendable {
  let known: KnownBox
  let classID: Identifier
  let bundles: [OpenableBundle]
  /// Bundles that no key at hand opens, but for those that were erased.
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
  private var seen: [Identifier: Set<BundleName>] = [:]
  private var found: [Finding] = []
  /// Bundles whose keys were erased, and those of which that isn't known.
  private(set) var counts: (erased: UInt64, erasedOrLost: UInt64) = (0, 0)

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
      found.append(Finding(.damaged, name.text, error.isOfHeader ? .box(error) : .index(error)))
    } catch let error as StorageError {
      found.append(Finding(box: name, error))
    }
    return .unreadable
  }

  /// Others don't open every class; who opens all of them knows that a closed box's key is gone.
  func noteClosed(_ known: KnownBox) {
    guard keys.opened.isWhole else { return }
    found.append(Finding(closed: known))
  }

  /// Bundles that nobody may have added.
  func noteIgnored(_ known: KnownBox) { found.append(Finding(ignoredIn: known)) }

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
    guard let section = keys.opened[opened.classID]?.section else {
      throw VaultError(.notGranted, "this identity does not open that class", safe: "nothing was written")
    }
    let epochs = section.keysByEpoch
    let erased = try await vault.erasedKeys()
    var bundles: [OpenableBundle] = []
    var closed: [ClosedBundle] = []
    for row in opened.rows {
      let name = row.name(in: box)
      guard row.isAllowed(in: box, of: vault.state), seen[opened.classID, default: []].insert(name).inserted
      else {
        noteIgnored(box)
        continue
      }
      let subject = try await keys.readableKey(of: row.subject, in: opened.classID)
      var opener = try BundleOpener(
        class: opened.classID, subject: subject, isKeyringRead: keys.hasRead(all: opened.classID),
        epochs: epochs, erased: erased)
      switch try opener.open(row, in: box) {
      case .opens(let bundle): bundles.append(bundle)
      case .closed(let reason): closed.append(reason)
      }
    }
    // Said once of a box, however many customers it concerns; of each epoch by itself.
    var said: Set<ClosedBundle> = []
    found += closed.filter { said.insert($0).inserted }.compactMap { Finding($0, in: box) }
    counts.erased += UInt64(closed.count { $0 == .erased })
    counts.erasedOrLost += UInt64(closed.count { $0 == .erasedOrLost })
    return IndexedBox(
      known: box, classID: opened.classID, bundles: bundles, unopened: closed.count { $0 != .erased })
  }
}

extension OpenKeyring {
  /// A customer's key; nil too where a page of keys can't be read, which is said of the page.
  func readableKey(of subject: Identifier, in classID: Identifier) async throws -> Secret? {
    do { return try await key(of: subject, in: classID) } catch let error as VaultError
      where error.code == .missing || error.code == .damaged
    { return nil }
  }

  /// Pages of keys that can't be used.
  var unusableFindings: [Finding] {
    unusable.sorted { $0.key < $1.key }.map { digest, error in
      Finding(
        error.code == .missing ? .missing : .damaged, Layout.keyringFile(digest).text,
        .keys(error))
    } + homeless.map { Finding(.ignored, Layout.keyringFile($0).text, .keysOfNoSection) }
  }
}
