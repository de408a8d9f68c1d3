/// The limits of Format.md, chapter 3. A reader takes no memory for more.
public enum BoxLimits {
  /// Bytes of a box's header, below which nothing is a box.
  public static let header = 32
  /// Bytes of a box: 16 GiB.
  public static let box: UInt64 = 16 << 30
  /// Bytes at which a writer closes a box: 64 MiB.
  public static let closing: UInt64 = 64 << 20
  /// Rows of an index.
  public static let rows = 65_536
  /// Records of a bundle.
  public static let records = 65_536
  /// Bytes of content of a bundle: 64 MiB. A larger record is cut into parts.
  public static let content: UInt64 = 64 << 20
  /// Bytes of content of a frame: 4 MiB.
  public static let frame = 4 << 20
  /// Frames of a bundle.
  public static let frames = 4_096
  /// Bytes of a table before it is compressed: 32 MiB.
  public static let table = 32 << 20
  /// Bytes of a table as it is sealed: zstd adds less than half a percent to what doesn't shrink.
  public static let packedTable = 33 << 20
  /// Bytes of one record's row in a table: 64 KiB.
  public static let row = 64 << 10
  /// Tags of a record.
  public static let tags = 256
  /// Bytes of a path.
  public static let path = 4_096
  /// Bytes of a record that a reader verifies in memory: 16 MiB.
  public static let inMemory: UInt64 = 16 << 20
  /// Bytes of a record that is put together from several frames before a visitor gets it: 2 MiB. Larger ones go to it
  /// frame by frame.
  public static let visited: UInt64 = 2 << 20
}
