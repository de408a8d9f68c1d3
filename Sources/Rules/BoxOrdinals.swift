internal import Sealing

/// Which box has a digest. It follows from the boxes, so it adds nothing by which states could differ.
///
/// Their order by digest takes four bytes for each, and comes with a fold that was remembered: to hash them all takes
/// longer than to read everything else. What is added since is hashed, and put in order from time to time.
struct BoxOrdinals: Equatable, Sendable {
  /// Ascending by digest.
  private var inOrder: [UInt32]
  /// By a hash of the digest: the digest itself stands with the box, and would take most of the room here.
  private var since: [Int: UInt32] = [:]

  init(inOrder: [UInt32] = []) { self.inOrder = inOrder }

  mutating func add(_ digest: Digest, _ ordinal: Int, in boxes: KnownBoxes) {
    // Of two digests with one hash, which hardly ever meet, the first is put in order.
    if since[digest.hashValue] != nil { putInOrder(boxes) }
    since[digest.hashValue] = UInt32(ordinal)
    if since.count > max(4096, inOrder.count / 4) { putInOrder(boxes) }
  }

  private mutating func putInOrder(_ boxes: KnownBoxes) {
    inOrder = sorted(in: boxes)
    since = [:]
  }

  func ordinal(of digest: Digest, in boxes: KnownBoxes) -> Int? {
    if let ordinal = since[digest.hashValue], boxes.hash(Int(ordinal)) == digest { return Int(ordinal) }
    let place = inOrder.indices.partitioningIndex { boxes.hash(Int(inOrder[$0])) >= digest }
    guard place < inOrder.count, boxes.hash(Int(inOrder[place])) == digest else { return nil }
    return Int(inOrder[place])
  }

  /// All ordinals, ascending by digest.
  func sorted(in boxes: KnownBoxes) -> [UInt32] {
    if since.isEmpty { return inOrder }
    let new = since.values.sorted { boxes.hash(Int($0)) < boxes.hash(Int($1)) }
    var merged: [UInt32] = []
    merged.reserveCapacity(inOrder.count + new.count)
    var next = 0
    for ordinal in inOrder {
      let hash = boxes.hash(Int(ordinal))
      while next < new.count, boxes.hash(Int(new[next])) < hash {
        merged.append(new[next])
        next += 1
      }
      merged.append(ordinal)
    }
    merged += new[next...]
    return merged
  }

  static func == (left: BoxOrdinals, right: BoxOrdinals) -> Bool { true }
}
