import Synchronization

/// A clock that only tests turn.
package final class Clock: Sendable {
  /// 2026-10-01 00:00:00 UTC.
  package static let start: UInt64 = 1_790_812_800
  private let value: Mutex<UInt64>

  package init(_ value: UInt64 = Clock.start) { self.value = Mutex(value) }

  package var now: UInt64 { value.withLock { $0 } }
  package func set(_ time: UInt64) { value.withLock { $0 = time } }
  package func pass(days: UInt64) { value.withLock { $0 += days * 86_400 } }
  package func turnBack(days: UInt64) { value.withLock { $0 -= days * 86_400 } }
}
