@testable import Rules
import Glibc
import TestKit
import Testing

@testable import Backup
@testable import Vault

/// What several steps of a verification meet is said once.
@Suite struct ReportedOnceTests {
  @Test("A record that can't be written under its name isn't one that was not restored as well")
  func unwritten() async throws {
    let story = try await Story()
    for customer in ["1001", "1002"] {
      try story.write("basic/\(customer)/letter", Array(customer.utf8))
      try await story.seal()
    }
    let scene = story.scene
    let one = Machine(memory: scene.at("machines/alone"), workers: 1) { scene.clock.now }
    let opened = try await OpenPlace.open(.folder(story.vault), in: one, expecting: scene.vault)
    try await opened.unlock(with: .identity(story.custodian))
    // As soon as one customer is written, somebody puts a file where the other's folder is to be.
    let parent = story.at("for-scratch")
    mkdir(parent, 0o700)
    let found = try await Verifier(of: opened, level: .restore, scratch: parent).run { _ in
      for scratch in Files.names(parent) {
        let written = Files.names("\(parent)/\(scratch)/basic")
        guard written.count == 1, let other = ["1001", "1002"].first(where: { !written.contains($0) }) else {
          continue
        }
        Files.write("in the way", to: "\(parent)/\(scratch)/basic/\(other)")
      }
    }
    #expect(found.findings.count { $0.kind == .unwritten } == 1)
    // The file in the way is none of the archive's, which is said too; the record itself is named once.
    #expect(found.findings.compactMap(\.record).count == 1)
    #expect(found.records == 1 && found.expected == 2)
  }

  @Test(
    "A box that is missing is named once, at every level", arguments: [VerifyLevel.list, .open, .restore])
  func missing(level: VerifyLevel) async throws {
    let story = try await Story.furnished()
    let box = try Vandal(place: story.vault).names("boxes")[1]
    try Vandal(place: story.vault).remove(box)
    let found = try await story.verify(story.vault, level: level)
    #expect(found.findings.map(\.object) == [box] && found.findings.map(\.kind) == [.missing])
  }
}
