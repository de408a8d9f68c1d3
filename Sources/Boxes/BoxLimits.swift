/// The limits of Format.md, chapter 3. A reader takes no memory for more.
package enum BoxLimits {
  /// Bytes of a box's header, below which nothing is a box.
  package static let header = 32
  /// Bytes of a box: 16 GiB.
  package static let box: UInt64 = 16 << 30
  /// Bytes at which a writer closes a box: 64 MiB.
  package static let closing: UInt64 = 64 << 20
  /// Rows of an index.
  package static let rows = 65_536
  /// Records of a bundle.
  package static let records = 65_536
  /// Bytes of content of a bundle: 64 MiB. A larger record is cut into parts.
  package static let content: UInt64 = 64 << 20
  /// Bytes of content of a frame: 4 MiB.
  package static let frame = 4 << 20
  /// Frames of a bundle.
  package static let frames = 4_096
  /// Bytes of a table before it is compressed: 32 MiB.
  package static let table = 32 << 20
  /// Bytes of a table as it is sealed: zstd adds less than half a percent to what doesn't shrink.
  package static let packedTable = 33 << 20
  /// Bytes of one record's row in a table: 64 KiB.
  package static let row = 64 << 10
  /// Tags of a record.
  package static let tags = 256
  /// Days of records, since 1970-01-01: 0001-01-01 to 9999-12-31.
  package static let days: ClosedRange<Int32> = -719_162...2_932_896
  /// Bytes of a path.
  package static let path = 4_096
  /// Bytes of a record that a reader verifies in memory: 16 MiB.
  package static let inMemory: UInt64 = 16 << 20
  /// Bytes of a record that is put together from several frames before a visitor gets it: 2 MiB. Larger ones go to it
  /// frame by frame.
  package static let visited: UInt64 = 2 << 20
}
