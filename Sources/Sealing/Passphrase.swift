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

  /// Whether a passphrase is too weak to be taken: under 12 characters, or fewer than 5 different ones. Characters
  /// are Unicode scalars in UTF-8; bytes that aren't UTF-8 count with the character before them.
  public static func isWeak(_ passphrase: Secret) -> Bool {
    passphrase.withSpan { span in
      var characters = 0
      // The first characters that differ, no more than are needed: nothing else of the passphrase is copied.
      var different = InlineArray<5, UInt32>(repeating: 0)
      var found = 0
      var index = 0
      while index < span.count {
        var character = UInt32(span[index])
        index += 1
        while index < span.count, span[index] & 0xc0 == 0x80 {
          character = character << 8 | UInt32(span[index])
          index += 1
        }
        characters += 1
        let isKnown = (0..<found).contains { different[$0] == character }
        if !isKnown, found < 5 {
          different[found] = character
          found += 1
        }
      }
      return characters < 12 || found < 5
    }
  }

  /// A passphrase of six groups of five characters that can't be mistaken for one another: 148 bits.
  public static func generate() throws(SealingError) -> Secret {
    var pool = try Secret.random(count: 64)
    var used = 0
    return try Secret(count: 35) { out throws(SealingError) in
      while out.count < 35 {
        if out.count % 6 == 5 { out.append(UInt8(ascii: "-")) }
        if used == pool.count { (pool, used) = (try Secret.random(count: 64), 0) }
        let byte = pool.withSpan { Int($0[used]) }
        used += 1
        // Bytes beyond a multiple of the alphabet would make some characters likelier.
        guard byte < 256 / alphabet.count * alphabet.count else { continue }
        out.append(alphabet[byte % alphabet.count])
      }
    }
  }
}
