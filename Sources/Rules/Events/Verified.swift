public import Sealing

/// How thoroughly something was verified; each level includes the ones before.
public enum VerifyLevel: String, Hashable, Sendable, CaseIterable, Comparable {
  case list, hash, open, restore, drill

  private var depth: Int {
    switch self {
    case .list: 0
    case .hash: 1
    case .open: 2
    case .restore: 3
    case .drill: 4
    }
  }

  /// Less thorough first.
  public static func < (left: VerifyLevel, right: VerifyLevel) -> Bool { left.depth < right.depth }
}

/// Members of `verified`.
public struct Verification: Hashable, Sendable {
  /// Ordinals of the boxes looked at: ascending, not touching.
  public let boxes: [ClosedRange<UInt64>]
  /// Objects found damaged.
  public let damaged: [Digest]
  /// Generations looked at.
  public let generations: [UInt64]
  /// Generations that were compared with the ones before them and lack nothing of those; ascending.
  public let keyrings: [UInt64]
  /// How thoroughly.
  public let level: VerifyLevel
  /// Objects that should be there and aren't.
  public let missing: [Digest]
  /// Moves whose boxes were compared with those that they replaced, and lack nothing of them; ascending.
  public let moves: [UInt64]
  /// The place.
  public let place: Identifier
  /// The ledger size that it was compared with.
  public let size: UInt64
  /// How many objects nothing names.
  public let strays: UInt64

  /// What was verified and found.
  public init(
    boxes: [ClosedRange<UInt64>], damaged: [Digest], generations: [UInt64], keyrings: [UInt64] = [],
    level: VerifyLevel, missing: [Digest], moves: [UInt64] = [], place: Identifier, size: UInt64,
    strays: UInt64
  ) {
    self.boxes = boxes
    self.damaged = damaged
    self.generations = generations
    self.keyrings = keyrings
    self.level = level
    self.missing = missing
    self.moves = moves
    self.place = place
    self.size = size
    self.strays = strays
  }
}

extension Verification: EventContent {
  static let name = EventName.verified
  static let memberNames: [String] = [
    "boxes", "damaged", "generations", "keyrings", "level", "missing", "moves", "place", "size", "strays",
  ]
  static let roles: Set<Role> = [.custodian, .operator, .clerk, .auditor]

  init(_ object: JSONObject) throws(Malformed) {
    boxes = try object.ranges("boxes")
    damaged = try object.digests("damaged")
    generations = try object.integers("generations")
    keyrings = try object.ascending("keyrings")
    moves = try object.ascending("moves")
    level = try object.choice("level", of: VerifyLevel.self)
    missing = try object.digests("missing")
    place = try object.identifier("place")
    size = try object.integer("size")
    strays = try object.integer("strays")
  }

  var members: JSONObject {
    JSONObject([
      "boxes": .array(boxes.map { .array([.integer($0.lowerBound), .integer($0.upperBound)]) }),
      "damaged": .array(damaged.map(\.value)), "generations": .array(generations.map { .integer($0) }),
      "keyrings": .array(keyrings.map { .integer($0) }),
      "level": .string(level.rawValue), "missing": .array(missing.map(\.value)),
      "moves": .array(moves.map { .integer($0) }), "place": .string(place.hex), "size": .integer(size),
      "strays": .integer(strays),
    ])
  }

  /// Who opens no keyring whole compares nothing.
  var everyRole: Set<Role> { keyrings.isEmpty && moves.isEmpty ? Self.roles : [.custodian] }

  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    guard rule == .generation else { return nil }
    let present = state.generation?.number ?? 0
    if let odd = keyrings.first(where: { $0 < 2 || $0 > present }) {
      return "it compared generation \(odd), which isn't one that follows another"
    }
    for number in moves {
      guard let move = state.moves[number], move.ended == nil else {
        return "entry \(number), which it compared, is no `moved` that holds"
      }
      // Else one that loses something couldn't be taken back for a good one on top of it.
      if let origin = state.uncomparedOrigin(of: move, besides: moves) {
        return "it compared entry \(number) without entry \(origin), from which that one goes on"
      }
    }
    return nil
  }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    for number in keyrings { state.generations[Int(number) - 1].wasCompared(by: entry) }
    for number in moves { state.moves[number]?.wasCompared(by: entry, settled: state.time.newest) }
    if !moves.isEmpty { state.movesKnown = entry.number + 1 }
    // Of a place that no entry names nothing hangs on it.
    guard state.places[place] != nil || place == state.home else { return }
    let unsound = Set((damaged + missing).compactMap { state.box($0)?.ordinal }).sorted()
    let known = holdingSound(but: unsound, in: state)
    let isCustodian = state.identities[entry.by]?.roles.contains(.custodian) ?? false
    state.places[place, default: KnownPlace(place)].claims.note(
      sound: known.boxes, unsound: unsound.map { UInt32($0) }, by: entry.by, level: level,
      entry: entry.number,
      byCustodian: isCustodian)
    state.places[place]?.verifications.append(entry.holding(known), keepingNewest: 1000)
    let maySay = !Set(state.identities[entry.by]?.roles ?? []).isDisjoint(with: [.custodian, .operator])
    if maySay, level >= .hash, let oldest = known.generations.first {
      state.places[place]?.keysSeen = KeysSeen(entry: entry.number, oldest: oldest)
    }
  }

  /// This, with the ranges of boxes that it found sound: without those that it didn't, and cut to the boxes that there
  /// are, since nobody has verified what isn't there yet.
  private func holdingSound(but unsound: [Int], in state: LedgerState) -> Verification {
    let count = state.boxes.count
    var sound: [ClosedRange<UInt64>] = []
    var next = 0
    for range in boxes where range.lowerBound < UInt64(count) {
      var from = range.lowerBound
      let end = min(range.upperBound, UInt64(count) - 1)
      while next < unsound.count, UInt64(unsound[next]) < from { next += 1 }
      while next < unsound.count, UInt64(unsound[next]) <= end {
        let other = UInt64(unsound[next])
        if from < other { sound.append(from...other - 1) }
        from = other + 1
        next += 1
      }
      if from <= end { sound.append(from...end) }
    }
    let known = Set(generations).filter { $0 >= 1 && $0 <= UInt64(state.generations.count) }.sorted()
    return Verification(
      boxes: sound, damaged: [], generations: known, level: level, missing: [], place: place,
      size: size,
      strays: strays)
  }

  var summary: String {
    let compared = keyrings.map(String.init).joined(separator: ", ")
    return
      "place \(place.hex.prefix(8)), level \(level.rawValue): \(damaged.count) damaged, \(missing.count) missing, \(strays) strays"
      + (keyrings.isEmpty ? "" : "; generation \(compared) lacks nothing of what it replaced")
      + (moves.isEmpty
        ? "" : "; what entry \(moves.map(String.init).joined(separator: ", ")) moved lacks nothing")
  }
}

extension Verification: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    boxes = try rows.list { rows throws(FoldReader.Torn) in
      let (from, to) = (try rows.number(), try rows.number())
      guard from <= to else { throw FoldReader.Torn() }
      return from...to
    }
    damaged = try rows.list { rows throws(FoldReader.Torn) in try rows.digest() }
    generations = try rows.list { rows throws(FoldReader.Torn) in try rows.number() }
    keyrings = try rows.list { rows throws(FoldReader.Torn) in try rows.number() }
    level = try rows.choice()
    missing = try rows.list { rows throws(FoldReader.Torn) in try rows.digest() }
    moves = try rows.list { rows throws(FoldReader.Torn) in try rows.number() }
    place = try rows.identifier()
    size = try rows.number()
    strays = try rows.number()
  }

  func write(to rows: inout FoldWriter) {
    rows.list(boxes) { rows, range in
      rows.number(range.lowerBound)
      rows.number(range.upperBound)
    }
    rows.list(damaged) { rows, digest in rows.digest(digest) }
    rows.list(generations) { rows, generation in rows.number(generation) }
    rows.list(keyrings) { rows, generation in rows.number(generation) }
    rows.choice(level)
    rows.list(missing) { rows, digest in rows.digest(digest) }
    rows.list(moves) { rows, move in rows.number(move) }
    rows.identifier(place)
    rows.number(size)
    rows.number(strays)
  }
}
