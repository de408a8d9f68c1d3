internal import Synchronization

/// The items of a list, handed out one after the other to workers that run side by side.
public final class WorkList<Item: Sendable>: Sendable {
  private let items: [Item]
  private let next = Mutex(0)

  /// A list of which nothing is done yet.
  public init(_ items: [Item]) { self.items = items }

  /// The next item, nil behind the last.
  /// - Throws: `CancellationError` where the work is given up.
  public func take() throws -> Item? {
    try Task.checkCancellation()
    return next.withLock { next in
      guard next < items.count else { return nil }
      defer { next += 1 }
      return items[next]
    }
  }

  /// Runs so many workers, but no more than there are items, until each has ended.
  /// - Parameter worker: takes items until there is none; whatever it keeps is one worker's own.
  /// - Throws: what the first worker that failed threw; the others are cancelled.
  @concurrent
  public func run(
    workers: Int, _ worker: @escaping @Sendable (WorkList<Item>) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<min(max(1, workers), items.count) { group.addTask { try await worker(self) } }
      // `waitForAll` would let the others go on to the end before it throws.
      for try await _ in group {}
    }
  }
}
