internal import FoundationEssentials
public import Sealing

/// A C2SP signed note with exactly one signature, by Ed25519.
///
/// A parsed note is well-formed, not yet verified: `verify(signer:)` does that.
public struct Note: Hashable, Sendable {
  /// A note of ours is a few hundred bytes; this bounds what is looked at.
  package static let sizeLimit = 4096

  /// The signed text, its last line feed included.
  public let text: [UInt8]
  /// The key's name in the signature line.
  public let name: String
  /// The first four bytes of the signature line's data.
  package let keyID: [UInt8]
  /// 64 bytes (RFC 8032).
  public let signature: [UInt8]

  /// Parses a note of one signature line, refusing every other form.
  public init(parsing bytes: [UInt8]) throws(LedgerError) {
    guard bytes.count <= Self.sizeLimit else { throw LedgerError(.tooLarge, "note", "is over 4 KiB") }
    guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(where: { $0 < 0x20 && $0 != 0x0a })
    else { throw Self.malformed("isn't text") }
    guard let end = Self.lastEmptyLine(bytes) else {
      throw Self.malformed("has no empty line before a signature")
    }
    let line = bytes[(end + 1)...]
    guard line.last == 0x0a, line.dropLast().firstIndex(of: 0x0a) == nil, line.starts(with: Self.dash) else {
      throw Self.malformed("doesn't end in exactly one signature line")
    }
    let parts = line.dropFirst(Self.dash.count).dropLast().split(
      separator: 0x20, omittingEmptySubsequences: false)
    guard parts.count == 2, let name = String(validating: parts[0], as: UTF8.self), Self.isName(name) else {
      throw Self.malformed("has a signature line without a name and a signature")
    }
    guard let data = Base64.decode(parts[1]), data.count == 4 + 64 else {
      throw Self.malformed("has a signature that isn't one of Ed25519")
    }
    text = Array(bytes[..<end])
    self.name = name
    keyID = Array(data[..<4])
    signature = Array(data[4...])
  }

  /// Signs `text`, which must end in a line feed and be text, under the key name `name`.
  public init(signing text: [UInt8], name: String, identity: Identity) throws(LedgerError) {
    let id = Self.keyID(name: name, ed25519: identity.publicIdentity.ed25519)
    let signature: [UInt8]
    do {
      signature = try identity.sign(text)
    } catch {
      throw LedgerError(.unavailable, "note", "can't be signed: \(error)")
    }
    self = try Self(parsing: Self(text: text, name: name, keyID: id, signature: signature).bytes)
    try verify(signer: identity.publicIdentity)
  }

  private init(text: [UInt8], name: String, keyID: [UInt8], signature: [UInt8]) {
    self.text = text
    self.name = name
    self.keyID = keyID
    self.signature = signature
  }

  /// The note as it is written.
  public var bytes: [UInt8] {
    text + [0x0a] + Self.dash + Array(name.utf8) + [0x20] + Base64.encode(keyID + signature) + [0x0a]
  }

  /// Checks key id and signature against the signer's key.
  public func verify(signer: PublicIdentity) throws(LedgerError) {
    guard keyID == Self.keyID(name: name, ed25519: signer.ed25519),
      signer.verifies(signature: signature, of: text)
    else {
      throw LedgerError(.wrongSignature, "note", "isn't signed by \(signer.id)")
    }
  }

  /// First four bytes of SHA-256(name || 0A || 01 || Ed25519 public key).
  package static func keyID(name: String, ed25519: [UInt8]) -> [UInt8] {
    Array(Digest.sha256(of: Array(name.utf8) + [0x0a, 0x01] + ed25519).bytes[..<4])
  }

  /// An em dash and a space.
  private static let dash: [UInt8] = [0xe2, 0x80, 0x94, 0x20]

  /// Where the last empty line begins, which ends the text.
  private static func lastEmptyLine(_ bytes: [UInt8]) -> Int? {
    var position = bytes.count - 1
    while position > 0 {
      if bytes[position] == 0x0a && bytes[position - 1] == 0x0a { return position }
      position -= 1
    }
    return nil
  }

  private static func isName(_ name: String) -> Bool {
    // ASCII, which ours is, takes no look into tables.
    if name.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != 0x2b }) { return !name.isEmpty }
    return !name.unicodeScalars.contains { $0.properties.isWhitespace || $0 == "+" }
  }

  private static func malformed(_ what: String) -> LedgerError { LedgerError(.malformed, "note", what) }
}

/// RFC 4648 section 4, in its one canonical form.
enum Base64 {
  static func encode(_ bytes: [UInt8]) -> [UInt8] {
    Array(Data(bytes).base64EncodedData())
  }

  /// Nil for anything that `encode` would not have written.
  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard let data = Data(base64Encoded: Data(text)) else { return nil }
    let bytes = Array(data)
    return encode(bytes).elementsEqual(text) ? bytes : nil
  }
}
