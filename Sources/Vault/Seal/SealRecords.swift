internal import Rules
internal import Sealing

extension OpenPlace {
  /// Seals what is in the sources and isn't sealed yet.
  ///
  /// Commits at least every 16 boxes, so an interrupted run keeps what it did; the next one goes on from there.
  /// - Parameters:
  ///   - rereads: whether files are read and compared even where size, times and inode say that they are as they were.
  ///   - workers: how many work side by side; nil: as many as the machine says.
  /// - Throws: `VaultError` `.notGranted`, `.input`, `.busy`, `.clock`.
  public func seal(
    _ sources: SealSources, rereads: Bool = false, workers: Int? = nil,
    report: @escaping @Sendable (RecordProgress) -> Void = { _ in }
  ) async throws -> Sealer.Summary {
    try requireSealer()
    try await requireHome()
    var committed = Sealer.Summary()
    for attempt in 1... {
      report(RecordProgress(stage: "reading the catalog", bytes: 0, total: 0, records: 0))
      let before = try await KnownRecordsCatalog(self, rereads: rereads)
      let seal = Sealer(sources, into: self, before: before, workers: workers ?? machine.workers)
      do {
        var summary = try await seal.run(report: report)
        summary.add(committed: committed)
        summary.damaged = before.findings + summary.refused.map(\.finding)
        await mergeWhereDue()
        return summary
      } catch let interrupted as Sealer.Interrupted where attempt < OpenLedger.tries {
        // Somebody rotated a key meanwhile, or removed boxes that nothing named yet: what isn't committed is sealed again.
        committed.add(committed: interrupted.committed)
        try await refreshKeys()
      }
    }
    throw VaultError(
      .busy, "other writers kept changing the keyring", safe: "what was committed before stays")
  }

  /// Seals what is in folders or files: the same with nothing excluded.
  public func seal(
    _ paths: [String], layout: SourceLayout, source: String? = nil, rereads: Bool = false,
    workers: Int? = nil,
    report: @escaping @Sendable (RecordProgress) -> Void = { _ in }
  ) async throws -> Sealer.Summary {
    try await seal(
      SealSources(paths, layout: layout, name: source), rereads: rereads, workers: workers, report: report)
  }

  /// Refuses whoever may not seal.
  func requireSealer() throws {
    guard state.may(try writer().publicIdentity.id, .sealed) else {
      throw VaultError(
        .notGranted, "this identity may not seal: only archivists and custodians do",
        safe: "nothing was written")
    }
  }
}
