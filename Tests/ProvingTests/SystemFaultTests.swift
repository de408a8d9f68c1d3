import Foundation
import Proving
import Testing

/// A share of what `prove faults` does whole.
struct SystemFaultTests {
  @Test func whateverTheSystemRefusesTheProgramSaysSoAndLosesNothing() async throws {
    let root = "/dev/shm/strongroom-faults-test-\(ProcessInfo.processInfo.processIdentifier)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    let proof = try await FaultProof(program: Beside.program, root: root, seed: 1)
    let outcome = await proof.run(share: 200, kills: 1) { _ in }
    #expect(outcome.failures.isEmpty, "\(outcome.failures.joined(separator: "\n"))")
    // Every way of failing in every act, and a kill.
    #expect(outcome.runs >= 31 * 5)
  }
}
