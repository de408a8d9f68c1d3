internal import Foundation
package import Sealing

/// What is derived from the two keys of a bundle: the subject's key for the class, and an epoch key of the class
/// (Format 2.1).
package enum KeySchedule {
  /// A key check's bytes.
  package static let checkSize = 8

  /// How many bytes a key has.
  package static let keySize = 32
  /// The longest value that a token is made of, in bytes.
  package static let maximumValue = 4096

  /// What something known of a customer is.
  package enum TokenKind: String, Sendable, Hashable, CaseIterable {
    /// The customer number.
    case number
    /// The number of an identity document.
    case id
    /// Nothing: the subject of what belongs to nobody. Its value is empty.
    case common
  }

  /// A fresh random key.
  static func random(_ what: String) throws(KeyringError) -> Secret {
    try sealing(what) { () throws(SealingError) in try Secret.random(count: keySize) }
  }

  /// The key that opens a bundle's body and table; neither of the two keys is enough for it.
  package static func bundleKey(subject: Secret, epoch: Secret) throws(KeyringError) -> Secret {
    try check(subject)
    try check(epoch)
    return try derive(.concatenating([subject, epoch]), "strongroom/v1 bundle", 32)
  }

  /// The key that opens the indexes sealed with an epoch of the class.
  package static func indexKey(epoch: Secret) throws(KeyringError) -> Secret {
    try check(epoch)
    return try derive(epoch, "strongroom/v1 index", 32)
  }

  /// The key of the digest that ties a bundle's table to its index row.
  package static func contentKey(subject: Secret) throws(KeyringError) -> Secret {
    try check(subject)
    return try derive(subject, "strongroom/v1 content", 32)
  }

  /// 8 bytes that tell which of a subject's keys a bundle was sealed with; public within the class.
  package static func keyCheck(subject: Secret) throws(KeyringError) -> [UInt8] {
    try check(subject)
    let check = try derive(subject, "strongroom/v1 check", checkSize)
    return check.withSpan { (span) in span.indices.map { span[$0] } }
  }

  /// The token under which the directory keeps the id of a subject.
  ///
  /// - Parameters:
  ///   - kind: what the value is.
  ///   - value: the value as the source gave it; empty for `common`, for no other kind.
  ///   - epoch: an epoch key of the directory.
  /// - Throws: `malformed` for a value that is empty once normalised, or too long.
  package static func token(_ kind: TokenKind, _ value: [UInt8], epoch: Secret) throws(KeyringError)
    -> Identifier
  {
    try check(epoch)
    guard value.count <= maximumValue else {
      throw KeyringError(.malformed, "a \(kind.rawValue) of more than \(maximumValue) bytes")
    }
    let normal = normalised(value)
    guard normal.isEmpty == (kind == .common) else {
      throw KeyringError(.malformed, kind == .common ? "common takes no value" : "an empty \(kind.rawValue)")
    }
    let message = Array(kind.rawValue.utf8) + [0] + normal
    return try sealing("token") { () throws(SealingError) in
      try KeyDerivation.hmac256(key: epoch, message).identifier
    }
  }

  /// Whether a token can be made of a value: it isn't too long, and not empty but for `common`.
  package static func isUsable(_ kind: TokenKind, _ value: [UInt8]) -> Bool {
    value.count <= maximumValue && normalised(value).isEmpty == (kind == .common)
  }

  /// A value as tokens take it: UTF-8 in NFKC without white space at its ends; other bytes as they are.
  package static func normalised(_ value: [UInt8]) -> [UInt8] {
    // Most numbers are ASCII, of which NFKC changes nothing.
    if value.allSatisfy({ $0 < 0x80 }) {
      func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
      guard let first = value.firstIndex(where: { !isSpace($0) }),
        let last = value.lastIndex(where: { !isSpace($0) })
      else { return [] }
      return first == 0 && last == value.count - 1 ? value : Array(value[first...last])
    }
    guard let text = String(validating: value, as: UTF8.self) else { return value }
    // Normalised first: NFKC makes plain spaces of others, which then are cut as well.
    var scalars = Substring(text.precomposedStringWithCompatibilityMapping).unicodeScalars
    while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    return Array(String(scalars).utf8)
  }

  private static func check(_ key: Secret) throws(KeyringError) {
    guard key.count == keySize else { throw KeyringError(.malformed, "a key of \(key.count) bytes") }
  }

  private static func derive(_ ikm: Secret, _ info: String, _ count: Int) throws(KeyringError) -> Secret {
    try sealing(info) { () throws(SealingError) in
      try KeyDerivation.hkdf(ikm, info: Array(info.utf8), count: count)
    }
  }
}
