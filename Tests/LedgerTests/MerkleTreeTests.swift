import Ledger
import Sealing
import Testing

struct MerkleTreeTests {
  /// RFC 6962, 2.1, word for word: the largest power of two below n splits.
  static func naiveRoot(_ leaves: ArraySlice<Digest>) -> Digest {
    if leaves.isEmpty { return Digest.sha256(of: [UInt8]()) }
    if leaves.count == 1 { return leaves[leaves.startIndex] }
    var k = 1
    while k * 2 < leaves.count { k *= 2 }
    let middle = leaves.startIndex + k
    let left = naiveRoot(leaves[..<middle])
    let right = naiveRoot(leaves[middle...])
    return Digest.sha256(of: [1] + left.bytes + right.bytes)
  }

  static let leaves = (0..<40).map { MerkleTree.leaf([UInt8($0)]) }

  @Test func knownRoots() throws {
    // RFC 6962 test vectors of Certificate Transparency: no leaves, one empty leaf.
    #expect(MerkleTree().root.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(MerkleTree.leaf([]).hex == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
    let inputs: [[UInt8]] = [
      [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
      [0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
      [0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ]
    #expect(
      MerkleTree(leaves: inputs.map(MerkleTree.leaf)).root.hex
        == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
  }

  @Test func rootAtEverySize() {
    var tree = MerkleTree()
    for size in 0..<Self.leaves.count {
      #expect(tree.root == Self.naiveRoot(Self.leaves[..<size]))
      #expect(tree.size == UInt64(size))
      tree.append(Self.leaves[size])
    }
  }

  @Test func remembering() throws {
    for size in 0..<Self.leaves.count {
      let tree = MerkleTree(leaves: Self.leaves[..<size])
      var again = try #require(MerkleTree(encoded: tree.encoded))
      #expect(again == tree)
      again.append(Self.leaves[size])
      #expect(again.root == Self.naiveRoot(Self.leaves[...size]))
      #expect(MerkleTree(encoded: tree.encoded + [0]) == nil)
      #expect(MerkleTree(encoded: tree.encoded.dropLast()) == nil)
    }
    #expect(MerkleTree(encoded: [UInt8](repeating: 0xff, count: 8 + 64 * 32)) == nil)
  }

  @Test func proofsOfOurOwn() throws {
    for size in 1...Self.leaves.count {
      let leaves = Array(Self.leaves[..<size])
      let root = Self.naiveRoot(leaves[...])
      for index in 0..<size {
        let path = try #require(MerkleProof.inclusion(of: index, in: leaves))
        let (at, all) = (UInt64(index), UInt64(size))
        #expect(MerkleProof.includes(leaf: leaves[index], index: at, size: all, path: path, root: root))
        let other = MerkleTree.leaf([99])
        #expect(!MerkleProof.includes(leaf: other, index: at, size: all, path: path, root: root))
        let old = index + 1
        let proof = try #require(MerkleProof.consistency(from: old, in: leaves))
        let oldRoot = Self.naiveRoot(leaves[..<old])
        #expect(
          MerkleProof.continues(
            oldSize: UInt64(old), oldRoot: oldRoot, newSize: all, newRoot: root, proof: proof))
        #expect(
          !MerkleProof.continues(
            oldSize: UInt64(old), oldRoot: other, newSize: all, newRoot: root, proof: proof))
      }
    }
  }

  @Test func noProofOfWhatIsNotThere() {
    #expect(MerkleProof.inclusion(of: 40, in: Self.leaves) == nil)
    #expect(MerkleProof.inclusion(of: -1, in: Self.leaves) == nil)
    #expect(MerkleProof.consistency(from: 0, in: Self.leaves) == nil)
    #expect(MerkleProof.consistency(from: 41, in: Self.leaves) == nil)
  }
}
