import Foundation
import Proving
import Testing

/// A share of what `prove crash` looks at whole; the seed is new each day, and told.
struct CrashTests {
  @Test func whateverACrashLeavesOpensAndGoesOn() async throws {
    let root = "/dev/shm/strongroom-crash-test-\(ProcessInfo.processInfo.processIdentifier)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    let seed = UInt64(Date().timeIntervalSince1970) / 86_400
    let proof = try await CrashProof(program: Beside.program, root: root, seed: seed, randoms: 2)
    // The catalog and memory make most states of sealing; what the others have few of is looked at whole.
    let few: Set = [
      "init", "grant operator", "snapshot", "rotate", "revoke", "restore", "snapshot again", "gc",
    ]
    let whole = await proof.run(acts: few, share: 3) { _ in }
    let part = await proof.run(acts: ["seal", "first write"], share: 60) { _ in }
    #expect(
      whole.failures.isEmpty && part.failures.isEmpty,
      "\((whole.failures + part.failures).joined(separator: "\n"))")
    #expect(whole.states.allSatisfy { $0.states > 0 } && part.states.allSatisfy { $0.states > 10 })
  }
}

/// What was built together with these tests.
enum Beside {
  static var program: String {
    let me =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
    return (me as NSString).deletingLastPathComponent + "/strongroom"
  }
}
