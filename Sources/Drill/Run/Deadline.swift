/// Ends work that takes longer than a plan allows.
enum Deadline {
  /// Does the work; after so many seconds it is cancelled, and ends as if it had been.
  static func run<Value: Sendable>(
    _ seconds: UInt64?, _ work: @escaping @Sendable () async -> Value
  ) async -> Value {
    guard let seconds else { return await work() }
    let task = Task { await work() }
    let watch = Task {
      try await Task.sleep(for: .seconds(Int64(clamping: seconds)))
      task.cancel()
    }
    defer { watch.cancel() }
    return await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
  }
}
