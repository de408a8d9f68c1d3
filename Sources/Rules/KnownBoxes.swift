internal import Sealing

/// Every box that was added, by ordinal.
///
/// A small machine is to hold a million of them: what boxes of one entry share is held once, and they lie in pieces, since
/// an array that grows lies in memory twice.
public struct KnownBoxes: RandomAccessCollection, Equatable, Sendable {
  /// What boxes of one entry share.
  struct Sealing: Hashable {
    let entry: UInt64
    let time: UInt64
    let generation: UInt64
    /// The newest time that a custodian stated below the entry.
    let stated: UInt64
  }

  private struct Row: Hashable {
    let hash: Digest
    let index: Digest
    // Both are at most 2^34 (`sealed` allows no more), so that what is below fits beside them.
    private let offsetAndSealing: UInt64
    private let sizeAndYear: UInt64

    init(_ box: SealedBoxes.Box, sealing: Int) {
      precondition(sealing < 1 << (64 - Self.shift), "entries that fill terabytes")
      (hash, index) = (box.hash, box.index)
      offsetAndSealing = Swift.min(box.offset, Self.mask) | UInt64(sealing) << Self.shift
      sizeAndYear = Swift.min(box.size, Self.mask) | Swift.min(box.year, 0xffff) << Self.shift
    }

    var box: SealedBoxes.Box {
      SealedBoxes.Box(
        hash: hash, index: index, offset: offsetAndSealing & Self.mask, size: sizeAndYear & Self.mask,
        year: sizeAndYear >> Self.shift)
    }

    var sealing: Int { Int(offsetAndSealing >> Self.shift) }

    private static let shift: UInt64 = 36
    private static let mask: UInt64 = 1 << shift - 1
  }

  private static let rowsAPiece = 1024

  private var pieces: [[Row]] = []
  private var sealings: [Sealing] = []
  private var replacing: [Int: UInt64] = [:]
  private var gaps: [Int: [KnownBox.Gap]] = [:]
  /// How many there are.
  public private(set) var count = 0

  /// The first ordinal.
  public var startIndex: Int { 0 }
  /// The next ordinal.
  public var endIndex: Int { count }

  /// The box with an ordinal.
  public subscript(ordinal: Int) -> KnownBox {
    let row = row(ordinal)
    let sealing = sealings[row.sealing]
    return KnownBox(
      ordinal: ordinal, entry: sealing.entry, time: sealing.time, replaced: replacing[ordinal],
      gaps: gaps[ordinal] ?? [], generation: sealing.generation, box: row.box)
  }

  /// What it shares with others of its entry.
  func sealing(_ ordinal: Int) -> Sealing { sealings[row(ordinal).sealing] }

  /// The digest of the box with an ordinal.
  func hash(_ ordinal: Int) -> Digest { row(ordinal).hash }

  private func row(_ ordinal: Int) -> Row { pieces[ordinal / Self.rowsAPiece][ordinal % Self.rowsAPiece] }

  /// Adds one; a size, offset or year that is none of Format.md's is clamped, and `sealed` allows none such.
  mutating func append(_ box: SealedBoxes.Box, as sealing: Sealing) {
    if sealings.last != sealing { sealings.append(sealing) }
    if count.isMultiple(of: Self.rowsAPiece) {
      // One that grows leaves holes behind in which no later piece finds room.
      pieces.append([])
      pieces[pieces.count - 1].reserveCapacity(Self.rowsAPiece)
    }
    pieces[pieces.count - 1].append(Row(box, sealing: sealings.count - 1))
    count += 1
  }

  /// Others stand in its place since an entry.
  mutating func replace(_ ordinal: Int, by entry: UInt64) { replacing[ordinal] = entry }

  /// Nothing stands in its place any more.
  mutating func restore(_ ordinal: Int, from: UInt64, by entry: UInt64, isReplaced: Bool = true) {
    if isReplaced { replacing[ordinal] = nil }
    gaps[ordinal, default: []].append(KnownBox.Gap(from: from, to: entry))
  }

  /// Those that are live at a ledger size.
  func live(at size: UInt64) -> SomeBoxes {
    let end = indices.partitioningIndex { self[$0].entry >= size }
    let before = SomeBoxes(self, before: end)
    return replacing.isEmpty && gaps.isEmpty ? before : before.selecting { $0.isLive(at: size) }
  }
}

/// Some of the boxes, ascending by ordinal.
public struct SomeBoxes: RandomAccessCollection, Sendable {
  private let all: KnownBoxes
  /// Nil: all up to `count`.
  private let ordinals: [UInt32]?
  /// How many there are.
  public let count: Int

  init(_ all: KnownBoxes, before count: Int) {
    (self.all, ordinals, self.count) = (all, nil, count)
  }

  private init(_ all: KnownBoxes, _ ordinals: [UInt32]) {
    (self.all, self.ordinals, count) = (all, ordinals, ordinals.count)
  }

  /// The first place.
  public var startIndex: Int { 0 }
  /// The place behind the last.
  public var endIndex: Int { count }

  /// The box at a place among these.
  public subscript(place: Int) -> KnownBox { all[ordinals.map { Int($0[place]) } ?? place] }

  /// Those of them for which something holds.
  public func selecting(_ isIncluded: (KnownBox) throws -> Bool) rethrows -> SomeBoxes {
    var ordinals: [UInt32] = []
    for box in self where try isIncluded(box) { ordinals.append(UInt32(box.ordinal)) }
    return SomeBoxes(all, ordinals)
  }
}
