internal import Sealing

/// Gets every record of a bundle, in the order in which their contents lie there.
package protocol BundleVisitor: AnyObject {
  /// Whether it wants this record; its content is read only then.
  func wants(_ record: Record) -> Bool
  /// A record of at most 2 MiB, or one that lies in a single frame, verified.
  func visit(_ record: Record, content: Span<UInt8>) throws
  /// A larger record begins; its pieces follow, **not verified to be the record** until `end`.
  func begin(_ record: Record) throws
  /// The next piece of the record that began.
  func piece(_ bytes: Span<UInt8>) throws
  /// The record that began is verified.
  func end(_ record: Record) throws
  /// A record can't be had; one that began is to be dropped. The others follow.
  func damaged(_ record: Record, _ error: BoxError) throws
}

/// What came out of verifying a bundle.
package struct BundleCheck: Sendable {
  /// Records that aren't whole, and why.
  package let damaged: [(record: Record, error: BoxError)]
  /// Damage that hurts no record: in content that none names, or in the stream's end.
  package let elsewhere: BoxError?
  /// Bytes of content that were found equal; what records share counts once.
  package let bytes: UInt64

  /// True where everything is as it was sealed.
  package var isWhole: Bool { damaged.isEmpty && elsewhere == nil }
}

extension BundleReader {
  /// Bytes of a body that are fetched behind what is needed in a pass over all of it. Few, since those that aren't
  /// needed yet are moved when the next are.
  private static let readAhead: UInt64 = 256 << 10

  /// Opens every frame once and checks the digest of every record, with the memory of a frame.
  /// - Throws: what the source threw; damage is in the result.
  package func verifyBundle() async throws -> BundleCheck {
    var damaged: [(record: Record, error: BoxError)] = []
    var bytes: UInt64 = 0
    var frame = 0
    var elsewhere: BoxError?
    var last: Range<UInt64>?
    try await body.scanUpToHere()
    for run in runs(of: try table.places().map { table.records[$0] }) {
      if let first = run.frames.first {
        elsewhere = try await openSkipped(frame..<max(frame, first)) ?? elsewhere
        frame = run.frames.upperBound
      }
      for (record, error) in try await verify(run) {
        if let error { damaged.append((record, error)) } else if record.place != last { bytes += record.size }
        last = record.place
      }
    }
    elsewhere = try await openSkipped(frame..<table.frames.frames.count) ?? elsewhere
    elsewhere = try await damage { try await checkEnd() } ?? elsewhere
    return BundleCheck(damaged: damaged, elsewhere: elsewhere, bytes: bytes)
  }

  /// Hands every record to a visitor, in one pass over the body; damage doesn't stop it.
  /// - Throws: what the source or the visitor threw.
  package func readAll(_ visitor: some BundleVisitor) async throws {
    let wanted = try table.places().map { table.records[$0] }.filter { visitor.wants($0) }
    for run in runs(of: wanted) {
      if run.frames.count == 1, let frame = run.frames.first {
        for (record, error) in try await verify(run) {
          if let error {
            try visitor.damaged(record, error)
          } else {
            try withFrame(part(of: record, in: frame)) { try visitor.visit(record, content: $0) }
          }
        }
        continue
      }
      for record in run.records {
        let error =
          record.size > BoxLimits.visited
          ? try await visitLarge(record, visitor) : try await visitSmall(record, visitor)
        if let error { try visitor.damaged(record, error) }
      }
    }
  }

  /// Records that lie wholly in one and the same frame, or share their content, or a single other one.
  private struct Run {
    var records: [Record]
    let frames: Range<Int>
  }

  /// Records in the order of their places, put together where one opening of their frames serves them all.
  private func runs(of records: [Record]) -> [Run] {
    var runs: [Run] = []
    for record in records {
      let frames = table.frames.frames(holding: record.place)
      let shared = frames.count == 1 || (!frames.isEmpty && runs.last?.records.last?.place == record.place)
      if shared, runs.last?.frames == frames {
        runs[runs.count - 1].records.append(record)
      } else {
        runs.append(Run(records: [record], frames: frames))
      }
    }
    return runs
  }

  private func part(of record: Record, in frame: Int) -> Range<Int> {
    let start = table.frames.content(of: frame).lowerBound
    return Int(record.place.lowerBound - start)..<Int(record.place.upperBound - start)
  }

  /// What is wrong with each record of a run.
  private func verify(_ run: Run) async throws -> [(record: Record, error: BoxError?)] {
    guard run.frames.count == 1, let frame = run.frames.first else {
      guard let record = run.records.first else { return [] }
      let error = try await damage { try await stream(record, ahead: Self.readAhead) { _ in } }
      return run.records.map { ($0, error) }
    }
    if let error = try await damage({ try await open(frame, ahead: Self.readAhead) }) {
      return run.records.map { ($0, error) }
    }
    return verify(run.records, in: frame)
  }

  /// The same for records of the open frame. Equal contents share their place and are digested once.
  private func verify(_ records: [Record], in frame: Int) -> [(record: Record, error: BoxError?)] {
    var parts: [Range<Int>] = []
    let numbers = records.map { record in
      let part = part(of: record, in: frame)
      if parts.last != part { parts.append(part) }
      return parts.count - 1
    }
    let digests = withFrame(0..<table.frames.frames[frame].plain) { workspace.digests(of: parts, in: $0) }
    return zip(records, numbers).map { record, number in
      guard digests[number] == record.digest else { return (record, Self.otherDigest) }
      return (record, nil)
    }
  }

  /// A record that lies in several frames and is small enough to be put together in memory.
  private func visitSmall(_ record: Record, _ visitor: some BundleVisitor) async throws -> BoxError? {
    workspace.assembled.clear()
    let error = try await damage {
      try await stream(record, ahead: Self.readAhead) { workspace.assembled.append($0) }
    }
    if error == nil { try workspace.assembled.withSpan { try visitor.visit(record, content: $0) } }
    return error
  }

  private func visitLarge(_ record: Record, _ visitor: some BundleVisitor) async throws -> BoxError? {
    try visitor.begin(record)
    let error = try await damage {
      try await stream(record, ahead: Self.readAhead) { (bytes) in
        do { try visitor.piece(bytes) } catch { throw VisitorFailure(error: error) }
      }
    }
    if error == nil { try visitor.end(record) }
    return error
  }

  /// Opens frames that no record lies in; returns what is wrong with them.
  private func openSkipped(_ frames: Range<Int>) async throws -> BoxError? {
    var found: BoxError?
    for frame in frames {
      found = try await damage { try await open(frame, ahead: Self.readAhead) } ?? found
    }
    return found
  }

  private func damage(_ body: () async throws -> Void) async throws -> BoxError? {
    do {
      try await body()
      return nil
    } catch let failure as VisitorFailure {
      throw failure.error
    } catch let error as BoxError where error.isDamage {
      return error
    }
  }
}

/// An error of the visitor, which must not be taken for damage.
private struct VisitorFailure: Error {
  let error: any Error
}
