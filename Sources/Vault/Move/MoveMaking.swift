internal import Boxes
internal import Keyring
internal import Rules
internal import Sealing
internal import Storage

/// Opens the indexes of boxes that are to be moved, and finds the keys of what is in them. One task's own: it looks up
/// keys.
final class MoveMaking {
  private let vault: OpenPlace
  private let keys: OpenKeyring
  private let opening: IndexOpener
  private let erased: ErasedKeys
  private let gone: ErasedKeys
  /// What goes since it was kept for long enough; nil where nothing does.
  private let due: DueBundles?
  /// What goes since no key opens it; nil where nothing does.
  private let loss: LossMaking?
  /// Boxes that wait until an erasure is final.
  private(set) var waiting: UInt64 = 0
  /// Bundles that would go if no hold held them.
  private(set) var held: UInt64 = 0
  private var found: [Finding] = []
  /// The bundles of the group at hand.
  private var names: Set<BundleName> = []

  /// What keeps boxes from being moved.
  var findings: [Finding] { opening.findings + found }

  /// - Parameter gone: whose keys were erased for good.
  init(
    _ vault: OpenPlace, without gone: ErasedKeys, due: DueBundles?, loss: LossMaking?
  ) async throws {
    (self.due, self.loss) = (due, loss)
    self.vault = vault
    keys = try vault.unlocked()
    opening = try IndexOpener(vault)
    erased = try await vault.erasedKeys()
    self.gone = gone
  }

  /// What is to be carried of a group; nil where none of its boxes can be moved now.
  func job(of group: MoveGroup) async throws -> MoveJob? {
    if let loss { return try await job(giving: group, loss) }
    guard let section = keys.opened[group.classID]?.section, let key = section.sealing.key else { return nil }
    var kept = MoveGroup(classID: group.classID, year: group.year, boxes: [])
    var bundles: [MoveJob.Bundle] = []
    var leftOut: [MoveLeavings] = []
    names = []
    for box in group.boxes {
      guard let found = try await bundlesToCarry(of: box, section, as: kept.boxes.count) else { continue }
      kept.boxes.append(box)
      bundles += found.bundles
      leftOut.append(found.leftOut)
    }
    guard !kept.boxes.isEmpty, due == nil || leftOut.contains(where: { $0.bundles > 0 }) else { return nil }
    bundles.sort {
      ($0.row.subject, $0.source, $0.row.bodyOffset) < ($1.row.subject, $1.source, $1.row.bodyOffset)
    }
    return MoveJob(
      group: kept, bundles: bundles, leftOut: leftOut, epoch: section.sealing.number,
      indexKey: try KeySchedule.indexKey(epoch: key))
  }

  /// What is to be carried of a box of which something is given up; nil where nothing is to be.
  private func job(giving group: MoveGroup, _ loss: LossMaking) async throws -> MoveJob? {
    guard let box = group.boxes.first else { return nil }
    guard !loss.fronts.contains(box.ordinal) else {
      // The other one's row would count from then on.
      found.append(Finding(sharing: box))
      return nil
    }
    guard let opened = try await loss.index(of: box) else {
      return MoveJob(group: group, bundles: [], leftOut: [MoveLeavings()], epoch: 0, indexKey: nil)
    }
    guard let section = keys.opened[opened.classID]?.section, let key = section.sealing.key else {
      return nil
    }
    var leftOut = MoveLeavings()
    var isWhole = true
    var bundles: [MoveJob.Bundle] = []
    for row in opened.rows where row.isAllowed(in: box, of: vault.state) {
      switch try await loss.fate(of: row, in: box, opened) {
      case .opens(let bundle, let subject):
        bundles.append(try carried(bundle, subject, to: (section.sealing.number, key), from: 0))
      case .erased: leftOut.erased += 1
      case .shared: isWhole = false
      case .lost:
        isWhole = false
        leftOut.add(over: row.subject, in: section.id, records: row.records)
      case .unsettled(let why):
        throw VaultError(
          .refused, "a bundle in box \(box.box.hash) may open some day: \(why)", safe: "nothing was changed")
      }
    }
    guard !isWhole else {
      found.append(Finding(.ignored, Layout.box(box.box.hash).text, .nothingToGiveUp))
      return nil
    }
    return MoveJob(
      group: MoveGroup(classID: section.id, year: group.year, boxes: group.boxes), bundles: bundles,
      leftOut: [leftOut], epoch: section.sealing.number, indexKey: try KeySchedule.indexKey(epoch: key))
  }

  /// A bundle on its way to the newest epoch of its class.
  private func carried(
    _ bundle: OpenableBundle, _ subject: Secret, to epoch: (number: UInt32, key: Secret), from source: Int
  ) throws -> MoveJob.Bundle {
    MoveJob.Bundle(
      source: source, row: bundle.row, keys: bundle.keys,
      epoch: BundleEpoch(
        number: epoch.number, bundleKey: try KeySchedule.bundleKey(subject: subject, epoch: epoch.key)),
      firstEntry: bundle.firstEntry)
  }

  /// Nil where the box stays as it is.
  private func bundlesToCarry(
    of box: KnownBox, _ section: Section, as source: Int
  ) async throws -> (bundles: [MoveJob.Bundle], leftOut: MoveLeavings)? {
    guard case .opened(let opened) = try await opening.index(of: box), opened.classID == section.id else {
      return nil
    }
    let rows = opened.rows.filter { $0.isAllowed(in: box, of: vault.state) }
    // Which of two bundles of one name counts is for readers to say: the boxes with them stay, and nothing is dropped.
    guard names.isDisjoint(with: rows.map { $0.name(in: box) }) else {
      found.append(Finding(.ignored, Layout.box(box.box.hash).text, .claimsToBeOlder))
      return nil
    }
    let epochs = section.keysByEpoch
    guard let newest = section.sealing.key else { return nil }
    var bundles: [MoveJob.Bundle] = []
    var leftOut = MoveLeavings()
    for row in rows {
      if let due {
        let fate = try due.fate(of: row, in: box, section.id)
        if case .held = fate { held += 1 }
        if case .over = fate {
          leftOut.add(over: row.subject, in: section.id, records: row.records)
          continue
        }
      }
      let subject = try await keys.readableKey(of: row.subject, in: section.id)
      var opener = try BundleOpener(
        class: section.id, subject: subject, isKeyringRead: keys.hasRead(all: section.id), epochs: epochs,
        erased: erased)
      switch try opener.open(row, in: box) {
      case .opens(let bundle):
        guard let subject else { return nil }
        bundles.append(try carried(bundle, subject, to: (section.sealing.number, newest), from: source))
      case .closed(.erased):
        if gone.account(of: section.id, row.subject, check: row.keyCheck.bytes) == .erased {
          leftOut.erased += 1
        } else {
          waiting += 1
          return nil
        }
      case .closed(let reason):
        found.append(
          Finding(reason, in: box) ?? Finding(.lost, Layout.box(box.box.hash).text, .subjectKeysGone))
        return nil
      }
    }
    names.formUnion(rows.map { $0.name(in: box) })
    return (bundles, leftOut)
  }
}

extension OpenPlace {
  /// Whose keys were erased so that it can't be taken back: the generation without them is compared, and the ones that had
  /// them are removed.
  func finallyErasedKeys() async throws -> ErasedKeys {
    let final = state.erasures.values.filter { erasure in
      erasure.ended == nil
        && (try? finality(of: erasure.erased.content, entry: erasure.erased.number)) != nil
    }
    .sorted { $0.erased.number < $1.erased.number }
    var found = ErasedKeys()
    guard !final.isEmpty else { return found }
    let parts = try await sealedParts(of: final.map { ($0.erased.number, $0.leaf) })
    for erasure in final { found.take(parts[erasure.erased.number] ?? .closed, of: erasure) }
    return found
  }

  /// Bytes of bundles that were erased for good, by box.
  func deadBytes(_ file: CatalogFile, _ gone: ErasedKeys) throws -> [Int: UInt64] {
    var dead: [Int: UInt64] = [:]
    for key in gone.keys {
      for bundle in try file.rows(of: CatalogFile.customer(key.classID, key.subject))
      where bundle.row.keyCheck.bytes == key.check {
        dead[bundle.ordinal, default: 0] += bundle.row.bodyLength + bundle.row.tableLength
      }
    }
    return dead
  }
}
