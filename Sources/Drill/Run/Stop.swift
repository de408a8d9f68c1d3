internal import Storage
internal import Synchronization

/// Breaks off what a drill is doing, but not the drill: what came of it is still entered, and the scratch folder removed.
final class Stop: Sendable {
  private struct State {
    var isAsked = false
    var cancel: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  /// A task to be cancelled by whoever wants it to stop.
  func watched() -> Task<Void, any Error> {
    Task {
      try await withTaskCancellationHandler {
        while true { try await Task.sleep(for: .seconds(86_400)) }
      } onCancel: {
        self.ask()
      }
    }
  }

  private func ask() {
    let cancel = state.withLock { state in
      state.isAsked = true
      return state.cancel
    }
    cancel?()
  }

  /// Ends what can't be run apart.
  func check() throws(CancellationError) {
    if state.withLock({ $0.isAsked }) { throw CancellationError() }
  }

  /// Runs what may be broken off.
  func run<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let task = Task(executorPreference: BlockingPool.shared) { try await work() }
    let isAsked = state.withLock { state in
      state.cancel = { task.cancel() }
      return state.isAsked
    }
    if isAsked { task.cancel() }
    defer { state.withLock { $0.cancel = nil } }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }
}
