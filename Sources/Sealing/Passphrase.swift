/// Identities from passphrases (Format.md, 1.3). A passphrase is its UTF-8 bytes as typed: nothing is trimmed or
/// normalised.
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
    return try KeyDerivation.scrypt(passphrase: passphrase, salt: salt, parameters: parameters)
  }

  /// The identity that a passphrase gives with a salt; takes most of a second on purpose.
  public static func identity(
    _ passphrase: Secret, salt: [UInt8], parameters: ScryptParameters
  ) throws(SealingError) -> Identity {
    try Identity(seed: seed(passphrase, salt: salt, parameters: parameters))
  }

  /// Whether a passphrase is too weak to be taken: under 12 characters, or fewer than 5 different ones. A character
  /// is a byte of UTF-8 and those that continue it.
  package static func isWeak(_ passphrase: Secret) -> Bool {
    passphrase.withSpan { span in
      var characters = 0
      // The first ones that differ, on the stack: a set would leave them in freed memory.
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
        if found < different.count, !(0..<found).contains(where: { different[$0] == character }) {
          different[found] = character
          found += 1
        }
      }
      return characters < 12 || found < different.count
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
