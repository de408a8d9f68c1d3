internal import Storage

/// Waits for work on a place that may never answer, as a network share whose server is gone.
enum Patience {
  /// Waits for work for so long; then it is cancelled, and left alone where even that doesn't end it.
  /// - Returns: nil where it didn't end.
  static func wait<Value: Sendable>(
    _ patience: Duration, grace: Duration = .seconds(20), for work: @escaping @Sendable () async -> Value
  ) async -> Value? {
    let (ends, end) = AsyncStream<Value?>.makeStream()
    let task = Task.detached(executorPreference: BlockingPool.shared) { _ = end.yield(await work()) }
    let watch = Task.detached {
      try await Task.sleep(for: patience)
      task.cancel()
      try await Task.sleep(for: grace)
      end.yield(nil)
    }
    defer { watch.cancel() }
    return await withTaskCancellationHandler {
      var values = ends.makeAsyncIterator()
      // The stream's own end is that this task was cancelled: the work is awaited, as it tidies up.
      if let first = await values.next() { return first }
      await task.value
      return nil
    } onCancel: {
      task.cancel()
    }
  }
}
