import Foundation
import Proving
import Testing

/// A share of what `prove faults` does whole.
struct SystemFaultTests {
  @Test func whateverTheSystemRefusesTheProgramSaysSoAndLosesNothing() async throws {
    let root = "/dev/shm/strongroom-faults-test-\(ProcessInfo.processInfo.processIdentifier)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    let seed = UInt64(Date().timeIntervalSince1970) / 86_400
    let proof = try await FaultProof(program: Beside.program, root: root, seed: seed)
    let outcome = await proof.run(share: 60, kills: 2) { _ in }
    #expect(outcome.failures.isEmpty, "seed \(seed): \(outcome.failures.joined(separator: "\n"))")
    #expect(outcome.runs > 30)
  }
}
