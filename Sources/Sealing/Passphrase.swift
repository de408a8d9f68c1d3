/// Identities from passphrases (Format.md, 1.3).
public enum Passphrase {
  /// Bytes of a salt.
  public static let saltSize = 32
  private static let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789".utf8)

  /// The identity that a passphrase gives with a salt; takes most of a second on purpose.
  public static func identity(
    _ passphrase: Secret, salt: [UInt8], parameters: ScryptParameters
  ) throws(SealingError) -> Identity {
    try Identity(seed: KeyDerivation.scrypt(passphrase: passphrase, salt: salt, parameters: parameters))
  }

  /// Whether a passphrase is too weak to be taken: under 12 characters, or fewer than 5 different ones.
  public static func isWeak(_ passphrase: Secret) -> Bool {
    passphrase.withSpan { span in
      var seen: Set<UInt8> = []
      for index in span.indices { seen.insert(span[index]) }
      return span.count < 12 || seen.count < 5
    }
  }

  /// A passphrase of six groups of five characters that can't be mistaken for one another: 148 bits.
  public static func generate() throws(SealingError) -> Secret {
    try Secret(count: 35) { out throws(SealingError) in
      var written = 0
      while written < 35 {
        if written % 6 == 5 {
          out.append(UInt8(ascii: "-"))
          written += 1
          continue
        }
        // Bytes beyond a multiple of the alphabet would make some characters likelier.
        let byte = Int(try Randomness.bytes(1)[0])
        guard byte < 256 / alphabet.count * alphabet.count else { continue }
        out.append(alphabet[byte % alphabet.count])
        written += 1
      }
    }
  }
}
