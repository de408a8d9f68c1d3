/// How far a command that works through records is.
public struct RecordProgress: Sendable {
  /// What is being done.
  public let stage: String
  /// Bytes read.
  public let bytes: UInt64
  /// Bytes to be read.
  public let total: UInt64
  /// Records done.
  public let records: UInt64
}
