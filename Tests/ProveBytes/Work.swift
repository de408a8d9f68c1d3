import EveryByte
import Foundation
import Synchronization

/// One worker's share of the changes. It says what it is at before it begins, so that whoever started it knows what it
/// died of.
struct Work {
  private let options: Options
  private let part: (part: Int, of: Int)

  /// No state may take more memory.
  static let memoryLimit = 400 << 20
  /// Nor more time, in seconds of the processor: it would be a hang.
  static let patience = 60

  init(_ options: Options, part: (part: Int, of: Int)) {
    self.options = options
    self.part = part
  }

  private func world() async throws -> World {
    guard let scene = options.scene else { throw WorldError("--scene is missing") }
    return try await World(in: scene)
  }

  private func bench(_ world: World) async throws -> Bench {
    try await Bench(world, in: Ground.folder("bench"))
  }

  func run() async throws {
    let world = try await world()
    let bench = try await bench(world)
    let trial = Trial(bench, seed: options.seed)
    let watch = Watch(patience: Self.patience)
    let changes = options.changes(in: world)
    var tried = 0
    for (number, change) in changes.enumerated() where number % part.of == part.part && number >= options.from
    {
      say("at \(number) \(change)")
      watch.begin("\(change)")
      if let wrongs = try await trial.run(change) {
        tried += 1
        for wrong in wrongs { say("wrong \(change): \(wrong)") }
      }
      let peak = Self.peak
      guard peak <= Self.memoryLimit else { throw WorldError("\(change): took \(peak >> 20) MiB") }
      if tried % 256 == 0, try !trial.isUntouched() { throw WorldError("\(change): a reader wrote") }
    }
    watch.end()
    if part.part == 0 { say("one worker: \(bench.effort)") }
    say("end \(tried) \(Self.peak >> 20)")
  }

  /// Repeats one change, with all looks.
  func once(_ line: String) async throws {
    guard let change = KeyringEdit(line) else { throw WorldError("'\(line)' is no change") }
    let bench = try await bench(try await world())
    let wrongs = try await Trial(bench, seed: options.seed).run(change, whole: true, tell: { say($0) })
    guard let wrongs else { return say("it changes nothing") }
    for wrong in wrongs { say("wrong \(wrong)") }
    say(wrongs.isEmpty ? "as it should be; \(Self.peak >> 20) MiB" : "wrong")
    if !wrongs.isEmpty { exit(1) }
  }

  private static var peak: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
  }
}

/// Ends the process where one state takes too long: by the processor's time, since others may have it, or by a clock, since
/// who waits for nothing takes none.
final class Watch: Sendable {
  private let state = Mutex<(what: String, since: Date, spent: Int)?>(nil)
  private static let stretch = 60

  init(patience: Int) {
    Thread.detachNewThread { [self] in
      while true {
        sleep(1)
        guard let late = late(patience) else { continue }
        say("wrong \(late): it hangs")
        exit(3)
      }
    }
  }

  func begin(_ what: String) { state.withLock { $0 = (what, Date(), Self.spent) } }
  func end() { state.withLock { $0 = nil } }

  private func late(_ patience: Int) -> String? {
    state.withLock { state in
      guard let state else { return nil }
      let isLate =
        Self.spent - state.spent > patience
        || Date().timeIntervalSince(state.since) > Double(patience * Self.stretch)
      return isLate ? state.what : nil
    }
  }

  /// Seconds that the process had of the processor.
  private static var spent: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
  }
}
