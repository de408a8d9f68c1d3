internal import Storage
internal import Synchronization

/// A spool of an `S3Store`: a file of this machine, with the digests that its sending needs.
final class S3Spool: Spool {
  private struct State {
    var file: SpoolFile?
    var digests = BodyDigests()
    var size: UInt64 = 0
  }

  let location: String
  private let state: Mutex<State>

  init(_ file: SpoolFile, of location: String) {
    self.location = location
    state = Mutex(State(file: file))
  }

  var size: UInt64 { state.withLock { $0.size } }

  func write(_ bytes: Span<UInt8>) throws(StorageError) {
    try state.withLock { (state) throws(StorageError) in
      guard let file = state.file else { throw Self.over("an object being made", location) }
      do throws(StorageError) {
        try file.write(bytes)
        state.digests.update(bytes)
        state.size += UInt64(bytes.count)
      } catch {
        // What is half written must never be put.
        state.file = nil
        throw error
      }
    }
  }

  func discard() { state.withLock { $0.file = nil } }

  /// Hands it over to be put.
  func take(_ object: String) throws(StorageError) -> (file: SpoolFile, body: CallBody) {
    let taken = state.withLock { (state) -> (SpoolFile, CallBody)? in
      guard let file = state.file.take() else { return nil }
      return (file, state.digests.body(.file(file, at: 0), count: state.size))
    }
    guard let taken else { throw Self.over(object, location) }
    return taken
  }

  private static func over(_ object: String, _ location: String) -> StorageError {
    StorageError(.io, "write", object, reason: "its spool failed before, or was put or discarded").at(
      location)
  }
}
