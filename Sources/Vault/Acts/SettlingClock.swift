internal import Rules

extension OpenPlace {
  /// States this machine's time as the right one: what entries of a wrong clock stated holds nobody up any more.
  func settleClock(request: UInt64?) async throws -> ActOutcome {
    let identity = try writer()
    let draft = OpenLedger.Draft(.clock, request: request)
    try await checkCounts(draft, by: identity)
    try await commit(as: identity) { _ in [draft] }
    return ActOutcome(generation: state.generation?.number ?? 0)
  }
}
