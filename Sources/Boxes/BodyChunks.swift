internal import Sealing

/// The chunks of a bundle's sealed body: where each lies in it, and opening them.
struct BodyChunks {
  /// Length of the sealed body.
  let length: UInt64
  /// Bytes of its plaintext.
  let plainSize: UInt64
  private let key: Secret
  private let context: [UInt8]
  private var opener: StreamOpener?

  init(length: UInt64, plainSize: UInt64, key: Secret, context: [UInt8]) {
    (self.length, self.plainSize, self.key, self.context) = (length, plainSize, key, context)
  }

  /// The last chunk, which alone is shorter than the others.
  var last: UInt64 { plainSize / UInt64(SealedStream.chunkSize) }

  /// Whether the header was read.
  var isBegun: Bool { opener != nil }

  /// Where a chunk begins.
  func start(of chunk: UInt64) -> UInt64 {
    UInt64(SealedStream.headerSize) + chunk * UInt64(SealedStream.sealedChunkSize)
  }

  /// Where it ends.
  func end(of chunk: UInt64) -> UInt64 { chunk == last ? length : start(of: chunk + 1) }

  /// Takes the header. The key opened the table, so a commitment that differs means a damaged body.
  mutating func begin(_ header: Span<UInt8>) throws {
    do { opener = try StreamOpener(header: header, key: key, context: context) } catch {
      guard error.code == .wrongKey else { throw error }
      throw BoxError(.corrupted, "the head of the body isn't what was sealed")
    }
  }

  /// Opens the chunk that begins at `place` of what was read, and appends it to `window`.
  func open(_ chunk: UInt64, in read: Span<UInt8>, at place: Int, into window: inout [UInt8])
    throws(BoxError)
  {
    guard let opener else { throw BoxError(.corrupted, "the body isn't open") }
    let count = Int(end(of: chunk) - start(of: chunk))
    guard place + count <= read.count else { throw BoxError(.truncated, "the box ends within a body") }
    let sealed = read.extracting(place..<(place + count))
    let before = window.count
    do throws(SealingError) {
      try window.append(addingCapacity: count) { (out) throws(SealingError) in
        try opener.openChunk(chunk, sealed, isLast: chunk == last, into: &out)
      }
    } catch {
      window.removeLast(window.count - before)
      throw BoxError(.corrupted, "a chunk of the body isn't what was sealed")
    }
  }
}
