import Sealing
import Synchronization

/// What is being done, how fast, and how long it will take: one line on standard error where that is a terminal, and
/// with `--json` an object a second on standard output.
final class Progress: Sendable {
  private struct Counters {
    var stage: String
    var done: UInt64 = 0
    var total: UInt64 = 0
    var items: UInt64 = 0
    /// When the stage began: rate and time left are its own.
    var began = ContinuousClock.now
    var told: ContinuousClock.Instant?
  }

  private enum Form {
    case none, line, events
  }

  private let counters: Mutex<Counters>
  private let form: Form

  init(_ stage: String, _ talk: TalkOptions) {
    counters = Mutex(Counters(stage: stage))
    form = talk.quiet ? .none : talk.json ? .events : Terminal.showsProgress ? .line : .none
  }

  /// What is known so far: bytes of a total (0 where unknown) and items.
  func update(stage: String? = nil, done: UInt64, total: UInt64, items: UInt64) {
    guard form != .none else { return }
    let now = ContinuousClock.now
    let pause = form == .line ? Duration.milliseconds(100) : .seconds(1)
    let due: Counters? = counters.withLock { counters in
      let isNew = stage.map { $0 != counters.stage } ?? false
      if isNew, let stage { (counters.stage, counters.began) = (stage, now) }
      (counters.done, counters.total, counters.items) = (done, total, items)
      if let told = counters.told, told.duration(to: now) < pause, !isNew { return nil }
      // What is over within a second needs no telling.
      if form == .events, counters.began.duration(to: now) < pause { return nil }
      counters.told = now
      return counters
    }
    guard let due else { return }
    switch form {
    case .none: break
    case .line: Output.control("\r\u{1b}[K\(Self.text(of: due, at: now))\u{1b}[1A")
    case .events: Output.json(Self.event(of: due, at: now))
    }
  }

  /// Takes the line away.
  func finish() {
    if form == .line { Output.control("\r\u{1b}[K\u{1b}[1A") }
  }

  private static func rate(of counters: Counters, at now: ContinuousClock.Instant) -> Double {
    Double(counters.done) / max(counters.began.duration(to: now) / .seconds(1), 0.001)
  }

  private static func secondsLeft(of counters: Counters, at now: ContinuousClock.Instant) -> UInt64? {
    let rate = rate(of: counters, at: now)
    guard counters.total > counters.done, rate > 1 else { return nil }
    return UInt64(Double(counters.total - counters.done) / rate)
  }

  private static func text(of counters: Counters, at now: ContinuousClock.Instant) -> String {
    var text = "\(counters.stage): \(Output.size(counters.done))"
    if counters.total > 0 { text += " of \(Output.size(counters.total))" }
    if counters.items > 0 { text += ", \(Output.count(counters.items, "record"))" }
    text += ", \(Output.size(UInt64(rate(of: counters, at: now))))/s"
    if let left = secondsLeft(of: counters, at: now) { text += ", \(Output.duration(left)) left" }
    return text
  }

  private static func event(of counters: Counters, at now: ContinuousClock.Instant) -> JSONObject {
    var event: JSONObject = [
      "bytes": .integer(counters.done), "event": .string("progress"), "items": .integer(counters.items),
      "rate": .integer(UInt64(rate(of: counters, at: now))), "stage": .string(counters.stage),
    ]
    if counters.total > 0 { event["total"] = .integer(counters.total) }
    if let left = secondsLeft(of: counters, at: now) { event["seconds_left"] = .integer(left) }
    return event
  }
}
