import Foundation
import Proving
import Testing

/// A share of what `prove crash` looks at whole.
struct CrashTests {
  @Test func whateverACrashLeavesOpensAndGoesOn() async throws {
    let root = "/dev/shm/strongroom-crash-test-\(ProcessInfo.processInfo.processIdentifier)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    let proof = try await CrashProof(program: Beside.program, root: root, seed: 1, randoms: 2)
    // The catalog and memory make most states of sealing; what the others have few of is looked at whole.
    let few: Set = [
      "init", "grant operator", "snapshot", "rotate", "revoke", "restore", "snapshot again", "gc",
      "recover",
    ]
    let whole = await proof.run(acts: few, share: 16) { _ in }
    let part = await proof.run(acts: ["seal", "seal there"], share: 250) { _ in }
    #expect(
      whole.failures.isEmpty && part.failures.isEmpty,
      "\((whole.failures + part.failures).joined(separator: "\n"))")
    // One of every so many is looked at, so of each act at least one.
    let states = whole.states + part.states
    #expect(states.count == few.count + 2 && states.allSatisfy { $0.states > 0 }, "\(states)")
    #expect(states.reduce(0) { $0 + $1.states } > 30, "\(states)")
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
