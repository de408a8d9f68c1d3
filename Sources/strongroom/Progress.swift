import Backup
import Sealing
import Synchronization

/// What is being done, how fast, and how long it will take: one line on standard error where that is a terminal, and
/// with `--json` an object a second on standard output.
final class Progress: Sendable {
  private struct Counters {
    var stage: String
    /// When the stage began, and with how much done before: rate and time left are its own.
    var began: ContinuousClock.Instant
    var before: UInt64 = 0
    var done: UInt64 = 0
    var total: UInt64 = 0
    var items: UInt64 = 0
    var told: ContinuousClock.Instant?
  }

  /// How it is told.
  enum Form {
    case none, line, events

    init(_ talk: OutputOptions, onTerminal: Bool) {
      self = talk.quiet ? .none : talk.json ? .events : onTerminal ? .line : .none
    }
  }

  private let counters: Mutex<Counters>
  private let form: Form
  /// What one of the items is.
  private let item: String

  convenience init(_ stage: String, of item: String = "item", _ talk: OutputOptions) {
    self.init(stage, of: item, as: Form(talk, onTerminal: Terminal.showsProgress), began: .now)
  }

  init(_ stage: String, of item: String, as form: Form, began: ContinuousClock.Instant) {
    counters = Mutex(Counters(stage: stage, began: began))
    self.form = form
    self.item = item
  }

  /// How far copying or verifying is.
  @Sendable func show(_ report: CopyProgress) {
    update(stage: report.stage, done: report.bytes, total: report.total, items: report.items)
  }

  /// What is known so far: bytes of a total (0 where unknown) and items.
  func update(stage: String? = nil, done: UInt64, total: UInt64, items: UInt64) {
    guard form != .none, let text = text(stage, done: done, total: total, items: items, at: .now) else {
      return
    }
    if form == .line { Output.progress(text) } else { Output.line(text) }
  }

  /// What is to be told at a moment; nil where something was told just before.
  func text(_ stage: String?, done: UInt64, total: UInt64, items: UInt64, at now: ContinuousClock.Instant)
    -> String?
  {
    let pause = form == .line ? Duration.milliseconds(100) : .seconds(1)
    let due: Counters? = counters.withLock { counters in
      let isNew = stage.map { $0 != counters.stage } ?? false
      if isNew, let stage { (counters.stage, counters.began, counters.before) = (stage, now, done) }
      (counters.done, counters.total, counters.items) = (done, total, items)
      if let told = counters.told, told.duration(to: now) < pause, !isNew { return nil }
      // What is over within a second needs no telling.
      if form == .events, counters.began.duration(to: now) < pause { return nil }
      counters.told = now
      return counters
    }
    guard let due else { return nil }
    return switch form {
    case .none: nil
    case .line: text(of: due, at: now)
    case .events: String(decoding: Self.event(of: due, at: now).encoded(), as: UTF8.self)
    }
  }

  /// Takes the line away.
  func finish() {
    if form == .line { Output.clearProgress() }
  }

  /// Bytes a second; 0 while there is too little to tell it from.
  private static func rate(of counters: Counters, at now: ContinuousClock.Instant) -> Double {
    let seconds = counters.began.duration(to: now) / .seconds(1)
    return seconds < 0.1 ? 0 : Double(counters.done - min(counters.before, counters.done)) / seconds
  }

  private static func secondsLeft(of counters: Counters, at now: ContinuousClock.Instant) -> UInt64? {
    let rate = rate(of: counters, at: now)
    guard counters.total > counters.done, rate > 1 else { return nil }
    return UInt64(Double(counters.total - counters.done) / rate)
  }

  private func text(of counters: Counters, at now: ContinuousClock.Instant) -> String {
    var text = "\(counters.stage): \(Output.size(counters.done))"
    if counters.total > 0 { text += " of \(Output.size(counters.total))" }
    if counters.items > 0 { text += ", \(Output.count(counters.items, item))" }
    let rate = UInt64(Self.rate(of: counters, at: now))
    if rate > 0 { text += ", \(Output.size(rate))/s" }
    if let left = Self.secondsLeft(of: counters, at: now) { text += ", \(Output.duration(left)) left" }
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
