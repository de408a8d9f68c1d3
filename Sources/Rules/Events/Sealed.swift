internal import Boxes
public import Sealing

/// Members of `sealed`.
public struct SealedBoxes: Hashable, Sendable {
  /// One box.
  public struct Box: Hashable, Sendable {
    /// SHA-256 of its bytes, which is its name.
    public let hash: Digest
    /// SHA-256 of its index's bytes.
    public let index: Digest
    /// Where its index begins.
    package let offset: UInt64
    /// Its bytes.
    public let size: UInt64
    /// The year at whose end its records' retention ends.
    package let year: UInt64

    /// A box.
    public init(hash: Digest, index: Digest, offset: UInt64, size: UInt64, year: UInt64) {
      self.hash = hash
      self.index = index
      self.offset = offset
      self.size = size
      self.year = year
    }
  }

  /// At least one, each once.
  public let boxes: [Box]
  /// The present generation.
  public let generation: UInt64

  /// Boxes sealed with a generation's epochs.
  public init(boxes: [Box], generation: UInt64) {
    self.boxes = boxes
    self.generation = generation
  }
}

extension SealedBoxes: EventContent {
  static let name = EventName.sealed
  static let memberNames: [String] = ["boxes", "generation"]
  static let roles: Set<Role> = [.custodian, .archivist]

  init(_ object: JSONObject) throws(Malformed) {
    generation = try object.integer("generation", in: EventBounds.generation)
    boxes = try object.boxes("boxes")
    try object.require(!boxes.isEmpty, "boxes", "is empty")
  }

  var members: JSONObject {
    JSONObject([
      "boxes": .array(boxes.map { .object($0.members) }), "generation": .integer(generation),
    ])
  }

  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    switch rule {
    case .generation: state.isNotPresent(generation)
    case .box: Self.breaksBoxes(boxes, in: state)
    default: nil
    }
  }

  /// Rule 3: a box is added once, and nothing that was removed comes back.
  static func breaksBoxes(_ boxes: [Box], in state: LedgerState) -> String? {
    var seen: Set<Digest> = []
    for box in boxes {
      if !seen.insert(box.hash).inserted { return "it names box \(box.hash) twice" }
      if state.box(box.hash) != nil { return "box \(box.hash) was added before" }
      if state.wasRemoved(box.hash, .box) { return "box \(box.hash) was removed" }
    }
    return nil
  }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    let sealing = KnownBoxes.Sealing(
      entry: entry.number, time: entry.time, generation: generation, stated: state.time.custodians.time)
    for box in boxes {
      state.boxes.append(box, as: sealing)
      state.ordinals.add(box.hash, state.boxes.count - 1, in: state.boxes)
    }
  }

  var summary: String {
    "\(boxes.count) boxes, \(boxes.reduce(0) { $0 + $1.size }) bytes, generation \(generation)"
  }
}

extension SealedBoxes.Box {
  static let sizes = UInt64(BoxLimits.header)...BoxLimits.box
  static let years: ClosedRange<UInt64> = 1...9999

  var members: JSONObject {
    JSONObject([
      "hash": .string(hash.hex), "index": .string(index.hex), "offset": .integer(offset),
      "size": .integer(size), "year": .integer(year),
    ])
  }
}

extension JSONObject {
  /// Boxes as `sealed` and `moved` name them.
  func boxes(_ name: String) throws(Malformed) -> [SealedBoxes.Box] {
    var boxes: [SealedBoxes.Box] = []
    for member in try objects(name) {
      try member.only(["hash", "index", "offset", "size", "year"])
      let size = try member.integer("size", in: SealedBoxes.Box.sizes)
      boxes.append(
        SealedBoxes.Box(
          hash: try member.digest("hash"), index: try member.digest("index"),
          offset: try member.integer("offset", in: SealedBoxes.Box.sizes.lowerBound...size), size: size,
          year: try member.integer("year", in: SealedBoxes.Box.years)))
    }
    return boxes
  }
}

extension SealedBoxes.Box: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    hash = try rows.digest()
    index = try rows.digest()
    offset = try rows.number()
    size = try rows.number()
    year = try rows.number()
  }

  func write(to rows: inout FoldWriter) {
    rows.digest(hash)
    rows.digest(index)
    rows.number(offset)
    rows.number(size)
    rows.number(year)
  }
}
