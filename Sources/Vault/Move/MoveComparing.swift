internal import Boxes
internal import Keyring
internal import Rules
internal import Sealing
internal import Storage

/// No box falls on the word of whoever put others in its place: another custodian compares them first (Format.md, 4.4).
extension OpenPlace {
  /// Compares moves of others, and enters those that lack nothing. What differs is told, and stays as it is.
  /// - Parameter report: bytes read, and bytes to be read.
  /// - Returns: how many were compared and found whole.
  @discardableResult
  package func compareMovesWhereDue(
    report: @escaping @Sendable (_ bytes: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) async -> Int {
    guard isHome, let identity, let keys, keys.opened.isWhole,
      state.may(identity.publicIdentity.id, .moved)
    else { return 0 }
    // One that goes on from another one waits for that.
    let due = state.uncomparedMoves.filter { move in
      move.by != identity.publicIdentity.id
        && move.replaced.allSatisfy {
          state.moves[state.boxes[Int($0)].entry].map { $0.compared != nil } ?? true
        }
    }
    let total = due.reduce(0) { $0 + bytes(of: $1) }
    guard !due.isEmpty else { return 0 }
    var (whole, read): ([UInt64], UInt64) = ([], 0)
    do {
      let gone = try await finallyErasedKeys()
      for move in due {
        let before = read
        let problem: String?
        do { problem = try await difference(of: move, gone) { report(before + $0, total) } } catch let error
          as VaultError
          where error.code == .damaged
        {
          // What can't be looked at keeps what it replaced, and accuses nobody.
          note(.notCompared(error))
          continue
        }
        read += bytes(of: move)
        if let problem {
          note(.moveDiffers(move.entry, by: move.by, problem))
        } else {
          whole.append(move.entry)
        }
      }
      try await enterCompared(whole, as: identity)
      return whole.count
    } catch {
      try? await enterCompared(whole, as: identity)
      note(.notCompared(VaultError(telling: error) ?? VaultError(.failed, "\(error)")))
      return 0
    }
  }

  private func bytes(of move: KnownMove) -> UInt64 { move.boxes.reduce(0) { $0 + state.boxes[$1].box.size } }

  private func enterCompared(_ whole: [UInt64], as identity: Identity) async throws {
    guard !whole.isEmpty else { return }
    try await commit(as: identity) { state in
      let due = whole.filter { state.moves[$0]?.compared == nil && state.moves[$0]?.ended == nil }
      if due.isEmpty { return [] }
      return [
        OpenLedger.Draft(
          .verified(
            Verification(
              boxes: [], damaged: [], generations: [], level: .list, missing: [], moves: due,
              place: state.home,
              size: state.size, strays: 0)))
      ]
    }
  }

  /// In what the boxes of a move differ from those that they replaced; nil where nothing is lacking.
  private func difference(
    of move: KnownMove, _ gone: ErasedKeys, report: @escaping @Sendable (UInt64) -> Void
  ) async throws -> String? {
    let opening = try IndexOpener(self)
    guard let (newRows, newEpochs) = try await rows(of: move.boxes.map { $0 }, opening),
      let (oldRows, _) = try await rows(of: move.replaced.map { Int($0) }, opening)
    else { throw Self.cantBeOpened(move) }
    guard let new = newRows, let old = oldRows else { return "a bundle is there twice" }
    var newest: [Identifier: UInt32] = [:]
    for section in try unlocked().classes { newest[section.id] = section.sealing.number }
    var counted = 0
    for (name, row) in new {
      guard let before = old[name]?.row, row.row.says(same: before) else {
        return "a bundle in the new boxes isn't one of those that were replaced, or says something else"
      }
      guard row.row.epoch >= before.epoch, row.row.epoch <= newest[name.classID] ?? 0 else {
        return "a bundle is under an older epoch than it was, or under none of its class"
      }
      counted += 1
    }
    guard newEpochs.allSatisfy({ $0.value <= newest[$0.key.classID] ?? 0 }) else {
      return "an index is under an epoch that its class doesn't have"
    }
    if counted < old.count {
      for (name, row) in old where new[name] == nil {
        if gone.account(of: name.classID, row.row.subject, check: row.row.keyCheck.bytes) == .erased {
          continue
        }
        return "a bundle is missing that nothing accounts for"
      }
    }
    return try await damage(in: move, report: report)
  }

  /// By what a bundle is known, with its class.
  private struct RowName: Hashable {
    let classID: Identifier
    let bundle: BundleName
  }

  private struct BoxOfClass: Hashable {
    let ordinal: Int
    let classID: Identifier
  }

  /// The rows of some boxes, nil where two have one name, and the epochs of their indexes; nil where one can't be opened.
  private func rows(
    of ordinals: [Int], _ opening: IndexOpener
  ) async throws -> (rows: [RowName: (row: IndexRow, ordinal: Int)]?, epochs: [BoxOfClass: UInt32])? {
    var rows: [RowName: (row: IndexRow, ordinal: Int)] = [:]
    var epochs: [BoxOfClass: UInt32] = [:]
    var isUnique = true
    for box in ordinals.map({ state.boxes[$0] }) {
      try Task.checkCancellation()
      guard case .opened(let opened) = try await opening.index(of: box) else { return nil }
      epochs[BoxOfClass(ordinal: box.ordinal, classID: opened.classID)] = opened.epoch
      for row in opened.rows where row.isAllowed(in: box, of: state) {
        let name = RowName(classID: opened.classID, bundle: row.name(in: box))
        isUnique = rows.updateValue((row, box.ordinal), forKey: name) == nil && isUnique
      }
    }
    return (isUnique ? rows : nil, epochs)
  }

  /// Opens all that is in the new boxes. What is wrong there must be wrong in the replaced ones in the same way.
  private func damage(
    in move: KnownMove, report: @escaping @Sendable (UInt64) -> Void
  ) async throws -> String? {
    let new = move.boxes.map { state.boxes[$0] }
    let check = try await checkBoxes(new) { bytes, _ in report(bytes) }
    // What rotted, or can't be had for now, is no custodian's doing.
    guard check.damaged.isEmpty, !check.findings.contains(where: { $0.kind == .unread }) else {
      throw Self.cantBeOpened(move)
    }
    let wrong = check.findings.filter { $0.concernsRecords }
    guard check.closed == 0, check.erasedOrLost == 0, !wrong.contains(where: { $0.kind == .lost }) else {
      return "something in the new boxes opens with no key"
    }
    guard !wrong.isEmpty else { return nil }
    let before = try await checkBoxes(move.replaced.map { state.boxes[Int($0)] }) { _, _ in }
    let known = Set(before.findings.map { WrongPart(of: $0) })
    let isOld = wrong.allSatisfy { known.contains(WrongPart(of: $0)) }
    return isOld ? nil : "something in the new boxes isn't as it was in those that were replaced"
  }

  private static func cantBeOpened(_ move: KnownMove) -> VaultError {
    VaultError(
      .damaged, "boxes of the move of entry \(move.entry) can't be opened", safe: "nothing of them is erased",
      hint: .verifyThenRepair)
  }

  private struct WrongPart: Hashable {
    let kind: String
    let part: String
    let reason: String

    init(of finding: Finding) {
      kind = "\(finding.kind)"
      part = "\(finding.part)"
      reason = "\(finding.reason)"
    }
  }
}

extension IndexRow {
  /// Whether it says the same of a bundle as another row, wherever they lie and whatever they are sealed under.
  fileprivate func says(same other: IndexRow) -> Bool {
    bundle == other.bundle && subject == other.subject && records == other.records && content == other.content
      && keyCheck == other.keyCheck
  }
}
