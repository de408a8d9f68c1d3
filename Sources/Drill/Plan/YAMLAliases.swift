/// Finds anchors and aliases in YAML, before it is read: a small document of them unfolds into an endless one, and what reads
/// it unfolds them all.
///
/// It doesn't know quotes or comments: only a whole YAML reader knows where one begins, and whatever this one took for a
/// quote could hide an anchor. So a text that has such a word is refused wherever it stands; escaped, as `\\u0026`, it may.
enum YAMLAliases {
  /// The first line, counted from 1, with `&` or `*` before a letter, digit, `_` or `-` and not behind a letter or digit; nil
  /// where there is none.
  static func first(in text: String) -> Int? {
    var line = 1
    var before: UInt8 = 0x20
    var mark = false
    for byte in text.utf8 {
      if mark, isPlain(byte) || byte == 0x5f || byte == 0x2d { return line }
      mark = (byte == 0x26 || byte == 0x2a) && !isPlain(before)
      if byte == 0x0a { line += 1 }
      before = byte
    }
    return nil
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
  }
}
