internal import Boxes
internal import Keyring
internal import Rules
internal import Sealing
internal import Storage

/// What comes of comparing a move with what it replaced.
struct MoveDifference {
  /// What is wrong; nil where nothing is.
  var problem: String?
  /// What it rightly leaves out.
  var leftOut = MoveLeavings()
}

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
    // What is left out for good a person looks at.
    let due = state.uncomparedMoves.filter { move in
      move.by != identity.publicIdentity.id && !move.reason.takesAPerson && !waitsForAnother(move)
    }
    let total = due.reduce(0) { $0 + bytes(of: $1) }
    guard !due.isEmpty else { return 0 }
    var (whole, read): ([UInt64], UInt64) = ([], 0)
    do {
      let gone = try await finallyErasedKeys()
      for move in due {
        let before = read
        let problem: String?
        do {
          problem = try await difference(of: move, gone) { report(before + $0, total) }.problem
        } catch let error
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
      _ = try? await enterCompared(whole, as: identity)
      note(.notCompared(VaultError(telling: error) ?? VaultError(.failed, "\(error)")))
      return 0
    }
  }

  /// The boxes of a move, and those that other moves put in the place of these.
  private func successors(of move: KnownMove) -> Set<Int> {
    var found = Set(move.boxes)
    var open = Array(move.boxes)
    while let ordinal = open.popLast() {
      guard let later = state.move(replacing: state.boxes[ordinal]) else { continue }
      for box in later.boxes where found.insert(box).inserted { open.append(box) }
    }
    return found
  }

  /// Whether it goes on from another one that nobody has compared.
  func waitsForAnother(_ move: KnownMove) -> Bool { state.uncomparedOrigin(of: move) != nil }

  private func bytes(of move: KnownMove) -> UInt64 { move.boxes.reduce(0) { $0 + state.boxes[$1].box.size } }

  /// - Parameter basis: on what it hangs that they are right, where it hangs on anything that may change.
  @discardableResult
  func enterCompared(
    _ whole: [UInt64], as identity: Identity, on basis: LookBasis? = nil
  ) async throws -> Range<UInt64> {
    guard !whole.isEmpty else { return 0..<0 }
    return try await commit(as: identity) { state in
      if let basis, basis != LookBasis(state) { return [] }
      let due = whole.filter { state.moves[$0].map { $0.isToBeLookedAt(in: state) } ?? false }
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

  /// In what the boxes of a move differ from those that they replaced.
  /// - Parameters:
  ///   - due: what was kept for long enough; needed where the move disposes of some.
  ///   - loss: what no key opens; needed where the move gives it up.
  func difference(
    of move: KnownMove, _ gone: ErasedKeys, _ due: DueBundles? = nil,
    _ loss: LossMaking? = nil, report: @escaping @Sendable (UInt64) -> Void
  ) async throws -> MoveDifference {
    if let loss { return try await difference(of: move, gone, loss, report: report) }
    let opening = try IndexOpener(self)
    guard let (newRows, newEpochs) = try await rows(of: move.boxes.map { $0 }, opening),
      let (oldRows, _) = try await rows(of: move.replaced.map { Int($0) }, opening)
    else { throw Self.cantBeOpened(move) }
    guard let new = newRows, let old = oldRows else {
      return MoveDifference(problem: "a bundle is there twice")
    }
    if let problem = try odd(new, newEpochs, beside: old) { return MoveDifference(problem: problem) }
    if let problem = try await shown(by: move, beside: old) { return MoveDifference(problem: problem) }
    var found = MoveDifference()
    if new.count < old.count {
      for (name, row) in old where new[name] == nil {
        found.problem = try account(for: row.row, name, in: state.boxes[row.ordinal], gone, due, &found)
        if found.problem != nil { return found }
      }
    }
    if due != nil, try await statement(of: move) != found.leftOut.statement {
      return MoveDifference(problem: "its entry says otherwise of what it leaves out")
    }
    found.problem = try await damage(in: move, report: report)
    return found
  }

  /// What counts by a move that didn't before; nil where nothing does. Where what is given up is there twice, the other one,
  /// which goes before it, counted before.
  private func shown(by move: KnownMove, beside old: Rows) async throws -> String? {
    let allowed = successors(of: move)
    let (file, _) = try await updatedCatalog(whole: true)
    let beside = move.reason == .lost ? [] : try await boxesBesideLoss(file)
    guard allowed.isDisjoint(with: beside) else {
      return "a bundle that was given up in another box isn't removed yet"
    }
    for (name, row) in old {
      let counting = try file.box(of: name.bundle.bundle, first: name.bundle.firstEntry, in: name.classID)
      guard let counting, !allowed.contains(counting) else { continue }
      if move.reason == .lost, counting < row.ordinal { continue }
      return "a bundle of the same name in another box counts since, which didn't before"
    }
    return nil
  }

  /// The same, of a move that gives up what no key opens.
  private func difference(
    of move: KnownMove, _ gone: ErasedKeys, _ loss: LossMaking, report: @escaping @Sendable (UInt64) -> Void
  ) async throws -> MoveDifference {
    let opening = try IndexOpener(self)
    guard case let (new?, epochs)? = try await rows(of: Array(move.boxes), opening) else {
      return MoveDifference(problem: "the new boxes can't be opened, or have a bundle twice")
    }
    // What was there, and of that what was carried.
    var (all, old, found): (Rows, Rows, MoveDifference) = ([:], [:], MoveDifference())
    for box in move.replaced.map({ state.boxes[Int($0)] }) {
      guard let opened = try await loss.index(of: box) else { continue }
      for row in opened.rows where row.isAllowed(in: box, of: state) {
        let name = BundleOfClass(classID: opened.classID, bundle: row.name(in: box))
        all[name] = (row, box.ordinal)
        guard new[name] == nil else {
          old[name] = (row, box.ordinal)
          continue
        }
        switch try await loss.fate(of: row, in: box, opened) {
        case .opens: found.problem = "a bundle is missing that opens"
        case .unsettled(let why): found.problem = "a bundle is missing that may open some day: \(why)"
        case .erased: found.leftOut.erased += 1
        case .shared: break
        case .lost: found.leftOut.add(over: row.subject, in: opened.classID, records: row.records)
        }
        if found.problem != nil { return found }
      }
    }
    found.problem = try odd(new, epochs, beside: old)
    if found.problem == nil { found.problem = try await shown(by: move, beside: all) }
    if found.problem == nil, try await statement(of: move) != found.leftOut.statement {
      found.problem = "its entry says otherwise of what it leaves out"
    }
    if found.problem == nil { found.problem = try await damage(in: move, report: report) }
    return found
  }

  /// What a move that leaves something out for good says of itself; nil where it says nothing, or that can't be read.
  func statement(of move: KnownMove) async throws -> DisposalStatement? {
    guard move.reason.takesAPerson,
      case .opened(let part) = try await sealedPart(of: move.entry, leaf: move.leaf)
    else { return nil }
    return try? DisposalStatement(part)
  }

  /// What is in new boxes that wasn't in the old ones, or was otherwise; nil where nothing is.
  private func odd(_ new: Rows, _ epochs: [BoxOfClass: UInt32], beside old: Rows) throws -> String? {
    var newest: [Identifier: UInt32] = [:]
    for section in try unlocked().classes { newest[section.id] = section.sealing.number }
    for (name, row) in new {
      guard let before = old[name]?.row, row.row.says(same: before) else {
        return "a bundle in the new boxes isn't one of those that were replaced, or says something else"
      }
      guard row.row.epoch >= before.epoch, row.row.epoch <= newest[name.classID] ?? 0 else {
        return "a bundle is under an older epoch than it was, or under none of its class"
      }
    }
    return epochs.allSatisfy { $0.value <= newest[$0.key.classID] ?? 0 }
      ? nil : "an index is under an epoch that its class doesn't have"
  }

  /// Accounts for a bundle that is missing; says why nothing does.
  private func account(
    for row: IndexRow, _ name: BundleOfClass, in box: KnownBox, _ gone: ErasedKeys, _ due: DueBundles?,
    _ found: inout MoveDifference
  ) throws -> String? {
    let fate = try due?.fate(of: row, in: box, name.classID)
    if case .over? = fate {
      found.leftOut.add(over: row.subject, in: name.classID, records: row.records)
      return nil
    }
    if gone.account(of: name.classID, row.subject, check: row.keyCheck.bytes) == .erased {
      found.leftOut.erased += 1
      return nil
    }
    return switch fate {
    case .held?: "a bundle is missing that a hold holds"
    case .kept(let until)?:
      "a bundle is missing that is kept " + (until.map { "until the end of \($0)" } ?? "for ever")
    case .over?, nil: "a bundle is missing that nothing accounts for"
    }
  }

  private typealias Rows = [BundleOfClass: (row: IndexRow, ordinal: Int)]

  private struct BoxOfClass: Hashable {
    let ordinal: Int
    let classID: Identifier
  }

  /// The rows of some boxes, nil where two have one name, and the epochs of their indexes; nil where one can't be opened.
  private func rows(
    of ordinals: [Int], _ opening: IndexOpener
  ) async throws -> (rows: Rows?, epochs: [BoxOfClass: UInt32])? {
    var rows: Rows = [:]
    var epochs: [BoxOfClass: UInt32] = [:]
    var isUnique = true
    for box in ordinals.map({ state.boxes[$0] }) {
      try Task.checkCancellation()
      guard case .opened(let opened) = try await opening.index(of: box) else { return nil }
      epochs[BoxOfClass(ordinal: box.ordinal, classID: opened.classID)] = opened.epoch
      for row in opened.rows where row.isAllowed(in: box, of: state) {
        let name = BundleOfClass(classID: opened.classID, bundle: row.name(in: box))
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

extension KnownMove {
  /// Whether somebody has still to say that it is right: nobody has, or not since a hold or a policy came.
  func isToBeLookedAt(in state: LedgerState) -> Bool {
    ended == nil && (compared == nil || state.waitsForLook(self) != nil)
  }
}

extension IndexRow {
  /// Whether it says the same of a bundle as another row, wherever they lie and whatever they are sealed under.
  fileprivate func says(same other: IndexRow) -> Bool {
    bundle == other.bundle && subject == other.subject && records == other.records && content == other.content
      && keyCheck == other.keyCheck
  }
}
