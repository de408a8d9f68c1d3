import Foundation
import Proving
import Testing

/// Some weeks of what `make soak` lives for a year; the seed is new each day, and told.
struct SoakTests {
  @Test func aVaultThatIsLivedWithIsAsTheModelSays() async throws {
    let root = "/dev/shm/strongroom-soak-test-\(ProcessInfo.processInfo.processIdentifier)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    let year = try await Year(seed: UInt64(Date().timeIntervalSince1970) / 86_400, root: root)
    try await year.live(days: 25) { _ in }
    #expect(year.counts["batch"] == 25 && year.counts["weekly look"] == 3)
  }
}
