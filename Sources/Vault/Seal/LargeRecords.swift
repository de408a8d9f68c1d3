internal import Sealing
internal import Storage

/// A record that is sealed in parts.
struct LargeRecord: Sendable {
  let file: [UInt8]
  let isKnown: Bool
  var parts = 0
}

/// A file too large for one bundle, of which a version of the same size is sealed.
struct LargeCandidate: Sendable {
  let folder: SourceFolder
  let item: SourceItem
  let known: KnownVersion

  private static let piece = 1 << 20

  /// Whether the file is what was sealed. Read whole before anything is planned: whoever seals a part can't tell.
  /// One that can't be read counts as changed, and is reported when it is sealed.
  @concurrent
  func isUnchanged() async throws -> Bool { try read() }

  private func read() throws -> Bool {
    guard let file = try? folder.open(item.file), item.isSame(file.status) else { return false }
    let digest = try DigestStream()
    var buffer: [UInt8] = []
    var position: UInt64 = 0
    while position < known.size {
      try Task.checkCancellation()
      let wanted = Int(min(UInt64(Self.piece), known.size - position))
      guard let got = try? file.read(into: &buffer, at: position, count: wanted), got == wanted else {
        return false
      }
      digest.update(buffer.span)
      position += UInt64(got)
    }
    return try digest.finish() == known.digest && item.isSame(file.statusNow())
  }
}

extension SourceItem {
  /// Whether a file is as the walk found it.
  func isSame(_ status: SourceStatus) -> Bool {
    status.size == size && status.mtime == mtime && status.ctime == ctime && status.inode == inode
  }
}
