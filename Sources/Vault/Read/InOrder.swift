/// Works on one thing after the other, a few side by side, and hands the results on in the order of the things.
///
/// - Parameters:
///   - atOnce: so many are worked on, or wait for their turn, at a time.
///   - next: the next thing, nil behind the last; called by the caller's task.
///   - work: runs off the caller's task.
///   - take: gets the results; called by the caller's task.
func inOrder<Thing: Sendable, Result: Sendable>(
  atOnce: Int, next: () async throws -> Thing?, work: @escaping @Sendable (Thing) async throws -> Result,
  take: (Result) async throws -> Void
) async throws {
  try await withThrowingTaskGroup(of: (Int, Result).self) { group in
    var started = 0
    var taken = 0
    var isAtEnd = false
    var waiting: [Int: Result] = [:]
    while true {
      while !isAtEnd, started - taken < max(1, atOnce) {
        guard let thing = try await next() else {
          isAtEnd = true
          break
        }
        let number = started
        group.addTask { @concurrent in (number, try await work(thing)) }
        started += 1
      }
      guard taken < started else { return }
      while waiting[taken] == nil, let (number, result) = try await group.next() { waiting[number] = result }
      guard let result = waiting.removeValue(forKey: taken) else { return }
      taken += 1
      try await take(result)
    }
  }
}
