import Foundation
import Ledger
import Sealing
import Testing

/// Proofs that Vectors/make_vectors.py made and judged by the recursive definitions of RFC 6962: good ones, and each with
/// one fault at a time.
struct ProofVectorTests {
  struct Inclusion: Decodable, Sendable {
    let index, size: UInt64
    let leaf, root: Int
    let path: [Int]
    let comment: String
    let holds: Bool
  }

  struct Consistency: Decodable, Sendable {
    let oldSize, newSize: UInt64
    let oldRoot, newRoot: Int
    let path: [Int]
    let comment: String
    let holds: Bool
  }

  /// A digest is named by its place in `digests`.
  struct File: Decodable, Sendable {
    let digests: [String]
    let roots: [Int]
    let inclusion: [Inclusion]
    let consistency: [Consistency]
  }

  let file: File
  let digests: [Digest]

  init() throws {
    let here = URL(filePath: #filePath).deletingLastPathComponent()
    file = try JSONDecoder().decode(
      File.self, from: Data(contentsOf: here.appending(path: "Vectors/vectors.json")))
    digests = try file.digests.map { try #require(Digest(hex: $0)) }
  }

  /// The entries that the trees of the vectors are over.
  static let leaves = (0..<1000).map { MerkleTree.leaf(ascii(#"{"event":"test","number":\#($0)}"#)) }

  @Test func roots() {
    #expect(file.roots.count == 300)
    for (size, root) in file.roots.enumerated() {
      #expect(MerkleTree(leaves: Self.leaves[..<size]).root == digests[root], "\(size)")
    }
  }

  @Test func inclusion() throws {
    #expect(file.inclusion.count == 1227 && file.inclusion.count(where: \.holds) == 52)
    for vector in file.inclusion {
      let (path, root) = (vector.path.map { digests[$0] }, digests[vector.root])
      let holds = MerkleProof.includes(
        leaf: digests[vector.leaf], index: vector.index, size: vector.size, path: path, root: root)
      #expect(holds == vector.holds, "\(vector.comment)")
      guard vector.holds else { continue }
      let made = MerkleProof.inclusion(of: Int(vector.index), in: Array(Self.leaves[..<Int(vector.size)]))
      #expect(made == path, "\(vector.comment)")
    }
  }

  @Test func consistency() throws {
    #expect(file.consistency.count == 1314 && file.consistency.count(where: \.holds) == 55)
    for vector in file.consistency {
      let path = vector.path.map { digests[$0] }
      let holds = MerkleProof.continues(
        oldSize: vector.oldSize, oldRoot: digests[vector.oldRoot], newSize: vector.newSize,
        newRoot: digests[vector.newRoot], proof: path)
      #expect(holds == vector.holds, "\(vector.comment)")
      guard vector.holds else { continue }
      let made = MerkleProof.consistency(
        from: Int(vector.oldSize), in: Array(Self.leaves[..<Int(vector.newSize)]))
      #expect(made == path, "\(vector.comment)")
    }
  }
}
