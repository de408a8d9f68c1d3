@testable import Rules
import Foundation
import Sealing
import TestKit
import Testing

@testable import Backup
@testable import Vault

/// A destination spares what a vault spares: one rule for both.
@Suite struct EarlyErasingTests {
  private let hour: UInt64 = 3600

  /// A vault without a hold-back, and a destination that has a generation and its successor.
  private func story() async throws -> Story {
    let story = try await Story.furnished()
    let opened = try await story.open()
    let policy = opened.state.policy
    let rash = Policy(
      clockLead: 1440, classes: policy.classes, cryptoperiod: policy.cryptoperiod, fourEyes: [], holdback: 0,
      erasePercent: 100, schedule: policy.schedule)
    try await opened.commit(as: story.custodian) { _ in [OpenLedger.Draft(.policy(rash))] }
    try await story.snapshot()
    _ = try await story.open().rotate(sections: ["basic"])
    try await story.snapshot()
    return story
  }

  /// Takes a snapshot as if by the real clock, by which files are stamped, so much time had passed.
  private func snapshot(_ story: Story, after seconds: UInt64) async throws -> SnapshotTaker.Outcome {
    let now = UInt64(Date().timeIntervalSince1970) + seconds
    let here = Machine(
      memory: story.at("machines/custodian"), now: { now }, openStore: Machine.folders)
    let opened = try await OpenPlace.open(
      .folder(story.vault), in: here, expecting: story.vaultID, toWrite: true)
    try await opened.unlock(with: .identity(story.worker))
    return try await SnapshotTaker(
      of: opened, to: .folder(story.destination), begins: true, erasesBeyondLimit: true
    ).run {
      _ in
    }
  }

  private func holds(_ story: Story, _ digest: Digest) -> Bool {
    FileManager.default.fileExists(atPath: "\(story.destination)/\(Layout.keyringFile(digest).text)")
  }

  @Test("Who reads with the generation before has an hour to finish, at a destination too")
  func leastHoldback() async throws {
    let story = try await story()
    let older = try #require(try await story.look().state.superseded.last).file
    #expect(try await snapshot(story, after: hour / 2).erased == 0)
    #expect(holds(story, older))
    #expect(try await snapshot(story, after: hour + 60).erased > 0)
    #expect(!holds(story, older))
  }

  @Test("What nothing names is left for a day, at a destination too")
  func youngStrays() async throws {
    let story = try await story()
    let digest = Digest.sha256(of: Array("stray".utf8))
    try Vandal(place: story.destination).put(Array("stray".utf8), Layout.keyringFile(digest).text)
    _ = try await snapshot(story, after: 23 * hour)
    #expect(holds(story, digest))
    _ = try await snapshot(story, after: 25 * hour)
    #expect(!holds(story, digest))
  }

  @Test("Where the present keyring isn't whole at a destination, none of it is erased there")
  func notWhole() async throws {
    let story = try await story()
    let look = try await story.look()
    let older = try #require(look.state.superseded.last).file
    let present = try await KeyringFiles(look.place.store).generation(
      #require(look.state.generation), vault: look.state.vault)
    let page = Layout.keyringFile(try #require(present.pages.first).digest).text
    for place in [story.vault, story.destination] {
      for copy in ["", "second/"] { try Vandal(place: place).remove(copy + page) }
    }
    let outcome = try await snapshot(story, after: 48 * hour)
    #expect(outcome.erased == 0 && outcome.findings.contains { $0.object == page })
    #expect(holds(story, older))
  }
}
