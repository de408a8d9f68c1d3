import Foundation
import Glibc
import Sealing
import Synchronization
import Vault

/// The real program where the real system fails it: killed at random moments; every single call that changes something
/// failing once with EIO; every single one that reads; the disk full, and read-only, from any call on.
///
/// It ends with an error that says so (or does without, where only a cache is concerned), never by a signal of its own,
/// and what it leaves opens, is whole as far as it was committed, and goes on.
public struct FaultProof: Sendable {
  private let story: RecordedStory
  private let program: Program
  private let root: String
  private let seed: UInt64

  /// Plays the story with the real program; `root` is a new folder, best in memory.
  public init(program: String, root: String, seed: UInt64) async throws {
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    self.program = Program(path: program, recorder: try Program.recorder(into: root))
    story = try await RecordedStory(by: self.program, below: root)
    self.root = root
    self.seed = seed
  }

  /// The ways in which calls fail.
  private static let ways: [(name: String, error: Int32, goesOn: Bool, isReading: Bool)] = [
    ("EIO", EIO, false, false), ("ENOSPC from there on", ENOSPC, true, false),
    ("EROFS from there on", EROFS, true, false), ("EIO while reading", EIO, false, true),
  ]

  /// Lets every call fail in every way, or one in `share`, and kills the program so often at random moments.
  /// - Returns: how many runs there were, and what failed.
  public func run(
    acts names: Set<String>? = nil, share: Int = 1, only: String? = nil, kills: Int,
    report: @escaping @Sendable (String) -> Void
  ) async -> (runs: Int, failures: [String]) {
    var runs = 0
    var failures: [String] = []
    for recorded in story.acts where names?.contains(recorded.act.name) ?? true {
      do {
        let cases = try cases(of: recorded, share: share, kills: kills).filter {
          only == nil || $0.description == only
        }
        let found = await look(at: cases, of: recorded)
        report("\(recorded.act.name): \(cases.count) runs, \(found.count) failed")
        runs += cases.count
        failures += found
      } catch {
        failures.append("\(recorded.act.name): \(error)")
      }
    }
    return (runs, failures)
  }

  private func cases(of recorded: RecordedAct, share: Int, kills: Int) throws -> [Case] {
    let counts = try count(recorded)
    var dice = Dice(seed: seed)
    var cases: [Case] = []
    for way in Self.ways {
      // Threads make a few more or fewer than were counted.
      let calls = way.isReading ? counts.reads : counts.changes
      for call in Share.chosen(of: calls + calls / 16 + 1, oneIn: share, using: &dice) {
        let fault = CallFault(call: call + 1, isReading: way.isReading, error: way.error, goesOn: way.goesOn)
        cases.append(Case(name: way.name, fault: fault, delay: nil))
      }
    }
    for _ in 0..<kills {
      cases.append(Case(name: "killed", fault: nil, delay: UInt32.random(in: 0..<60_000, using: &dice)))
    }
    return cases
  }

  /// How many calls it makes where nothing fails.
  private func count(_ recorded: RecordedAct) throws -> (changes: Int, reads: Int) {
    let folder = root + "/count"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try prepare(recorded, in: folder)
    let counts = root + "/counts"
    let ended = try start(recorded, in: folder, fault: nil, ["RECORDER_COUNT": counts]).end()
    guard ended.code == recorded.act.ends else {
      throw ProofFailure("it ended with \(ended.code) where nothing failed: \(ended.text)")
    }
    return try Program.counts(at: counts)
  }

  private struct Case: Sendable, CustomStringConvertible {
    let name: String
    let fault: CallFault?
    /// Microseconds until it is killed.
    let delay: UInt32?

    var description: String { fault.map { "call \($0.call) \(name)" } ?? "killed after \(delay ?? 0) us" }
  }

  private func look(at cases: [Case], of recorded: RecordedAct) async -> [String] {
    let failures = Mutex<[String]>([])
    let next = Mutex(0)
    let (root, proof) = (root, self)
    await withTaskGroup(of: Void.self) { group in
      for worker in 0..<2 {
        group.addTask { @Sendable in
          let folder = "\(root)/fault-\(worker)"
          while true {
            let index = next.withLock { (next) -> Int in
              defer { next += 1 }
              return next
            }
            guard index < cases.count else { return }
            do { try await proof.play(cases[index], of: recorded, in: folder) } catch {
              failures.withLock {
                $0.append("\(recorded.act.name), \(cases[index]), seed \(proof.seed): \(error)")
              }
            }
            try? FileManager.default.removeItem(atPath: folder)
          }
        }
      }
    }
    return failures.withLock { $0.sorted() }
  }

  /// The disk as it was before; a machine that hasn't seen the vault yet, since what it remembers of locations would be of
  /// the recorded ones.
  private func prepare(_ recorded: RecordedAct, in folder: String) throws -> World {
    try recorded.before.write(to: folder)
    try? FileManager.default.removeItem(atPath: folder + "/memory")
    return World(
      root: folder, named: folder, people: recorded.world.people, vault: recorded.world.vault,
      now: recorded.world.now)
  }

  private func start(
    _ recorded: RecordedAct, in folder: String, fault: CallFault?, _ more: [String: String] = [:]
  ) throws -> RunningProgram {
    let id = recorded.act.name == "init" ? [:] : ["STRONGROOM_VAULT_ID": recorded.world.vault.hex]
    return try program.start(
      recorded.arguments, in: folder, identity: recorded.act.identity, fault: fault, days: recorded.act.days,
      more.merging(id) { $1 })
  }

  private func play(_ which: Case, of recorded: RecordedAct, in folder: String) async throws {
    let world = try prepare(recorded, in: folder)
    let running = try start(recorded, in: folder, fault: which.fault)
    if let delay = which.delay {
      usleep(delay)
      running.kill()
    }
    let ended = running.end()
    if which.delay == nil, ended.code < 0 { throw ProofFailure("it died of signal \(-ended.code)") }
    let isOver = ended.code == recorded.act.ends
    if !isOver, ended.code > 0, !ended.text.contains("strongroom:"), !ended.text.contains("hint:") {
      throw ProofFailure("it ended with \(ended.code) and said only: \(ended.text)")
    }
    let present =
      recorded.act.name == "init" && world.isThere("vault") ? try world.withVaultThatIsThere() : world
    do { try await StateCheck(recorded, isOver: isOver, isAnotherRun: true, present).run() } catch {
      throw ProofFailure("\(error); it had ended with \(ended.code): \(ended.text)")
    }
  }
}

/// A share of many cases.
enum Share {
  /// One of every `count` numbers below `all`, each by chance: no stretch is left out, whatever the dice say.
  static func chosen(of all: Int, oneIn count: Int, using dice: inout Dice) -> [Int] {
    stride(from: 0, to: all, by: max(1, count)).map { start in
      Int.random(in: start..<min(all, start + max(1, count)), using: &dice)
    }
  }
}
