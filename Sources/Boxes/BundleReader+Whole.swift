internal import Sealing

/// Gets every record of a bundle, in the order in which their contents lie there.
public protocol BundleVisitor: AnyObject {
  /// Whether it wants this record; its content is read only then.
  func wants(_ record: Record) -> Bool
  /// A record of at most 16 MiB, verified.
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
public struct BundleCheck: Sendable {
  /// Records that aren't whole, and why.
  public let damaged: [(record: Record, error: BoxError)]
  /// Damage that hurts no record: in content that none names, or in the stream's end.
  public let elsewhere: BoxError?
  /// Bytes of content that were opened and digested.
  public let bytes: UInt64

  /// True where everything is as it was sealed.
  public var isWhole: Bool { damaged.isEmpty && elsewhere == nil }
}

extension BundleReader {
  /// Bytes of a body that one read fetches in a pass over all of it.
  private static let readAhead: UInt64 = 1 << 20

  /// Opens every frame once and checks the digest of every record, with the memory of a frame.
  /// - Throws: what the source threw; damage is in the result.
  public func verifyBundle() async throws -> BundleCheck {
    var damaged: [(record: Record, error: BoxError)] = []
    var bytes: UInt64 = 0
    var frame = 0
    var elsewhere: BoxError?
    var last: (place: Range<UInt64>, error: BoxError?)?
    for record in try table.places().map({ table.records[$0] }) {
      // Equal contents share their place; it is checked once.
      if let last, last.place == record.place, record.size > 0 {
        if let error = last.error { damaged.append((record, error)) }
        continue
      }
      let frames = table.frames.frames(holding: record.place)
      if !frames.isEmpty {
        elsewhere = try await openSkipped(frame..<max(frame, frames.lowerBound)) ?? elsewhere
        frame = frames.upperBound
      }
      let error = try await damage { try await stream(record, ahead: Self.readAhead) { _ in } }
      if let error { damaged.append((record, error)) } else { bytes += record.size }
      last = (record.place, error)
    }
    elsewhere = try await openSkipped(frame..<table.frames.frames.count) ?? elsewhere
    elsewhere = try await damage { try await checkEnd() } ?? elsewhere
    return BundleCheck(damaged: damaged, elsewhere: elsewhere, bytes: bytes)
  }

  /// Hands every record to a visitor, in one pass over the body; damage doesn't stop it.
  /// - Throws: what the source or the visitor threw.
  public func readAll(_ visitor: some BundleVisitor) async throws {
    for record in try table.places().map({ table.records[$0] }) where visitor.wants(record) {
      let error: BoxError? =
        if record.size > BoxLimits.inMemory {
          try await visitLarge(record, visitor)
        } else {
          try await visitSmall(record, visitor)
        }
      if let error { try visitor.damaged(record, error) }
    }
  }

  private func visitSmall(_ record: Record, _ visitor: some BundleVisitor) async throws -> BoxError? {
    let frames = table.frames.frames(holding: record.place)
    guard frames.count == 1, let frame = frames.first else {
      workspace.assembled.clear()
      let error = try await damage {
        try await stream(record, ahead: Self.readAhead) { workspace.assembled.append($0) }
      }
      if error == nil { try workspace.assembled.withSpan { try visitor.visit(record, content: $0) } }
      return error
    }
    var place = 0..<0
    let error = try await damage {
      place = try await open(frame, holding: record.place, ahead: Self.readAhead)
      let digest = workspace.frame.withSpan { Digest.sha256(of: $0.extracting(place)) }
      try check(digest, of: record)
    }
    if error == nil {
      try workspace.frame.withSpan { try visitor.visit(record, content: $0.extracting(place)) }
    }
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
