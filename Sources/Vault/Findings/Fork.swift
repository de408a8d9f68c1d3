public import Sealing

/// A point at which a ledger goes on another way than was seen.
public struct Fork: Hashable, Sendable {
  /// Entries that both ways share.
  public let size: UInt64
  /// The root at that size.
  public let root: Digest

  /// A fork at a size and root.
  public init(size: UInt64, root: Digest) {
    self.size = size
    self.root = root
  }

  /// Reads `SIZE:ROOT`.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let size = UInt64(parts[0]), let root = Digest(hex: parts[1]) else {
      return nil
    }
    self.init(size: size, root: root)
  }

  /// The text that the command line takes.
  public var text: String { "\(size):\(root.hex)" }
}
