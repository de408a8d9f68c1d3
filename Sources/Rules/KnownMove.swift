public import Sealing

/// A `moved` that counts.
public struct KnownMove: Hashable, Sendable {
  /// Its number.
  public let entry: UInt64
  /// Who made it.
  public let by: Identifier
  /// When, as they said.
  public let time: UInt64
  /// Why.
  public let reason: BoxMove.Reason
  /// The leaf of its entry, whose sealed part says what it leaves out.
  package let leaf: Digest
  /// The ordinals of its boxes.
  package let boxes: Range<Int>
  /// The ordinals of the boxes that it replaced, ascending.
  package let replaced: [UInt32]
  /// The settled time of the entry. From then on the hold-back of what it replaced runs.
  package internal(set) var since: UInt64
  /// The entry by which another custodian said that nothing is lacking; its own where nobody else could; nil while nobody
  /// has.
  public internal(set) var compared: UInt64?
  /// The settled time of the newest entry by which somebody looked.
  package internal(set) var lookedSince: UInt64?
  /// The newest entry by which somebody said so who may; its own where nobody else could and nobody has since.
  package internal(set) var looked: UInt64?
  /// The entry that took it back; nil while none has.
  public internal(set) var ended: UInt64?

  /// A custodian found nothing missing. Nobody says so of their own, but where nobody else could.
  mutating func wasCompared(by entry: EnteredAs, settled: UInt64) {
    guard compared == self.entry || entry.by != by else { return }
    // Each look begins the hold-back anew: whoever sees it has time to object.
    (looked, lookedSince) = (entry.number, settled)
    if compared == nil { compared = entry.number }
  }

  /// How long what it replaced is kept at least, whatever the policy says: in seconds.
  package var leastHoldBack: UInt64 { reason == .rewritten ? 3600 : 86_400 }
}

/// What moves say of boxes.
extension LedgerState {
  /// The moves that hold, in order.
  package var standingMoves: [KnownMove] {
    moves.values.filter { $0.ended == nil }.sorted { $0.entry < $1.entry }
  }

  /// Those that no other custodian has compared yet, in order.
  public var uncomparedMoves: [KnownMove] { standingMoves.filter { $0.compared == nil } }

  /// The move that replaced a box; nil where it is live, or belongs to a move that was taken back.
  package func move(replacing box: KnownBox) -> KnownMove? {
    box.replaced.flatMap { moves[$0] }
  }

  /// Why rule 9 keeps a box from being removed; nil where it doesn't: others stand in its place for long enough, and
  /// somebody compared them with it; or it belongs to a move that was taken back.
  /// - Parameters:
  ///   - time: when, as the entry says.
  ///   - remover: who makes the entry.
  package func keeps(_ box: KnownBox, at time: UInt64, by remover: Identifier) -> String? {
    if box.isLiveNow { return "box \(box.box.hash) is live" }
    guard let move = move(replacing: box) else { return nil }
    if move.compared == nil {
      return "nobody has compared the move of entry \(move.entry), which replaced box \(box.box.hash)"
    }
    if let origin = moves[box.entry], origin.compared == nil, origin.ended == nil {
      return "nobody has compared the move of entry \(origin.entry), which brought box \(box.box.hash)"
    }
    if let origin = pendingLeaving(bringing: box) {
      return "what entry \(origin) left out, which brought box \(box.box.hash), isn't removed yet"
    }
    if let newer = waitsForLook(move) {
      return "nobody has looked at the move of entry \(move.entry) since entry \(newer)"
    }
    let isOver = isHoldBackOver(of: move, at: time, by: remover)
    return isOver
      ? nil : "the hold-back of box \(box.box.hash), which entry \(move.entry) replaced, isn't over"
  }

  /// Whether the hold-back of what a move replaced is over, by what entries state. What is left out for good doesn't go by the
  /// word of whoever removes it, where another custodian is there.
  package func isHoldBackOver(of move: KnownMove, at time: UInt64, by remover: Identifier) -> Bool {
    let length = max(policy.holdback * 3600, move.leastHoldBack)
    guard move.reason != .rewritten else {
      let now = max(time, self.time.newest)
      return now - min(now, move.since) >= length
    }
    let others = activeCustodians.filter { $0 != remover }
    let now = others.isEmpty ? max(time, self.time.newest) : others.compactMap(self.time.stated).max() ?? 0
    let start = max(move.since, move.lookedSince ?? .max)
    return now >= start && now - start >= length
  }

  /// The leaving move that brought a box, isn't ended, and has something of what it replaced that isn't removed.
  package func pendingLeaving(bringing box: KnownBox) -> UInt64? {
    guard let origin = moves[box.entry], origin.ended == nil, origin.reason != .rewritten,
      origin.replaced.contains(where: { !wasRemoved(boxes.hash(Int($0)), .box) })
    else { return nil }
    return origin.entry
  }

  /// A hold in force, a policy or a time that was put back, behind the newest entry by which somebody said that a move
  /// rightly leaves something out: what it left out may have to stay by that. Nil where there is none, and for a move that
  /// leaves nothing out.
  package func waitsForLook(_ move: KnownMove) -> UInt64? {
    guard move.reason != .rewritten, let looked = move.looked else { return nil }
    if policyEntry > looked { return policyEntry }
    if let back = time.putBack, back > looked { return back }
    return holds.filter { $0.value.ended == nil && $0.key > looked }.keys.min()
  }

  /// A move that nobody has compared and that brought what another one replaced; of several one that isn't among these.
  package func uncomparedOrigin(of move: KnownMove, besides known: [UInt64] = []) -> UInt64? {
    move.replaced.lazy.compactMap { moves[boxes[Int($0)].entry] }
      .first { $0.compared == nil && $0.ended == nil && !known.contains($0.entry) }?.entry
  }

  /// What stands in the place of a move's boxes: each of them, or what replaced it in turn.
  package func successors(of move: KnownMove) -> Set<Int> {
    var found: Set<Int> = []
    var seen: Set<UInt64> = [move.entry]
    var open = [move]
    while let next = open.popLast() {
      for ordinal in next.boxes {
        // What replaced it may turn out to be nothing until somebody compared it, and may be taken back until it is
        // removed: till then the box itself is needed.
        guard let later = self.move(replacing: boxes[ordinal]), later.compared != nil,
          wasRemoved(boxes.hash(ordinal), .box)
        else {
          found.insert(ordinal)
          continue
        }
        if seen.insert(later.entry).inserted { open.append(later) }
      }
    }
    return found
  }

  /// What a copy is to hold: what is live at a size, and what moves replaced below it that nobody has compared, since what
  /// replaced it may turn out to be nothing; and what was disposed of and isn't removed, since that may be taken back.
  package func boxesToCopy(at size: UInt64) -> SomeBoxes {
    let below = standingMoves.filter { $0.entry < size }
    let waiting = Set(
      below.filter { $0.compared == nil }.flatMap(\.replaced)
        + below.filter { $0.reason != .rewritten }.flatMap(\.replaced).filter {
          !wasRemoved(boxes.hash(Int($0)), .box)
        })
    guard !waiting.isEmpty else { return liveBoxes(at: size) }
    return SomeBoxes(boxes, before: boxes.count).selecting {
      $0.isLive(at: size) || waiting.contains(UInt32($0.ordinal))
    }
  }

  /// Which of two live boxes goes before the other where a bundle is in both (Format 3.1): the lower one.
  package func rank(of box: KnownBox) -> Int {
    guard let move = moves[box.entry], move.compared == nil else { return box.ordinal }
    return 1 << 40 + box.ordinal
  }

  /// Whether an entry is a `sealed` one that counts, and so can be the first one that named a bundle.
  package func isSealed(_ entry: UInt64) -> Bool { sealing(of: entry) != nil }

  /// Why a `moved` can't be taken back; nil if it can.
  func cannotEnd(_ move: KnownMove) -> String? {
    if let ended = move.ended { return "the move of entry \(move.entry) was ended by entry \(ended)" }
    for ordinal in move.replaced where wasRemoved(boxes.hash(Int(ordinal)), .box) {
      return "box \(boxes.hash(Int(ordinal))), which entry \(move.entry) replaced, was removed"
    }
    return move.boxes.first { !boxes[$0].isLiveNow }.map {
      "box \(boxes.hash($0)) of entry \(move.entry) was replaced since"
    }
  }

  /// Takes a move back: from now on what it replaced is live again, and its boxes aren't.
  mutating func end(_ number: UInt64, by entry: UInt64) {
    guard let move = moves[number] else { return }
    moves[number]?.ended = entry
    for ordinal in move.replaced { boxes.restore(Int(ordinal), from: number, by: entry) }
    for ordinal in move.boxes { boxes.replace(ordinal, by: entry) }
    (moved, movesKnown) = (entry + 1, entry + 1)
  }
}

extension KnownMove: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    entry = try rows.number()
    by = try rows.identifier()
    time = try rows.number()
    reason = try rows.choice()
    leaf = try rows.digest()
    let (from, to) = (try rows.number(), try rows.number())
    guard from <= to, let end = Int(exactly: to) else { throw FoldReader.Torn() }
    boxes = Int(from)..<end
    replaced = try rows.list { rows throws(FoldReader.Torn) in
      guard let ordinal = UInt32(exactly: try rows.number()) else { throw FoldReader.Torn() }
      return ordinal
    }
    since = try rows.number()
    compared = try rows.optionalNumber()
    lookedSince = try rows.optionalNumber()
    looked = try rows.optionalNumber()
    ended = try rows.optionalNumber()
  }

  func write(to rows: inout FoldWriter) {
    rows.number(entry)
    rows.identifier(by)
    rows.number(time)
    rows.choice(reason)
    rows.digest(leaf)
    rows.number(UInt64(boxes.lowerBound))
    rows.number(UInt64(boxes.upperBound))
    rows.list(replaced) { rows, ordinal in rows.number(UInt64(ordinal)) }
    rows.number(since)
    rows.number(compared)
    rows.number(lookedSince)
    rows.number(looked)
    rows.number(ended)
  }
}
