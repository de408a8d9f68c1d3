/// Finds anchors and aliases in YAML, before it is read: a small document of them unfolds into an endless one, and what reads
/// it unfolds them all.
enum YAMLAliases {
  /// The first line, counted from 1, with an unquoted word that begins as an anchor or alias does; nil where there is none.
  /// Text that isn't quoted may look like one, and is refused with it.
  static func first(in text: String) -> Int? {
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    return lines.firstIndex { hasOne($0) }.map { $0 + 1 }
  }

  private static func hasOne(_ line: Substring) -> Bool {
    let begins: Set<Character> = [" ", "\t", "[", "{", ",", ":", "?", "-"]
    var quote: Character?
    var before: Character = " "
    for (character, after) in zip(line, Array(line.dropFirst()) + [" "]) {
      defer { before = character }
      if let open = quote {
        if character == open, before != "\\" || open == "'" { quote = nil }
        continue
      }
      let isFirst = begins.contains(before)
      if character == "#", isFirst { return false }
      if isFirst, character == "'" || character == "\"" {
        quote = character
      } else if isFirst, character == "&" || character == "*", !after.isWhitespace {
        return true
      }
    }
    return false
  }
}
