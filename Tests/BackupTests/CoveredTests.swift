import Sealing
import Testing

@testable import Backup

/// What a `verified` entry says of what was looked at.
struct CoveredTests {
  /// An old keyring that was put back must not be crowded out by newer ones: certificates go by the oldest.
  @Test func theOldestGenerationsAreNamed() {
    let covered = Covered(
      boxes: [], damaged: [], missing: [], generations: (1...150).reversed(), strays: 0)
    let entry = covered.entry(.hash, place: .zero, size: 1)
    #expect(entry.generations == Array(1...100))
  }
}
