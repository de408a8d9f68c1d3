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

  /// Whether the file is what was sealed. Read whole before anything is planned: whoever seals a part can't tell.
  /// One that can't be read counts as changed, and is reported when it is sealed.
  @concurrent
  func isUnchanged() async throws -> Bool { try read() }

  private func read() throws -> Bool {
    do {
      let file = try folder.open(item.file)
      guard item.looks == FileFingerprint(file.status) else { return false }
      var buffer: [UInt8] = []
      return try DigestStream().read(file, 0..<known.size, through: &buffer) == known.digest
        && item.looks == FileFingerprint(file.statusNow())
    } catch is StorageError {
      return false
    }
  }
}
