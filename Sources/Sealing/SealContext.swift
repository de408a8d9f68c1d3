/// What a sealed stream is, and where it belongs: 84 bytes that are never stored (Format.md, 1.2). A stream
/// opens in its own context only.
package struct SealContext: Hashable, Sendable {
  /// What is sealed.
  public enum Kind: UInt16, Sendable {
    case body = 1
    case table, index, section, page, pageKey, grant, journal, identityFile
  }

  /// Bytes in a context.
  package static let byteCount = 84

  /// The 84 bytes.
  package let bytes: [UInt8]

  /// A context; what doesn't apply stays zero.
  package init(
    _ kind: Kind, vault: Identifier, bundle: Identifier = .zero, section: Identifier = .zero,
    subject: Identifier = .zero, number: UInt32 = 0
  ) {
    var bytes = Array("STRONGRM".utf8)
    bytes.reserveCapacity(Self.byteCount)
    bytes += BigEndian.bytes(UInt16(1))
    bytes += BigEndian.bytes(kind.rawValue)
    bytes += [0, 0, 0, 0]
    bytes += vault.bytes
    bytes += bundle.bytes
    bytes += section.bytes
    bytes += subject.bytes
    bytes += BigEndian.bytes(number)
    self.bytes = bytes
  }
}
