internal import Synchronization

/// How many bytes a second may go over the line, both ways together; may be changed at any time, and shared.
public final class Throttle: Sendable {
  private struct State {
    var rate: Int?
    /// When the line is free again, in nanoseconds of the clock.
    var free: Int64 = 0
  }

  private let state: Mutex<State>
  private let now: @Sendable () -> Int64
  private let wait: @Sendable (Duration) async throws -> Void

  /// - Parameter bytesPerSecond: nil for no bound.
  public convenience init(bytesPerSecond: Int? = nil) {
    let start = ContinuousClock.now
    self.init(
      bytesPerSecond: bytesPerSecond,
      now: { start.duration(to: .now).nanoseconds }, wait: { try await Task.sleep(for: $0) })
  }

  init(
    bytesPerSecond: Int?, now: @escaping @Sendable () -> Int64,
    wait: @escaping @Sendable (Duration) async throws -> Void
  ) {
    state = Mutex(State(rate: bytesPerSecond.map { max(1, $0) }))
    self.now = now
    self.wait = wait
  }

  /// Bytes a second; nil: no bound.
  public var bytesPerSecond: Int? {
    get { state.withLock { $0.rate } }
    set { state.withLock { $0.rate = newValue.map { max(1, $0) } } }
  }

  /// The most bytes that are sent at once, so that they take no longer than a quarter of a second.
  var piece: Int { bytesPerSecond.map { min(1 << 20, max(4 << 10, $0 / 4)) } ?? 1 << 20 }

  /// Waits until so many bytes may go.
  func take(_ count: Int) async throws {
    let time = now()
    let pause = state.withLock { (state) -> Int64 in
      guard let rate = state.rate else { return 0 }
      let begin = max(time, state.free)
      state.free = begin + Int64(Double(count) / Double(rate) * 1_000_000_000)
      return begin - time
    }
    if pause > 0 { try await wait(.nanoseconds(pause)) }
  }
}

extension Duration {
  /// Whole nanoseconds.
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}
