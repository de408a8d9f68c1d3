/// What speaks against a passphrase that somebody chose.
public enum PassphraseFault: Hashable, Sendable {
  /// There is none.
  case empty
  /// It isn't UTF-8, so that another keyboard or editor may write it otherwise.
  case notText
  /// It holds control characters, or characters of which this program doesn't know how they are composed.
  case unusualCharacters
  /// It could be guessed: of so many bits, where `needed` are asked for.
  case weak(bits: Int)
  /// It has so few characters that no estimate of it is worth much.
  case short(characters: Int)

  /// Bits below which a passphrase is weak. At a million guesses a second, each of which costs what version 1's scrypt
  /// does, 50 bits take eighteen years on average.
  public static let needed = 50
}

extension Passphrase {
  /// Characters that a passphrase has at least.
  public static let shortest = 12

  /// What speaks against taking a passphrase for a new identity; nil if nothing does.
  public static func fault(ofNew passphrase: Secret) -> PassphraseFault? {
    guard let text = try? prepared(passphrase) else { return .notText }
    guard text.count > 0 else { return .empty }
    guard !hasUnusualCharacters(text) else { return .unusualCharacters }
    let (bits, characters) = estimate(text)
    guard bits >= PassphraseFault.needed else { return .weak(bits: bits) }
    // The estimate hangs on what the dictionaries don't know.
    return characters < shortest ? .short(characters: characters) : nil
  }

  /// Whether a passphrase begins or ends with a blank, which nobody sees and everybody must type.
  public static func hasBlankEnds(_ passphrase: Secret) -> Bool {
    guard let text = try? prepared(passphrase) else { return false }
    return text.withSpan { span in
      guard span.count > 0 else { return false }
      return [span[0], span[span.count - 1]].contains { $0 == 0x20 || $0 == 0x09 }
    }
  }

  private static func hasUnusualCharacters(_ text: Secret) -> Bool {
    text.withSpan { span in
      var index = 0
      while index < span.count {
        guard span[index] > 0x7f else {
          if span[index] < 0x20 || span[index] == 0x7f { return true }
          index += 1
          continue
        }
        var end = index + 1
        while end < span.count, span[end] & 0xc0 == 0x80 { end += 1 }
        let scalar = String(decoding: (index..<end).map { span[$0] }, as: UTF8.self).unicodeScalars.first
        let unusual: [Unicode.GeneralCategory] = [.control, .unassigned, .surrogate, .privateUse]
        if scalar.map({ unusual.contains($0.properties.generalCategory) }) ?? true { return true }
        index = end
      }
      return false
    }
  }

  /// How many bits a guesser would have to go through (Wheeler, "zxcvbn: Low-Budget Password Strength Estimation",
  /// USENIX Security 2016), and how many characters there are. A character outside ASCII counts as one byte: the
  /// dictionaries don't know its language, so that it mustn't count for more.
  private static func estimate(_ text: Secret) -> (bits: Int, characters: Int) {
    text.withSpan { span in
      var characters: [CChar] = []
      characters.reserveCapacity(span.count + 1)
      defer { characters.indices.forEach { characters[$0] = 0 } }
      var index = 0
      while index < span.count {
        var byte = span[index]
        index += 1
        while byte > 0x7f, index < span.count, span[index] & 0xc0 == 0x80 {
          byte = 0x80 | ((byte << 3) ^ span[index])
          index += 1
        }
        characters.append(CChar(bitPattern: byte))
      }
      let count = characters.count
      characters.append(0)
      return (Zxcvbn.bits(of: characters), count)
    }
  }
}
