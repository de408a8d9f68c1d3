internal import Storage
internal import Synchronization

/// An object that is open for many reads. Once it is read from one end to the other, one request's body serves all reads;
/// else each read is a request.
final class S3Object: StoredObject {
  private struct State {
    var isSequential = false
    var stream: Stream?
    /// Which version the first read was of.
    var tag: String?
  }

  /// A body that is being read, and where.
  private struct Stream: Sendable {
    let range: RangeStream
    let first: UInt64
    var at: UInt64
  }

  private let store: S3Store
  private let name: ObjectName
  /// Nil for the newest.
  private let version: String?
  private let state = Mutex(State())

  init(_ store: S3Store, _ name: ObjectName, version: String? = nil) {
    self.version = version
    self.store = store
    self.name = name
  }

  func expectSequentialReads() { state.withLock { $0.isSequential = true } }

  func read(at offset: UInt64, count: Int, into buffer: inout [UInt8]) async throws(StorageError) -> Int {
    guard count > 0, offset < UInt64(Int64.max), state.withLock({ $0.isSequential }) else {
      return try await store.read(name, version, at: offset, count: count, into: &buffer)
    }
    buffer.removeAll(keepingCapacity: true)
    var bytes: [UInt8] = []
    swap(&bytes, &buffer)
    defer { swap(&bytes, &buffer) }
    let call = store.reading(name, "bytes=\(offset)-", version: version)
    var attempt = 1
    while true {
      var stream = try await stream(at: offset, call)
      do throws(Trouble) {
        let got = try await stream.range.next(count, from: stream.at - stream.first, into: &bytes)
        stream.at += UInt64(got)
        if got == count, !stream.range.isOver(after: stream.at - stream.first) {
          let read = stream
          state.withLock { $0.stream = read }
        }
        return got
      } catch {
        bytes.removeAll(keepingCapacity: true)
        try await store.pause(before: &attempt, error, call)
      }
    }
  }

  /// The body that goes on at an offset: the one that was read last, or another one. It is the reader's alone until it is
  /// put back.
  private func stream(at offset: UInt64, _ call: Call) async throws(StorageError) -> Stream {
    let kept = state.withLock { (state) -> Stream? in
      defer { state.stream = nil }
      return state.stream?.at == offset ? state.stream : nil
    }
    if let kept { return kept }
    let range = try await store.range(call, offset)
    let isSame = state.withLock { (state) -> Bool in
      guard let tag = range.tag else { return true }
      defer { state.tag = tag }
      return state.tag == nil || state.tag == tag
    }
    guard isSame else { throw store.wire.error(.corrupt, call, "it changed while it was read") }
    return Stream(range: range, first: offset, at: offset)
  }
}
