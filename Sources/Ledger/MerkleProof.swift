package import Sealing

/// Proofs in the RFC 6962 tree: that a leaf is in it, and that one tree continues another.
package enum MerkleProof {
  /// Whether `path` proves that the leaf at `index` is in the tree of `size` leaves with this root
  /// (RFC 9162, 2.1.3.2).
  package static func includes(
    leaf: Digest, index: UInt64, size: UInt64, path: [Digest], root: Digest
  ) -> Bool {
    guard index < size else { return false }
    var position = index
    var last = size - 1
    var node = leaf
    for sibling in path {
      if last == 0 { return false }
      if position & 1 == 1 || position == last {
        node = MerkleTree.node(sibling, node)
        while position & 1 == 0 && position != 0 {
          position >>= 1
          last >>= 1
        }
      } else {
        node = MerkleTree.node(node, sibling)
      }
      position >>= 1
      last >>= 1
    }
    return last == 0 && node == root
  }

  /// Whether `proof` proves that the tree of `newSize` leaves continues that of `oldSize` leaves
  /// (RFC 9162, 2.1.4.2). From no leaves nothing can be proved.
  package static func continues(
    oldSize: UInt64, oldRoot: Digest, newSize: UInt64, newRoot: Digest, proof: [Digest]
  ) -> Bool {
    guard oldSize > 0, oldSize <= newSize else { return false }
    if oldSize == newSize { return proof.isEmpty && oldRoot == newRoot }
    var rest = proof[...]
    if oldSize & (oldSize - 1) == 0 { rest = ([oldRoot] + proof)[...] }
    guard let first = rest.popFirst() else { return false }
    var position = oldSize - 1
    var last = newSize - 1
    while position & 1 == 1 {
      position >>= 1
      last >>= 1
    }
    var old = first
    var new = first
    for sibling in rest {
      if last == 0 { return false }
      if position & 1 == 1 || position == last {
        old = MerkleTree.node(sibling, old)
        new = MerkleTree.node(sibling, new)
        while position & 1 == 0 && position != 0 {
          position >>= 1
          last >>= 1
        }
      } else {
        new = MerkleTree.node(new, sibling)
      }
      position >>= 1
      last >>= 1
    }
    return last == 0 && old == oldRoot && new == newRoot
  }

  /// The audit path of the leaf at `index` (RFC 6962, 2.1.1); nil if there is no such leaf.
  package static func inclusion(of index: Int, in leaves: [Digest]) -> [Digest]? {
    guard leaves.indices.contains(index) else { return nil }
    var path: [Digest] = []
    var range = leaves.indices
    while range.count > 1 {
      let middle = range.lowerBound + split(range.count)
      let left = range.lowerBound..<middle
      let right = middle..<range.upperBound
      let (inside, outside) = index < middle ? (left, right) : (right, left)
      path.append(MerkleTree(leaves: leaves[outside]).root)
      range = inside
    }
    return path.reversed()
  }

  /// The proof that the tree over `leaves` continues that over its first `oldSize` (RFC 6962, 2.1.2); nil unless
  /// 0 < oldSize <= the number of leaves.
  package static func consistency(from oldSize: Int, in leaves: [Digest]) -> [Digest]? {
    guard oldSize > 0, oldSize <= leaves.count else { return nil }
    var proof: [Digest] = []
    var range = leaves.indices
    // The old tree's own root is known to whoever checks, as long as no step went to the right.
    var isOldRoot = true
    while range.upperBound != oldSize {
      let middle = range.lowerBound + split(range.count)
      if oldSize <= middle {
        proof.append(MerkleTree(leaves: leaves[middle..<range.upperBound]).root)
        range = range.lowerBound..<middle
      } else {
        proof.append(MerkleTree(leaves: leaves[range.lowerBound..<middle]).root)
        range = middle..<range.upperBound
        isOldRoot = false
      }
    }
    if !isOldRoot { proof.append(MerkleTree(leaves: leaves[range]).root) }
    return proof.reversed()
  }

  /// The largest power of two below `count`, for count > 1.
  private static func split(_ count: Int) -> Int {
    1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
  }
}
