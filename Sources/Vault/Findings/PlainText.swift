/// Text for people's eyes, on a terminal or a page.
public enum PlainText {
  /// Text in which nothing is left that a terminal acts on, or that deceives an eye: controls, what changes the
  /// direction, and what isn't seen at all. Joiners and variation selectors stay, since whole scripts are written with
  /// them. `lines` may be several.
  public static func harmless(_ text: String, lines: Bool = false) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0a where lines: result.unicodeScalars.append(scalar)
      case 0..<0x20, 0x7f..<0xa0, 0xad, 0x34f, 0x61c, 0x115f...0x1160, 0x17b4...0x17b5, 0x180e, 0x200b,
        0x200e...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0x3164, 0xfeff, 0xffa0, 0xfff0...0xfffb,
        0x1bca0...0x1bca3, 0x1d173...0x1d17a, 0xe0000...0xe00ff, 0xe01f0...0xe0fff:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
