import ArgumentParser
import Foundation
import Proving

/// Long proofs, for release builds; `swift test` runs a share of each.
@main struct Prove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prove that nothing is lost: crash points, failing calls, a simulated year.",
    subcommands: [Crash.self, Faults.self, Soak.self])

  struct Crash: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Every state that a crash may leave, of every writing command.")

    @Option(help: "The program; by default the one beside this.")
    var program: String?

    @Option(help: "What the random states follow from.")
    var seed: UInt64 = 1

    @Option(help: "Random states at every point, beside the regular ones.")
    var randoms = 6

    @Option(help: "Only this act, such as 'seal'.")
    var act: String?

    @Option(help: "Only this state, by its number.")
    var state: Int?

    func run() async throws {
      let root = "/dev/shm/strongroom-crash-\(ProcessInfo.processInfo.processIdentifier)"
      defer { try? FileManager.default.removeItem(atPath: root) }
      let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
      let proof = try await CrashProof(
        program: program ?? beside + "/strongroom", root: root, seed: seed, randoms: randoms)
      let outcome = await proof.run(acts: act.map { [$0] }, only: state) { print($0) }
      print("\(outcome.states.reduce(0) { $0 + $1.states }) states")
      for failure in outcome.failures.prefix(40) { print("FAILED \(failure)") }
      guard outcome.failures.isEmpty else { throw ExitCode(1) }
    }
  }

  struct Faults: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The real program where its system calls fail, and killed at random moments.")

    @Option(help: "The program; by default the one beside this.")
    var program: String?

    @Option(help: "What chance follows from.")
    var seed: UInt64 = 1

    @Option(help: "One in so many calls fails; 1: every one.")
    var share = 1

    @Option(help: "How often each command is killed.")
    var kills = 40

    @Option(help: "Only this act, such as 'seal'.")
    var act: String?

    @Option(help: "Only this case, such as 'call 61 EIO'.")
    var only: String?

    func run() async throws {
      let root = "/dev/shm/strongroom-faults-\(ProcessInfo.processInfo.processIdentifier)"
      defer { try? FileManager.default.removeItem(atPath: root) }
      let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
      let proof = try await FaultProof(program: program ?? beside + "/strongroom", root: root, seed: seed)
      let outcome = await proof.run(acts: act.map { [$0] }, share: share, only: only, kills: kills) {
        print($0)
      }
      print("\(outcome.runs) runs")
      for failure in outcome.failures.prefix(60) { print("FAILED \(failure)") }
      guard outcome.failures.isEmpty else { throw ExitCode(1) }
    }
  }

  struct Soak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A simulated year, compared with a simple model after each step.")

    @Option(help: "What the year follows from.")
    var seed: UInt64 = 1

    @Option(help: "How long it is.")
    var days: UInt64 = 365

    @Option(help: "How many years, each with the next seed.")
    var years: UInt64 = 1

    func run() async throws {
      for seed in seed..<seed + years {
        let root = "/dev/shm/strongroom-soak-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        print("seed \(seed)")
        try await Year(seed: seed, root: root).live(days: days) { print($0) }
      }
    }
  }
}
