import Storage
import Synchronization

@testable import S3

/// A world without waiting, in which randomness is the same each time.
final class Quick: Sendable {
  private let state: Mutex<(pauses: [Int], random: UInt64, now: Int64)>

  init(now: Int64 = 1_790_000_000, seed: UInt64 = 1) { state = Mutex(([], seed, now)) }

  /// The pauses that were asked for, in milliseconds.
  var pauses: [Int] { state.withLock { $0.pauses } }

  var now: Int64 {
    get { state.withLock { $0.now } }
    set { state.withLock { $0.now = newValue } }
  }

  var world: S3World {
    S3World(
      now: { self.now },
      wait: { pause in
        try Task.checkCancellation()
        self.state.withLock { $0.pauses.append(Int(pause.nanoseconds / 1_000_000)) }
      },
      random: {
        self.state.withLock {
          $0.random = $0.random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return $0.random >> 11
        }
      })
  }
}

/// A value that several tasks change.
final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  var now: Value { value.withLock { $0 } }

  @discardableResult
  func change<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
    value.withLock { value in body(&value) }
  }
}
