internal import Boxes
internal import Keyring
internal import Rules
public import Sealing
internal import Storage

/// What is to be said of a bundle that is to be given up.
enum LossFate: Sendable {
  /// It opens, with its customer's key, and stays.
  case opens(OpenableBundle, subject: Secret)
  /// Its customer was erased for good.
  case erased
  /// No key opens it.
  case lost
  /// Another box has one by the same name, which counts.
  case shared
  /// It can't be told, or may change.
  case unsettled(String)
}

/// Finds out what in boxes no key opens, whoever hides what: the keyring is settled (Format.md, 4.4). One task's own.
final class LossMaking {
  private let vault: OpenPlace
  private let keys: OpenKeyring
  private let file: CatalogFile
  private let opening: IndexOpener
  private let erased: ErasedKeys
  private let gone: ErasedKeys
  /// Boxes with a bundle that counts instead of another one, which lies in a box that is live, or was given up and is there
  /// still.
  let fronts: Set<Int>

  /// - Throws: `VaultError` `.refused` where a key that isn't there may come back.
  init(_ vault: OpenPlace, _ file: CatalogFile, _ gone: ErasedKeys) async throws {
    self.vault = vault
    self.file = file
    self.gone = gone
    keys = try vault.unlocked()
    opening = try IndexOpener(vault)
    erased = try await vault.erasedKeys()
    fronts = try await SharedBundles(file, of: vault).fronts.union(vault.boxesBesideLoss(file))
    try await vault.requireSettledKeyring()
  }

  /// A box's index; nil where no key opens it.
  /// - Throws: `VaultError` `.refused` where the box isn't there as its name says.
  func index(of box: KnownBox) async throws -> OpenedIndex? {
    guard try await BoxReading.isSound(box, in: vault.place.store) else {
      throw VaultError(
        .refused, "box \(box.box.hash) isn't there as its name says, and may be whole elsewhere",
        safe: "nothing was changed", hint: .verifyThenRepair)
    }
    switch try await opening.index(of: box) {
    case .opened(let opened): return opened
    case .closed: return nil
    case .unreadable:
      throw VaultError(
        .refused, "the index of box \(box.box.hash) can't be read", safe: "nothing was changed")
    }
  }

  /// What is to be said of a bundle of a box.
  func fate(of row: IndexRow, in box: KnownBox, _ opened: OpenedIndex) async throws -> LossFate {
    let name = row.name(in: box)
    let other = try file.box(of: name.bundle, first: name.firstEntry, in: opened.classID)
    if let other, other != box.ordinal, try await counts(name, in: other, before: box, opened.classID) {
      return .shared
    }
    guard let section = keys.opened[opened.classID]?.section else {
      return .unsettled("its class isn't open")
    }
    let subject = try await keys.readableKey(of: row.subject, in: section.id)
    var opener = try BundleOpener(
      class: section.id, subject: subject, isKeyringRead: keys.hasRead(all: section.id),
      epochs: section.keysByEpoch, erased: erased)
    switch try opener.open(row, in: box) {
    case .opens(let bundle):
      guard let subject else { return .unsettled("not every key can be read") }
      return .opens(bundle, subject: subject)
    case .closed(.erased):
      return gone.account(of: section.id, row.subject, check: row.keyCheck.bytes) == .erased
        ? .erased : .unsettled("an erasure isn't final yet")
    case .closed(.subjectKeyGone), .closed(.epochKeyGone): return .lost
    case .closed(.erasedOrLost), .closed(.subjectKeyUnread): return .unsettled("not every key can be read")
    }
  }

  /// Whether a box that goes before, and that stays, has a bundle by this name.
  private func counts(
    _ name: BundleName, in ordinal: Int, before box: KnownBox, _ classID: Identifier
  ) async throws -> Bool {
    let other = vault.state.boxes[ordinal]
    if let origin = vault.state.moves[other.entry], origin.compared == nil { return false }
    guard other.isLiveNow, ordinal < box.ordinal,
      case .opened(let opened) = try await opening.index(of: other), opened.classID == classID
    else { return false }
    return opened.rows.contains { $0.isAllowed(in: other, of: vault.state) && $0.name(in: other) == name }
  }
}

/// By what a bundle is known, with its class.
struct BundleOfClass: Hashable {
  let classID: Identifier
  let bundle: BundleName
}

extension OpenPlace {
  /// Refuses to take a key for gone while it may come back.
  func requireSettledKeyring() async throws {
    let keys = try unlocked()
    try await keys.readEveryPage()
    let why: String?
    if !keys.opened.isWhole {
      why = "this identity doesn't open every section"
    } else if !keys.unusable.isEmpty {
      why = "pages of keys can't be read"
    } else if let known = state.uncompared.first {
      why = "nobody has compared keyring generation \(known.number)"
    } else {
      let held = state.superseded.first { !state.wasRemoved($0.file, .keyring) }
      why = held.map { "keyring generation \($0.number) isn't removed yet" }
    }
    guard let why else { return }
    throw VaultError(
      .refused, "a key that isn't there may come back: \(why)", safe: "nothing was changed",
      hint: .eraseSuperseded)
  }

  /// Boxes of which a move gave bundles up for others by the same name, and that are there still: these others stay where
  /// they are until then.
  func boxesBesideLoss(_ file: CatalogFile) async throws -> Set<Int> {
    var found: Set<Int> = []
    let opening = try IndexOpener(self)
    for move in state.standingMoves where move.reason == .lost {
      let given = move.replaced.map { state.boxes[Int($0)] }.filter { !state.wasRemoved($0.box.hash, .box) }
      guard !given.isEmpty else { continue }
      let carried = try await names(in: move.boxes.map { state.boxes[$0] }, opening)
      for name in try await names(in: given, opening).subtracting(carried) {
        if let other = try file.box(of: name.bundle.bundle, first: name.bundle.firstEntry, in: name.classID) {
          found.insert(other)
        }
      }
    }
    return found
  }

  /// What is in boxes that can be read.
  private func names(in boxes: [KnownBox], _ opening: IndexOpener) async throws -> Set<BundleOfClass> {
    var found: Set<BundleOfClass> = []
    for box in boxes {
      guard case .opened(let opened) = try await opening.index(of: box) else { continue }
      for row in opened.rows where row.isAllowed(in: box, of: state) {
        found.insert(BundleOfClass(classID: opened.classID, bundle: row.name(in: box)))
      }
    }
    return found
  }

  /// Boxes by their digests, or by their names as findings have them.
  public func boxes(named names: [String]) throws -> [Digest] {
    try names.map { name in
      let digits = name.split(separator: "/").last.map(String.init) ?? name
      guard let digest = Digest(hex: digits), let box = state.box(digest), box.isLiveNow else {
        throw VaultError(
          .input, "that is no box of the vault, or others stand in its place",
          safe: "nothing was changed", hint: "name it as a finding does")
      }
      return digest
    }
  }
}
