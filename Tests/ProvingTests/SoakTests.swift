import Foundation
import Proving
import Testing

/// Some weeks of what `make soak` lives for a year.
struct SoakTests {
  @Test func aVaultThatIsLivedWithIsAsTheModelSays() async throws {
    let root = "/dev/shm/strongroom-soak-test-\(ProcessInfo.processInfo.processIdentifier)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    let year = try await Year(seed: 1, root: root, isShort: true)
    try await year.live(days: 25) { _ in }
    let things = [
      "batch", "rotation", "grant", "revocation", "snapshot near", "snapshot far", "damage", "gc", "drill",
      "loss of the vault", "weekly look",
    ]
    for thing in things { #expect(year.counts[thing, default: 0] > 0, "there was no \(thing)") }
  }
}
