internal import Keyring
internal import Sealing

/// Whom a source or a record's label names: a customer by number, or nobody in particular. What the directory takes for
/// one value is one name, however it is spelt.
struct CustomerName: Hashable, Sendable {
  let kind: KeySchedule.TokenKind
  /// As tokens take it (Format.md, 2.1).
  let value: [UInt8]

  /// Nil for what can be nobody's name, and so stands in no directory.
  init?(_ given: [UInt8]) {
    let isCommon = given == Array("common".utf8)
    guard isCommon || KeySchedule.isUsable(.number, given) else { return nil }
    kind = isCommon ? .common : .number
    value = isCommon ? [] : KeySchedule.normalised(given)
  }

  /// By what it is recognised in a customer's class, without saying it: whoever lost the customer's key can't try
  /// numbers on it.
  func mark(under contentKey: Secret) throws -> Identifier {
    try Self.mark(Array(kind.rawValue.utf8) + [0] + value, under: contentKey)
  }

  /// The same for a label, whatever it says.
  static func mark(of label: [UInt8], under contentKey: Secret) throws -> Identifier {
    try CustomerName(label)?.mark(under: contentKey) ?? mark([0] + label, under: contentKey)
  }

  private static func mark(_ bytes: [UInt8], under contentKey: Secret) throws -> Identifier {
    try KeyDerivation.hmac256(key: contentKey, Array("customer".utf8) + [0] + bytes).identifier
  }
}
