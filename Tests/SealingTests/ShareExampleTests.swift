import Foundation
import Testing

@testable import Sealing

/// Chapter 6.2 of Format.md, as it is printed there.
@Suite struct ShareExampleTests {
  private func said() throws -> [String: String] {
    let file = Vectors.here.appending(path: "../../../Docs/Format.md")
    let chapter = try #require(
      String(contentsOf: file, encoding: .utf8).components(separatedBy: "## 6.2 ").last)
    let block = try #require(chapter.components(separatedBy: "```").dropFirst().first)
    var said: [String: String] = [:]
    for line in block.split(separator: "\n") {
      said[line.prefix(10).trimmingCharacters(in: .whitespaces)] = String(line.dropFirst(11))
    }
    return said
  }

  private var seed: Secret { Secret(copying: Array(0..<32)) }

  @Test func shares() throws {
    let said = try said()
    let texts = try (1...3).map { try #require(said["share \($0)"]) }
    for leftOut in texts {
      let text = texts.filter { $0 != leftOut }.joined(separator: "\n")
      let set = try ShareSet(ShareText.shares(in: Secret(copying: Array(text.utf8))))
      #expect(try set.secret() == seed)
      #expect(try set.identity().publicIdentity == Identity(seed: seed).publicIdentity)
    }
  }

  @Test func closedFile() throws {
    let said = try said()
    let text = Array(try #require(said["file"]).utf8) + [0x0a]
    let closed = try IdentityFile.Closed(reading: text.span)
    #expect(closed.text == text)
    let passphrase = Secret(copying: Array("three kettles under snow".utf8))
    #expect(try closed.open(with: passphrase).publicIdentity == Identity(seed: seed).publicIdentity)
    #expect(
      SealContext(.identityFile, vault: .zero, subject: closed.id).bytes
        == Hex.decode(try #require(said["context"])))
  }
}
