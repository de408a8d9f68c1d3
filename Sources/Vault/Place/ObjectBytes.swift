package import Sealing
package import Storage

/// Reads objects from end to end with one buffer. Used by one task.
package final class ObjectBytes {
  /// What an object's bytes turned out to be.
  package enum Outcome {
    /// All of them were read.
    case read(Digest)
    /// It isn't there.
    case absent
    /// It is shorter or longer than it should be.
    case otherSize(UInt64)
    /// It can't be read.
    case unreadable(StorageError)
  }

  /// So small that a piece stays in the processor's cache from reading to digesting.
  private static let piece = 256 << 10

  private var buffer: [UInt8] = []
  private let digest: DigestStream

  package init() throws(SealingError) {
    digest = try DigestStream()
    buffer.reserveCapacity(Self.piece)
  }

  /// Reads `size` bytes of an object and hands each piece on.
  /// - Throws: what `sink` throws; trouble with the object is the outcome.
  package func read(
    _ name: ObjectName, of store: any ObjectStore, size: UInt64,
    to sink: (Span<UInt8>) throws -> Void = { _ in }
  ) async throws -> Outcome {
    let object: any StoredObject
    do {
      let there = try await store.size(name)
      guard let there else { return .absent }
      guard there == size else { return .otherSize(there) }
      object = try await store.open(name)
    } catch {
      return error.code == .absent ? .absent : .unreadable(error)
    }
    return try await read(object, size: size, to: sink)
  }

  /// The same of an object that is open.
  package func read(
    _ object: any StoredObject, size: UInt64, to sink: (Span<UInt8>) throws -> Void = { _ in }
  ) async throws -> Outcome {
    _ = digest.finish()
    var buffer: [UInt8] = []
    swap(&buffer, &self.buffer)
    defer { swap(&buffer, &self.buffer) }
    var place: UInt64 = 0
    object.expectSequentialReads()
    while place < size {
      try Task.checkCancellation()
      let got: Int
      do {
        let count = Int(min(UInt64(Self.piece), size - place))
        got = try await object.read(at: place, count: count, into: &buffer)
      } catch {
        return error.code == .absent ? .absent : .unreadable(error)
      }
      guard got > 0 else { return .otherSize(place) }
      try take(buffer, to: sink)
      place += UInt64(got)
    }
    return .read(digest.finish())
  }

  /// A piece of the object. Apart from `read`, since Swift 6.3.1 crashes where a span lives in an async function whose
  /// closure it specialises.
  @inline(never)
  private func take(_ piece: [UInt8], to sink: (Span<UInt8>) throws -> Void) throws {
    digest.update(piece.span)
    try sink(piece.span)
  }
}
