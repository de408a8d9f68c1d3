import Foundation
import Rules
import Sealing
import TestKit
import Testing

/// Evidence for a vault whose id is known, honest and forged: what Tests/Reader/forge_proof.py makes. The second reader is
/// held to the same files (Tests/Reader/test_proof.py).
@Suite(.enabled(if: Python.path != nil || Python.isCI, Python.missing))
struct ForgedEvidenceTests {
  private struct Kind: Decodable {
    /// Whether it must be taken.
    let holds: Bool
    /// The id that the reader is told.
    let vault: String
  }

  @Test func onlyWhatHoldsIsTaken() throws {
    let scratch = Scratch()
    let made = try Python.run("forge_proof.py", [scratch.at("out")])
    try #require(made.status == 0, "\(made.errors)")
    func file(_ name: String) throws -> [UInt8] { try #require(Files.read(scratch.at("out/\(name)"))) }
    let all = try JSONDecoder().decode([String: Kind].self, from: Data(file("kinds.json")))
    #expect(all.count > 90 && all.values.count { $0.holds } >= 13)
    for (name, kind) in all.sorted(by: { $0.key < $1.key }) {
      let vault = try #require(Identifier(hex: kind.vault))
      let bytes = try file("\(name).tlog-proof")
      do throws(EvidenceError) {
        let evidence = try Evidence(parsing: bytes, vault: vault)
        #expect(kind.holds && evidence.bytes == bytes, "\(name)")
      } catch {
        #expect(!kind.holds, "\(name): \(error)")
      }
    }
    let vault = try #require(all["document"].flatMap { Identifier(hex: $0.vault) })
    let drilled = try Evidence(parsing: file("document.tlog-proof"), vault: vault)
    try drilled.check(document: Digest.sha256(of: file("document")))
    #expect(throws: EvidenceError(.otherDocument, "")) {
      try drilled.check(document: Digest.sha256(of: file("kinds.json")))
    }
  }
}
