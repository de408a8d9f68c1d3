import Backup
import Foundation
import Sealing
import Synchronization
import Vault

/// Every crash point of every writing command: the states that a crash there may leave are made, opened and worked on.
///
/// In each state whatever was committed is there, byte for byte; nothing half-done is visible; a machine that remembers
/// more than the disk kept would refuse (a rollback) and so must not; and the command, run again, ends as it would have.
public struct CrashProof: Sendable {
  /// What came of it.
  public struct Outcome: Sendable {
    /// States that were looked at, by act.
    public var states: [(act: String, states: Int)] = []
    /// What failed; each says how to repeat it.
    public var failures: [String] = []
  }

  private let story: RecordedStory
  private let root: String
  private let seed: UInt64
  private let randoms: Int

  /// Plays the story with the real program.
  /// - Parameters:
  ///   - program: its path.
  ///   - root: a new folder to work in, best in memory.
  ///   - randoms: random states at every point, beside the regular ones.
  public init(program: String, root: String, seed: UInt64, randoms: Int) async throws {
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    let recorder = try Program.recorder(into: root)
    story = try await RecordedStory(by: Program(path: program, recorder: recorder), below: root)
    self.root = root
    self.seed = seed
    self.randoms = randoms
  }

  /// Looks at the states of all acts, or of those whose names are given.
  /// - Parameters:
  ///   - share: one in so many states, chosen by the seed; 1: all.
  ///   - only: one state, by its number in its act, to repeat a failure.
  public func run(
    acts names: Set<String>? = nil, share: Int = 1, only: Int? = nil,
    report: @escaping @Sendable (String) -> Void
  ) async -> Outcome {
    var outcome = Outcome()
    for recorded in story.acts where names?.contains(recorded.act.name) ?? true {
      let states = distinct(recorded)
      var dice = Dice(seed: seed)
      let numbers = only.map { [$0] } ?? Share.chosen(of: states.count, oneIn: share, using: &dice)
      let chosen = numbers.filter(states.indices.contains).map { ($0, states[$0]) }
      let failures = await look(at: chosen, of: recorded)
      report(
        "\(recorded.act.name): \(recorded.changes.count) changes, \(chosen.count) states, \(failures.count) failed"
      )
      outcome.states.append((recorded.act.name, chosen.count))
      outcome.failures += failures
    }
    return outcome
  }

  /// The crash states of an act that differ from each other.
  private func distinct(_ recorded: RecordedAct) -> [(CrashState, Disk)] {
    let states = CrashStates(recorded.changes, seed: seed, randoms: randoms)
    var seen: Set<Int> = []
    var rows: [(CrashState, Disk)] = []
    for point in 0...recorded.changes.count {
      for state in states.states(at: point) {
        let disk = state.disk(from: recorded.before, recorded.changes)
        var hasher = Hasher()
        for (path, content) in disk.tree() {
          hasher.combine(path)
          // An array is hashed byte by byte.
          hasher.combine(content.map { Digest.sha256(of: $0) })
        }
        let isLast = point == recorded.changes.count
        if seen.insert(hasher.finalize()).inserted || isLast { rows.append((state, disk)) }
      }
    }
    return rows
  }

  private func look(at states: [(Int, (CrashState, Disk))], of recorded: RecordedAct) async -> [String] {
    let failures = Mutex<[(Int, String)]>([])
    let next = Mutex(0)
    let (root, world) = (root, recorded.world)
    await withTaskGroup(of: Void.self) { group in
      for worker in 0..<2 {
        group.addTask { @Sendable in
          let folder = "\(root)/state-\(worker)"
          while true {
            let index = next.withLock { (next) -> Int in
              defer { next += 1 }
              return next
            }
            guard index < states.count else { return }
            let (number, (state, disk)) = states[index]
            do {
              try disk.write(to: folder)
              let isOver = state.point == recorded.changes.count
              try await StateCheck(recorded, isOver: isOver, world.copied(to: folder)).run()
            } catch {
              let what = self.tell(number, state, of: recorded, error)
              failures.withLock { $0.append((number, what)) }
            }
            try? FileManager.default.removeItem(atPath: folder)
          }
        }
      }
    }
    return failures.withLock { $0.sorted { $0.0 < $1.0 }.map(\.1) }
  }

  private func tell(_ number: Int, _ state: CrashState, of recorded: RecordedAct, _ error: any Error)
    -> String
  {
    let name = recorded.act.name
    return """
      \(name), state \(number) (\(state)): \(error)
        repeat: prove crash --seed \(seed) --randoms \(randoms) --act '\(name)' --state \(number)
      """
  }
}
