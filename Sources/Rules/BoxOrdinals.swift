internal import Sealing

/// Which box has a digest. It follows from the boxes, so it adds nothing by which states could differ.
///
/// A fold that was remembered brings the order of its boxes' digests, because to hash a hundred thousand of them takes
/// longer than to read everything else.
struct BoxOrdinals: Equatable, Sendable {
  /// Ordinals of the boxes that were remembered, ascending by digest.
  private var remembered: [UInt32]
  private var since: [Digest: Int] = [:]

  init(remembered: [UInt32] = []) { self.remembered = remembered }

  mutating func add(_ digest: Digest, _ ordinal: Int) { since[digest] = ordinal }

  func ordinal(of digest: Digest, in boxes: [KnownBox]) -> Int? {
    if let ordinal = since[digest] { return ordinal }
    let place = remembered.indices.partitioningIndex { boxes[Int(remembered[$0])].box.hash >= digest }
    guard place < remembered.count, boxes[Int(remembered[place])].box.hash == digest else { return nil }
    return Int(remembered[place])
  }

  /// All ordinals, ascending by digest.
  static func sorted(_ boxes: [KnownBox]) -> [UInt32] {
    (0..<UInt32(boxes.count)).sorted { boxes[Int($0)].box.hash < boxes[Int($1)].box.hash }
  }

  static func == (left: BoxOrdinals, right: BoxOrdinals) -> Bool { true }
}
