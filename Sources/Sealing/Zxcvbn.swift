internal import CZxcvbn

/// libzxcvbn, which estimates how many tries a guesser of passphrases needs.
enum Zxcvbn {
  /// Bits of a text that ends with a zero byte.
  static func bits(of text: [CChar]) -> Int { Int(unsafe ZxcvbnMatch(text, nil, nil)) }
}
