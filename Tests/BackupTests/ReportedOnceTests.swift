@testable import Rules
import TestKit
import Testing

@testable import Backup
@testable import Vault

/// What several steps of a verification meet is said once.
@Suite struct ReportedOnceTests {
  @Test("A record that can't be written under its name isn't one that was not restored as well")
  func unwritten() async throws {
    let story = try await Story()
    // The second gets its source's name behind its own, and then it is too long for a file's.
    try story.write("basic/1001/\(String(repeating: "x", count: 250))", Array("one".utf8))
    let opened = try await story.open()
    let layout = try SourceLayout(nil, className: nil, subject: nil)
    for source in ["monday", "tuesday"] {
      _ = try await opened.seal([story.source], layout: layout, source: source)
    }
    let found = try await story.verify(story.vault, level: .restore)
    #expect(found.findings.map(\.kind) == [.unwritten])
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
