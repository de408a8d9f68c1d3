/// What a sealed stream is, and where it belongs: 84 bytes that are never stored (Format.md, 1.2). A stream
/// opens in its own context only.
public struct SealContext: Hashable, Sendable {
  /// What is sealed.
  public enum Kind: UInt16, Sendable {
    case body = 1
    case table, index, section, page, pageKey, grant, journal, identityFile
  }

  /// The 84 bytes.
  public let bytes: [UInt8]

  /// A context; what doesn't apply stays zero.
  public init(
    _ kind: Kind, vault: Identifier, bundle: Identifier = .zero, section: Identifier = .zero,
    subject: Identifier = .zero, number: UInt32 = 0
  ) {
    var bytes = Array("STRONGRM".utf8)
    bytes += BigEndian.bytes(UInt16(1)) + BigEndian.bytes(kind.rawValue) + [0, 0, 0, 0]
    bytes += vault.bytes + bundle.bytes + section.bytes + subject.bytes + BigEndian.bytes(number)
    self.bytes = bytes
  }
}
