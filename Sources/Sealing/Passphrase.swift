internal import Foundation

/// Identities from passphrases (Format.md, 1.3).
public enum Passphrase {
  /// Bytes of a salt.
  package static let saltSize = 32

  /// No i, l, o, 0, 1: nothing that can be mistaken for another.
  private static let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789".utf8)
  private static let groups = 6
  private static let groupSize = 5

  /// The identity seed that a passphrase gives with a salt; takes most of a second on purpose.
  package static func seed(
    _ passphrase: Secret, salt: [UInt8], parameters: ScryptParameters
  ) throws(SealingError) -> Secret {
    guard salt.count == saltSize else {
      throw SealingError(.refusedParameters, "a passphrase's salt has 32 bytes, not \(salt.count)")
    }
    return try KeyDerivation.scrypt(
      passphrase: prepared(passphrase), salt: salt, parameters: parameters)
  }

  /// The identity that a passphrase gives with a salt; takes most of a second on purpose.
  public static func identity(
    _ passphrase: Secret, salt: [UInt8], parameters: ScryptParameters
  ) throws(SealingError) -> Identity {
    try Identity(seed: seed(passphrase, salt: salt, parameters: parameters))
  }

  /// A new identity of a passphrase, and the salt and parameters by which it gives that identity again.
  public static func newIdentity(
    of passphrase: Secret
  ) throws(SealingError) -> (identity: Identity, scrypt: IdentityFile.Scrypt) {
    let salt = try Randomness.bytes(saltSize)
    let identity = try identity(passphrase, salt: salt, parameters: .standard)
    return (identity, IdentityFile.Scrypt(parameters: .standard, salt: salt))
  }

  private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

  /// The bytes that are taken of a passphrase: UTF-8 in NFC with every space of Unicode as an ordinary one, as in RFC
  /// 8265, 4.2, and without a byte order mark. The same words give the same bytes whatever keyboard or editor they
  /// come from.
  /// - Throws: `SealingError` `.notText` for what isn't UTF-8.
  package static func prepared(_ passphrase: Secret) throws(SealingError) -> Secret {
    let text = passphrase.withSpan { span in
      let marked = span.count >= 3 && byteOrderMark.indices.allSatisfy { span[$0] == byteOrderMark[$0] }
      return passphrase.slice((marked ? byteOrderMark.count : 0)..<span.count)
    }
    // ASCII is as it should be, and leaves no copy in a string's memory.
    guard text.withSpan({ span in span.indices.contains { span[$0] > 0x7f } }) else { return text }
    guard var written = string(text) else {
      throw SealingError(.notText, "the passphrase isn't UTF-8")
    }
    let spaced = String.UnicodeScalarView(
      written.unicodeScalars.map { $0.properties.generalCategory == .spaceSeparator ? " " : $0 })
    written = String(spaced).precomposedStringWithCanonicalMapping
    return Secret(copying: Array(written.utf8))
  }

  private static func string(_ text: Secret) -> String? {
    text.withSpan { span in
      var bytes = span.indices.map { span[$0] }
      defer { bytes.indices.forEach { bytes[$0] = 0 } }
      return String(validating: bytes, as: UTF8.self)
    }
  }

  /// A random passphrase of six groups of five characters, 148 bits.
  public static func generate() throws(SealingError) -> Secret {
    let letters = groups * groupSize
    let random = try Secret.random(count: letters * 8)
    return try Secret(count: letters + groups - 1) { out throws(SealingError) in
      var used = 0
      for letter in 0..<letters {
        if letter > 0 && letter % groupSize == 0 { out.append(UInt8(ascii: "-")) }
        let value = try random.withSpan { bytes throws(SealingError) in
          // Bytes beyond a multiple of the alphabet would make some letters likelier: one in 32 is passed over.
          while used < bytes.count {
            used += 1
            if bytes[used - 1] < 256 / alphabet.count * alphabet.count { return Int(bytes[used - 1]) }
          }
          throw SealingError(.unavailable, "the random numbers aren't random")
        }
        out.append(alphabet[value % alphabet.count])
      }
    }
  }
}
