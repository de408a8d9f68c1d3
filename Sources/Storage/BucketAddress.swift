/// Where a store lies in a bucket: `s3://bucket/prefix`. The prefix may be empty; everything of the store stands below it.
///
/// Two are the same only where their bytes are: a bucket takes "é" in one code point and in two for different keys.
public struct BucketAddress: Hashable, Sendable, CustomStringConvertible {
  /// What an address begins with.
  public static let scheme = "s3://"
  /// The most bytes that a prefix has: together with an object's name it stays well below the 1024 of a key.
  public static let maximumPrefixBytes = 500

  /// The bucket's name.
  public let bucket: String
  /// The parts above all objects, joined by "/", with none at the end; empty where the bucket is all the store's.
  public let prefix: String

  /// Reads an address. One "/" at the end says nothing.
  /// - Throws: `.badName` where it is none, with what is wrong about it.
  public init(_ text: String) throws(StorageError) {
    let written = Array(text.utf8)
    guard written.starts(with: Self.scheme.utf8) else {
      throw StorageError(.badName, "use", text, reason: "an address of a bucket begins with \(Self.scheme)")
    }
    let rest = written.dropFirst(Self.scheme.utf8.count)
    let bucket = rest.prefix { $0 != Self.slash }
    guard !bucket.contains(UInt8(ascii: "@")) else {
      // It may be a secret that stands there, which no error repeats.
      throw StorageError(
        .badName, "use", "an address of a bucket", reason: "keys don't belong into an address")
    }
    if let wrong = Self.wrong(bucket: Array(bucket)) {
      throw StorageError(.badName, "use", text, reason: "in an address \(Self.scheme)BUCKET/PREFIX \(wrong)")
    }
    var prefix = rest.dropFirst(bucket.count + 1)
    if prefix.last == Self.slash { prefix = prefix.dropLast() }
    if let wrong = Self.wrong(prefix: Array(prefix), isThere: rest.count > bucket.count + 1) {
      throw StorageError(.badName, "use", text, reason: "in an address \(Self.scheme)BUCKET/PREFIX \(wrong)")
    }
    self.bucket = String(decoding: bucket, as: UTF8.self)
    self.prefix = String(decoding: prefix, as: UTF8.self)
  }

  /// As it is written, without a "/" at the end.
  public var description: String { Self.scheme + bucket + (prefix.isEmpty ? "" : "/" + prefix) }

  /// Whether it is the other one, or lies in it.
  public func lies(within other: BucketAddress) -> Bool {
    guard bucket == other.bucket else { return false }
    let inner = Array(prefix.utf8)
    let outer = Array(other.prefix.utf8)
    return outer.isEmpty || inner == outer || inner.starts(with: outer + [Self.slash])
  }

  /// The addresses in the bucket that it lies in, the nearest first.
  package var above: [BucketAddress] {
    let parts = prefix.split(separator: "/")
    return (0..<parts.count).reversed().map {
      BucketAddress(bucket: bucket, prefix: parts[..<$0].joined(separator: "/"))
    }
  }

  private init(bucket: String, prefix: String) {
    self.bucket = bucket
    self.prefix = prefix
  }

  /// The key of what stands below the prefix as `text`.
  public func key(_ text: String) -> String { prefix.isEmpty ? text : prefix + "/" + text }

  /// Equal by bytes.
  public static func == (left: BucketAddress, right: BucketAddress) -> Bool {
    left.bucket == right.bucket && left.prefix.utf8.elementsEqual(right.prefix.utf8)
  }

  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(bucket)
    for byte in prefix.utf8 { hasher.combine(byte) }
  }
}

extension BucketAddress {
  private static let slash = UInt8(ascii: "/")

  /// What is wrong about a bucket's name; nil where nothing is. The rules are those that all servers share: it may have
  /// to be a host's name.
  private static func wrong(bucket: [UInt8]) -> String? {
    let isEdge = { (byte: UInt8) in isLowercase(byte) || isDigit(byte) }
    guard (3...63).contains(bucket.count) else { return "a bucket's name has 3 to 63 characters" }
    guard bucket.allSatisfy({ isEdge($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }) else {
      return "a bucket's name has only lower-case letters, digits, \".\" and \"-\""
    }
    let labels = bucket.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard labels.allSatisfy({ $0.first.map(isEdge) == true && $0.last.map(isEdge) == true }) else {
      return "a bucket's name, and what lies between its dots, begins and ends with a letter or a digit"
    }
    if labels.count == 4, labels.allSatisfy({ $0.allSatisfy(isDigit) }) {
      return "a bucket isn't an IP address"
    }
    return nil
  }

  /// The same of a prefix; `isThere`: something was written behind the bucket's "/".
  private static func wrong(prefix: [UInt8], isThere: Bool) -> String? {
    guard isThere else { return nil }
    guard prefix.count <= maximumPrefixBytes else {
      return "a prefix has at most \(maximumPrefixBytes) bytes"
    }
    for part in prefix.split(separator: slash, omittingEmptySubsequences: false) {
      // Servers that keep files would take them for folders, and tools that show a bucket for a way up.
      if part.isEmpty || part.elementsEqual(".".utf8) || part.elementsEqual("..".utf8) {
        return "no part of a prefix is empty, \".\" or \"..\""
      }
    }
    let hasControls = String(decoding: prefix, as: UTF8.self).unicodeScalars.contains {
      $0.properties.generalCategory == .control
    }
    return hasControls ? "a prefix has no control characters" : nil
  }

  private static func isLowercase(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }
  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
