@testable import Rules
import Sealing
import TestKit
import Storage
import Testing

@testable import Backup
@testable import Vault

/// `status` says of each place how much of it was verified.
@Suite struct PlaceCoverageTests {
  private func enter(_ story: Story, _ place: String, level: VerifyLevel) async throws {
    let outcome = try await story.verify(place, level: level)
    _ = try await Verifier.enter(outcome, at: try await story.open(as: story.worker))
  }

  /// The places that `status` remarks upon.
  private func unverified(_ story: Story) async throws -> [PlaceCoverage] {
    VaultStatus(of: try await story.look()).remarks.compactMap { remark in
      if case .neverVerified(let place) = remark { place } else { nil }
    }
  }

  @Test("What was verified is counted by place, at level hash and above")
  func byPlace() async throws {
    let story = try await Story.furnished()
    try await story.snapshot()
    // Taking a snapshot enters a list of names.
    #expect(try await story.look().coverage().map(\.verified) == [0, 0])
    #expect(try await unverified(story).map(\.isHome) == [true, false])
    try await enter(story, story.destination, level: .hash)
    let first = story.now
    story.pass(days: 3)
    try story.write("basic/1003/late.txt", Array("late".utf8))
    try await story.seal()
    // One that the destination has already: names are random, and the new one couldn't be copied any more.
    let box = try Vandal(place: story.destination).names("boxes")[0]
    try Vandal(place: story.vault).flip(box)
    try await enter(story, story.vault, level: .open)
    let coverage = try await story.look().coverage()
    #expect(coverage.map(\.isHome) == [true, false])
    #expect(coverage.map(\.boxes) == [4, 3] && coverage.map(\.verified) == [3, 3])
    #expect(coverage.map(\.oldest) == [story.now, first])
    #expect(
      coverage.map(\.location) == [story.vault, story.destination].map { Location.folder($0).resolved })
    #expect(try await unverified(story).isEmpty)
    #expect(VaultStatus(of: try await story.look()).coverage == coverage)
    // A snapshot that brings new boxes brings boxes that nobody has read there.
    try await story.snapshot()
    let later = try await story.look().coverage()
    #expect(later.map(\.boxes) == [4, 4] && later.map(\.verified) == [3, 3])
  }
}
