internal import Boxes
package import Rules
internal import Sealing
package import Storage

/// Reading boxes from end to end, without keys.
package enum BoxReading {
  /// Whether a box is what its name says; false too where it isn't there.
  package static func isSound(_ box: KnownBox, in store: any ObjectStore) async throws -> Bool {
    let source = StoredBox(store: store, name: Layout.box(box.box.hash))
    let digest = try DigestStream()
    var buffer: [UInt8] = []
    var offset: UInt64 = 0
    do {
      while true {
        try Task.checkCancellation()
        let count = try await source.read(at: offset, count: 1 << 20, into: &buffer)
        digest.update(buffer.span)
        offset += UInt64(count)
        guard count == 1 << 20, offset <= box.box.size else { break }
      }
    } catch let error as StorageError where error.code == .absent || error.isOfWhatLiesThere {
      return false
    }
    return offset == box.box.size && digest.finish() == box.box.hash
  }
}
