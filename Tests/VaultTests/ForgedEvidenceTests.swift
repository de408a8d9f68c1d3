import Foundation
import Rules
import Sealing
import TestKit
import Testing

/// Evidence for a vault whose id is known, honest and forged: what Tests/Reader/forge_proof.py makes. The second reader is
/// held to the same files (Tests/Reader/test_proof.py).
@Suite(.enabled(if: Python.path != nil || Python.isCI, Python.missing))
struct ForgedEvidenceTests {
  private struct Kinds: Decodable {
    let kinds: [String: Bool]
    let vault: String
    /// The vault of the longest chains.
    let long: String
  }

  @Test func onlyWhatHoldsIsTaken() throws {
    let scratch = Scratch()
    let made = try Python.run("forge_proof.py", [scratch.at("out")])
    try #require(made.status == 0, "\(made.errors)")
    func file(_ name: String) throws -> [UInt8] { try #require(Files.read(scratch.at("out/\(name)"))) }
    let all = try JSONDecoder().decode(Kinds.self, from: Data(file("kinds.json")))
    #expect(all.kinds.count > 70 && all.kinds.values.count { $0 } >= 10)
    for (name, holds) in all.kinds.sorted(by: { $0.key < $1.key }) {
      let vault = try #require(Identifier(hex: name.hasPrefix("links_20") ? all.long : all.vault))
      let bytes = try file("\(name).tlog-proof")
      do throws(EvidenceError) {
        let evidence = try Evidence(parsing: bytes, vault: vault)
        #expect(holds && evidence.bytes == bytes, "\(name)")
      } catch {
        #expect(!holds, "\(name): \(error)")
      }
    }
    let vault = try #require(Identifier(hex: all.vault))
    let drilled = try Evidence(parsing: file("document.tlog-proof"), vault: vault)
    try drilled.check(document: Digest.sha256(of: file("document")))
    #expect(throws: EvidenceError(.otherDocument, "")) {
      try drilled.check(document: Digest.sha256(of: file("kinds.json")))
    }
  }
}
