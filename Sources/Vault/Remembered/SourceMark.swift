internal import Sealing
internal import Storage

/// A file's looks when its record was sealed, or found to be what is sealed.
struct SourceMark: Hashable, Sendable {
  /// The record's mark: `RecordMarks.id`.
  let record: Identifier
  let looks: FileFingerprint
  /// The parts that must all be there, for a record that is sealed in parts.
  var set: Identifier?
}

/// What tells that a file was not written to: the same as git, restic and borg go by.
struct FileFingerprint: Hashable, Sendable {
  let size: UInt64
  let mtime: Int64
  let ctime: Int64
  let inode: UInt64
}

extension FileFingerprint {
  init(_ status: SourceStatus) {
    self.init(size: status.size, mtime: status.mtime, ctime: status.ctime, inode: status.inode)
  }
}
