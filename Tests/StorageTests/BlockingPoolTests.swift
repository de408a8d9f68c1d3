import Glibc
import Synchronization
import Testing

@testable import Storage

@Suite struct BlockingPoolTests {
  /// All must be at the barrier at once, which a pool with fewer threads, or the cooperative pool, never gets
  /// to.
  @Test func runsAsManyBlockingCallsAsItHasThreads() async {
    await #expect(processExitsWith: .success) {
      let pool = BlockingPool(threads: 24)
      let barrier = Barrier(24)
      alarm(60)
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<24 { group.addTask(executorPreference: pool) { barrier.wait() } }
      }
    }
  }

  @Test func poolsComeAndGo() async {
    for round in 0..<50 {
      let pool = BlockingPool(threads: 2)
      let sum = await withTaskGroup(of: Int.self) { group in
        for number in 0..<20 {
          group.addTask(executorPreference: pool) {
            await Task.yield()
            return number
          }
        }
        return await group.reduce(0, +)
      }
      #expect(sum == 190, "\(round)")
    }
  }
}

private final class Barrier: @unchecked Sendable {
  private var barrier = pthread_barrier_t()
  init(_ count: UInt32) { pthread_barrier_init(&barrier, nil, count) }
  func wait() { pthread_barrier_wait(&barrier) }
}
