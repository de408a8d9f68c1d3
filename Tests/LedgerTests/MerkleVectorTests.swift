import Foundation
import Ledger
import Sealing
import Testing

private let published: URL? = {
  let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
  let file = root.appending(path: "../shared/vectors/merkle/testdata.tar.gz").standardizedFileURL
  return FileManager.default.fileExists(atPath: file.path) ? file : nil
}()

/// Proofs published by transparency-dev/merkle, good ones and bad ones. No package holds them, so that they are looked for
/// beside the project only; `ProofVectorTests` cover the same ground everywhere.
@Suite(
  .enabled(
    if: published != nil,
    "those of transparency-dev/merkle aren't in ../shared/vectors, and no package has them; ours were checked"
  ))
struct MerkleVectorTests {
  struct Inclusion: Decodable {
    var leafIdx: UInt64
    var treeSize: UInt64
    var root: String?
    var leafHash: String?
    var proof: [String]?
    var wantErr: Bool
  }

  struct Consistency: Decodable {
    var size1: UInt64
    var size2: UInt64
    var root1: String?
    var root2: String?
    var proof: [String]?
    var wantErr: Bool
  }

  @Test func inclusion() throws {
    let cases = try Self.load("inclusion", as: Inclusion.self)
    #expect(cases.count == 98)
    for (name, vector) in cases {
      let holds: Bool
      // What isn't a digest can't be given to the check at all: it is refused before.
      if let leaf = digest(vector.leafHash), let root = digest(vector.root), let path = digests(vector.proof)
      {
        holds = MerkleProof.includes(
          leaf: leaf, index: vector.leafIdx, size: vector.treeSize, path: path, root: root)
      } else {
        holds = false
      }
      #expect(holds == !vector.wantErr, "\(name)")
    }
  }

  @Test func consistency() throws {
    let cases = try Self.load("consistency", as: Consistency.self)
    #expect(cases.count == 98)
    for (name, vector) in cases {
      let holds: Bool
      if let old = root(vector.root1), let new = root(vector.root2), let proof = digests(vector.proof) {
        holds = MerkleProof.continues(
          oldSize: vector.size1, oldRoot: old, newSize: vector.size2, newRoot: new, proof: proof)
      } else {
        holds = false
      }
      #expect(holds == !vector.wantErr, "\(name)")
    }
  }

  private func digest(_ base64: String?) -> Digest? {
    base64.flatMap { Data(base64Encoded: $0) }.flatMap { Digest(bytes: Array($0)) }
  }

  /// Some consistency cases that hold have roots of other lengths, which a `Digest` can't be; the digest of them
  /// stands for them, so that equal ones stay equal and others differ.
  private func root(_ base64: String?) -> Digest? {
    let bytes = base64.flatMap { Data(base64Encoded: $0) }.map(Array.init)
    return bytes.map { Digest(bytes: $0) ?? Digest.sha256(of: $0) }
  }

  private func digests(_ list: [String]?) -> [Digest]? {
    let all = (list ?? []).map(digest)
    return all.contains(nil) ? nil : all.compactMap(\.self)
  }

  /// All cases below a folder of the archive, which is unpacked for it.
  private static func load<T: Decodable>(_ folder: String, as type: T.Type) throws -> [(String, T)] {
    let archive = try #require(published)
    let target = FileManager.default.temporaryDirectory.appending(path: "merkle-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: target) }
    let tar = Process()
    tar.executableURL = URL(filePath: "/usr/bin/env")
    tar.arguments = ["tar", "xzf", archive.path, "-C", target.path]
    try tar.run()
    tar.waitUntilExit()
    try #require(tar.terminationStatus == 0)
    let root = target.appending(path: "testdata/\(folder)")
    let names = try FileManager.default.subpathsOfDirectory(atPath: root.path).filter {
      $0.hasSuffix(".json")
    }
    return try names.map { name in
      (name, try JSONDecoder().decode(type, from: Data(contentsOf: root.appending(path: name))))
    }
  }
}
