/// The name of an object in a store: one to four parts joined by "/", each 1 to 80 characters out of letters,
/// digits, ".", "_" and "-", none beginning with ".".
///
/// So a name can't leave its folder, can't mean the spool, and reads the same on a disk and in a bucket.
public struct ObjectName: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The most parts a name has.
  package static let maximumParts = 4
  /// The most characters a part has.
  package static let maximumPartLength = 80

  /// The whole name.
  public let text: String

  /// Nil where `text` is not a name.
  public init?(_ text: String) {
    var parts = 1
    var length = 0
    for byte in text.utf8 {
      if byte == UInt8(ascii: "/") {
        guard length > 0, parts < Self.maximumParts else { return nil }
        parts += 1
        length = 0
        continue
      }
      guard Self.allows(byte), length < Self.maximumPartLength else { return nil }
      guard length > 0 || byte != UInt8(ascii: ".") else { return nil }
      length += 1
    }
    guard length > 0 else { return nil }
    self.text = text
  }

  /// The parts, outermost first.
  package var parts: [Substring] { text.split(separator: "/") }

  /// The last part.
  public var last: Substring { parts.last ?? "" }

  /// The name with `prefix` and "/" before it; nil where that is too deep or `prefix` isn't allowed.
  public func under(_ prefix: String) -> ObjectName? { ObjectName(prefix + "/" + text) }

  /// Whether the name lies in `folder`, at any depth; every name lies in "".
  package func isUnder(_ folder: String) -> Bool { folder.isEmpty || text.hasPrefix(folder + "/") }

  /// The name without `folder` and "/" before it; nil where it doesn't lie there.
  package func within(_ folder: String) -> ObjectName? {
    guard !folder.isEmpty, isUnder(folder) else { return nil }
    return ObjectName(String(text.dropFirst(folder.count + 1)))
  }

  /// The whole name.
  public var description: String { text }

  /// The order of the bytes.
  public static func < (left: ObjectName, right: ObjectName) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }

  private static func allows(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }
}
