internal import Storage
internal import Synchronization

/// Waits for work on a place that may never answer, as a network share whose server is gone.
enum Patience {
  /// Signs of life that work gives.
  final class Pulse: Sendable {
    private let last = Mutex(ContinuousClock.now)

    /// It is alive.
    func beat() { last.withLock { $0 = .now } }

    fileprivate var silence: Duration { last.withLock { $0.duration(to: .now) } }
  }

  /// Waits for work until it was silent for so long; then it is cancelled, and left alone where even that doesn't end it
  /// within the grace. Where whoever waits is cancelled, the same happens at once.
  /// - Returns: nil where it didn't end.
  static func wait<Value: Sendable>(
    _ patience: Duration, grace: Duration = .seconds(20), pulse: Pulse = Pulse(),
    for work: @escaping @Sendable () async -> Value
  ) async -> Value? {
    let (ends, end) = AsyncStream<Value?>.makeStream()
    let task = Task.detached(executorPreference: BlockingPool.shared) { _ = end.yield(await work()) }
    @Sendable func giveUp() async {
      task.cancel()
      try? await Task.sleep(for: grace)
      _ = end.yield(nil)
    }
    let watch = Task.detached {
      while pulse.silence < patience { try await Task.sleep(for: patience - pulse.silence) }
      await giveUp()
    }
    defer { watch.cancel() }
    // Whoever waits may be cancelled, and waits on: the work tidies up.
    let first = Task.detached { await ends.first { _ in true } }
    return await withTaskCancellationHandler {
      await first.value ?? nil
    } onCancel: {
      Task.detached { await giveUp() }
    }
  }
}
