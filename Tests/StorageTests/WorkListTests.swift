import Synchronization
import Testing

@testable import Storage

@Suite struct WorkListTests {
  @Test("Everything is done once, by however many", arguments: [1, 2, 7, 500])
  func once(_ workers: Int) async throws {
    let done = Mutex<[Int]>([])
    let began = Mutex(0)
    try await WorkList(Array(0..<100)).run(workers: workers) { list in
      began.withLock { $0 += 1 }
      while let item = try list.take() { done.withLock { $0.append(item) } }
    }
    #expect(done.withLock { $0.sorted() } == Array(0..<100))
    #expect(began.withLock { $0 } == min(workers, 100))
  }

  @Test("Work goes on side by side: each waits for the other")
  func sideBySide() async throws {
    let met = Mutex(0)
    try await WorkList([1, 2]).run(workers: 2) { list in
      guard try list.take() != nil else { return }
      met.withLock { $0 += 1 }
      while met.withLock({ $0 }) < 2 { await Task.yield() }
    }
    #expect(met.withLock { $0 } == 2)
  }

  @Test func nothingToDoIsDone() async throws {
    try await WorkList([Int]()).run(workers: 4) { _ in Issue.record("there is nothing to do") }
  }

  @Test("Who fails stops the others")
  func failure() async {
    struct Failed: Error {}
    let done = Mutex(0)
    await #expect(throws: Failed.self) {
      try await WorkList(Array(0..<1_000_000)).run(workers: 2) { list in
        while let item = try list.take() {
          if item == 10 { throw Failed() }
          done.withLock { $0 += 1 }
          await Task.yield()
        }
      }
    }
    #expect(done.withLock { $0 } < 1_000_000 - 1)
  }
}
