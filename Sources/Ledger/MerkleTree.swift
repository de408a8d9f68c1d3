public import Sealing

/// The RFC 6962 tree over a ledger's entries, kept as the roots of its perfect subtrees: at most 64 digests.
///
/// It can be appended to and gives the root at each size; it is cheap to copy and to remember. It holds no leaves:
/// proofs are made from those (`MerkleProof`).
public struct MerkleTree: Hashable, Sendable {
  /// How many leaves it has.
  public private(set) var size: UInt64
  /// The perfect subtrees' roots, the largest first: one for each bit set in `size`.
  private var peaks: [Digest]

  /// The tree without leaves.
  public init() {
    size = 0
    peaks = []
  }

  /// The tree over these leaf hashes, in order.
  public init(leaves: some Sequence<Digest>) {
    self.init()
    for leaf in leaves { append(leaf) }
  }

  /// Adds the next leaf, given by its hash.
  public mutating func append(_ leaf: Digest) {
    var node = leaf
    var ones = size
    while ones & 1 == 1 {
      node = Self.node(peaks.removeLast(), node)
      ones >>= 1
    }
    peaks.append(node)
    size += 1
  }

  /// The root at this size (RFC 6962, 2.1); of no leaves, the digest of nothing.
  public var root: Digest {
    guard var node = peaks.last else { return Digest.sha256(of: [UInt8]()) }
    for peak in peaks.dropLast().reversed() { node = Self.node(peak, node) }
    return node
  }

  /// SHA-256 of 00 and the entry's line without its line feed.
  package static func leaf(_ line: [UInt8]) -> Digest {
    Digest.sha256(of: [0] + line)
  }

  /// SHA-256 of 01 and the two digests below.
  static func node(_ left: Digest, _ right: Digest) -> Digest {
    var bytes: [UInt8] = [1]
    bytes.reserveCapacity(65)
    bytes += left.bytes
    bytes += right.bytes
    return Digest.sha256(of: bytes)
  }
}

extension MerkleTree {
  /// No ledger has more entries: numbers stand in canonical JSON.
  static let sizeLimit: UInt64 = 1 << 53

  /// For remembering: the size as u64 and the subtrees' roots.
  public var encoded: [UInt8] {
    BigEndian.bytes(size) + peaks.flatMap(\.bytes)
  }

  /// What `encoded` gave; nil if it can't have been that.
  public init?(encoded bytes: [UInt8]) {
    guard bytes.count >= 8 else { return nil }
    let size = BigEndian.u64(bytes.span, at: 0)
    guard size < Self.sizeLimit, bytes.count == 8 + size.nonzeroBitCount * Digest.byteCount else {
      return nil
    }
    var peaks: [Digest] = []
    for start in stride(from: 8, to: bytes.count, by: Digest.byteCount) {
      guard let peak = Digest(bytes: Array(bytes[start..<start + Digest.byteCount])) else { return nil }
      peaks.append(peak)
    }
    self.size = size
    self.peaks = peaks
  }
}
