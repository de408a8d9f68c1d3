/// How far copying or verifying is.
public struct CopyProgress: Sendable {
  /// What is being done.
  public let stage: String
  /// Bytes done.
  public let bytes: UInt64
  /// Bytes in all; 0 where that isn't known.
  public let total: UInt64
  /// Objects done, or records at the levels that open them.
  public let items: UInt64

  /// How far something is.
  public init(stage: String, bytes: UInt64, total: UInt64, items: UInt64) {
    self.stage = stage
    self.bytes = bytes
    self.total = total
    self.items = items
  }
}
