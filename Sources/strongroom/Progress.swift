import Synchronization

/// One line on standard error that says what is being done, how fast, and how long it will take; only where
/// standard error is a terminal.
final class Progress: Sendable {
  private struct Counters {
    var stage: String
    var done: UInt64 = 0
    var total: UInt64 = 0
    var items: UInt64 = 0
    var drawn: ContinuousClock.Instant?
  }

  private let counters: Mutex<Counters>
  private let visible: Bool
  private let started = ContinuousClock.now

  init(_ stage: String, quiet: Bool) {
    counters = Mutex(Counters(stage: stage))
    visible = !quiet && Terminal.showsProgress
  }

  /// What is known so far: bytes of a total (0 where unknown) and items.
  func update(stage: String? = nil, done: UInt64, total: UInt64, items: UInt64) {
    guard visible else { return }
    let now = ContinuousClock.now
    let line: String? = counters.withLock { counters in
      if let stage { counters.stage = stage }
      (counters.done, counters.total, counters.items) = (done, total, items)
      if let drawn = counters.drawn, drawn.duration(to: now) < .milliseconds(100) { return nil }
      counters.drawn = now
      return text(of: counters, at: now)
    }
    if let line { Output.note("\r\u{1b}[K\(line)\u{1b}[1A") }
  }

  /// Takes the line away.
  func finish() {
    if visible { Output.note("\r\u{1b}[K\u{1b}[1A") }
  }

  private func text(of counters: Counters, at now: ContinuousClock.Instant) -> String {
    let seconds = max(started.duration(to: now) / .seconds(1), 0.001)
    let rate = Double(counters.done) / seconds
    var text = "\(counters.stage): \(Output.size(counters.done))"
    if counters.total > 0 { text += " of \(Output.size(counters.total))" }
    if counters.items > 0 { text += ", \(Output.count(counters.items, "record"))" }
    text += ", \(Output.size(UInt64(rate)))/s"
    if counters.total > counters.done, rate > 1 {
      text += ", \(Output.duration(UInt64(Double(counters.total - counters.done) / rate))) left"
    }
    return text
  }
}
