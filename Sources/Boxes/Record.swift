package import Sealing

/// What is known of a record before its content is sealed.
package struct RecordLabel: Hashable, Sendable {
  /// The record's id, the same for all its versions.
  package var id: Identifier
  /// The path below class and subject, as the source gave it.
  package var path: [UInt8]
  /// The name of the source.
  package var source: String
  /// The customer, as the source gave it.
  package var subject: [UInt8]
  /// What it is called.
  package var title: String
  /// Its media type; "" where that isn't known.
  package var mediaType: String
  /// When it was modified: nanoseconds since 1970-01-01 UTC.
  package var modified: Int64
  /// Permission bits, 0 to 07777.
  package var mode: UInt32
  /// When it was sealed: seconds since 1970-01-01 UTC.
  package var sealedAt: UInt64
  /// Words that somebody gave it; at most 256.
  package var tags: [String]
  /// The day it is of, as its source tells: days since 1970-01-01; nil where unknown.
  package var date: Int32?

  /// Makes a label; `BoxWriter` checks it.
  package init(
    id: Identifier, path: [UInt8], source: String, subject: [UInt8], title: String = "",
    mediaType: String = "",
    modified: Int64 = 0, mode: UInt32 = 0o644, sealedAt: UInt64, tags: [String] = [], date: Int32? = nil
  ) {
    self.id = id
    self.path = path
    self.source = source
    self.subject = subject
    self.title = title
    self.mediaType = mediaType
    self.modified = modified
    self.mode = mode
    self.sealedAt = sealedAt
    self.tags = tags
    self.date = date
  }
}

/// A row of a bundle's table: a record, or a part of one (Format.md, 3.2).
package struct Record: Hashable, Sendable {
  /// What is known of it besides its content.
  package let label: RecordLabel
  /// Bytes of content of this row.
  package let size: UInt64
  /// SHA-256 of the content of this row.
  package let digest: Digest
  /// The year at whose end its retention ends.
  package let retention: UInt16
  /// Where its content begins in the bundle's content; 0 where it is empty.
  package let offset: UInt64
  /// Which part of a record of more than 64 MiB it is; nil for a whole record.
  package let part: Part?

  init(
    _ label: RecordLabel, size: UInt64, digest: Digest, retention: UInt16, offset: UInt64, part: Part?
  ) {
    self.label = label
    self.size = size
    self.digest = digest
    self.retention = retention
    self.offset = size == 0 ? 0 : offset
    self.part = part
  }

  var place: Range<UInt64> { offset..<(offset + size) }
}

/// The rule for a record's path (Format.md, 3.2).
package enum RecordPath {
  /// Refuses a path that is empty, longer than 4,096 bytes, begins or ends with `/`, has an empty part, a part
  /// `.` or `..`, or a zero byte.
  package static func check(_ path: [UInt8]) throws(BoxError) {
    guard !path.isEmpty, path.count <= BoxLimits.path else {
      throw BoxError(.path, "a path has \(path.count) bytes")
    }
    var length = 0
    var dots = 0
    func endPart() throws(BoxError) {
      guard length > 0 else { throw BoxError(.path, "a path has an empty part") }
      guard dots != length || length > 2 else { throw BoxError(.path, "a path has a part . or ..") }
      (length, dots) = (0, 0)
    }
    for byte in path {
      guard byte != 0 else { throw BoxError(.path, "a path has a zero byte") }
      guard byte != UInt8(ascii: "/") else {
        try endPart()
        continue
      }
      length += 1
      if byte == UInt8(ascii: ".") { dots += 1 }
    }
    try endPart()
  }
}
