internal import Storage
internal import Synchronization

/// Lets so many through at once; the others wait in the order in which they came.
final class Gate: Sendable {
  private struct State {
    var free: Int
    var next = 0
    var waiting: [(number: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    /// Who was cancelled before they waited.
    var gone: Set<Int> = []
  }

  private let state: Mutex<State>

  init(_ places: Int) { state = Mutex(State(free: max(1, places))) }

  /// Waits for a place, which `leave` gives back.
  func enter() async throws(StorageError) {
    let number = state.withLock { (state) -> Int? in
      if state.free > 0, state.waiting.isEmpty {
        state.free -= 1
        return nil
      }
      state.next += 1
      return state.next
    }
    guard let number else { return }
    let isIn = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let at = state.withLock { (state) -> Bool? in
          if state.gone.remove(number) != nil { return false }
          if state.free > 0, state.waiting.isEmpty {
            state.free -= 1
            return true
          }
          state.waiting.append((number, continuation))
          return nil
        }
        if let at { continuation.resume(returning: at) }
      }
    } onCancel: {
      let cancelled = state.withLock { (state) -> CheckedContinuation<Bool, Never>? in
        guard let index = state.waiting.firstIndex(where: { $0.number == number }) else {
          state.gone.insert(number)
          return nil
        }
        return state.waiting.remove(at: index).continuation
      }
      cancelled?.resume(returning: false)
    }
    state.withLock { _ = $0.gone.remove(number) }
    guard isIn else { throw StorageError(.lost, "wait", "", reason: "it was given up") }
  }

  /// Gives a place back.
  func leave() {
    let next = state.withLock { (state) -> CheckedContinuation<Bool, Never>? in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst().continuation }
      state.free += 1
      return nil
    }
    next?.resume(returning: true)
  }
}
