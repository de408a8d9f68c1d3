/// Texts that mean harm where they are taken for anything but text: by a terminal, an eye, a page, a program or a shell.
/// None has a `/` or a zero byte, so that each can be a name.
enum HostileStrings {
  static let all = [
    "line\nstrongroom: all is well", "over\rwritten", "back\u{8}\u{8}\u{8}\u{8}spaced", "bell\u{7}",
    "tab\tbed",
    "\u{1b}[2J\u{1b}[31mcleared", "\u{1b}]0;titled\u{7}", "\u{9b}31mC1", "\u{85}next line", "delete\u{7f}d",
    "\u{202e}fdp.tcartnoc", "\u{2066}isolated\u{2069}\u{61c}\u{200f}", "lines\u{2028}\u{2029}apart",
    "zero\u{200b}\u{2060}\u{feff}width", "soft\u{ad}hyphen", "\u{e0041}\u{e007f}tags",
    "filler\u{3164}\u{115f}\u{34f}",
    "<script>alert(1)", "<img src=x onerror=alert(1)>", "\" onmouseover=\"alert(1)", "' onfocus='alert(1)",
    "&lt;b&gt;&amp;&#x3c;", "]]><!--", "{{title}}{{{story}}}", "-rf", "--help", "%s%n%00%2e", "$(id)`id`;|",
    "{\"kind\":\"lost\"}", "\\\",\"x\":\"", "\\u0000\\n\\", "'\"\\", "*?[a]", "~root",
    String(repeating: "long ", count: 40),
  ]

  /// Many of them in one name of a file.
  static let name =
    "v\u{1b}[2J\u{7}\nstrongroom: all is well\r\u{8}\u{202e}\u{2028}\u{200b}<b>'\"&]]>%{{x}}\u{9b}31m\\"

  /// Many of them in one name of a class.
  static let className = "c\u{1b}[2J\u{7}\n\r\u{202e}\u{2028}\u{200b}<b>'\"&%{{x}}\u{9b}31m\\"

  /// What of an output people or programs should never get, by a list of its own; nil where there is nothing.
  static func fault(in bytes: [UInt8]) -> String? {
    guard let text = String(validating: bytes, as: UTF8.self) else { return "it isn't UTF-8" }
    for scalar in text.unicodeScalars where scalar != "\n" {
      let properties = scalar.properties
      let code = String(scalar.value, radix: 16)
      switch properties.generalCategory {
      case .control: return "a control U+\(code)"
      case .lineSeparator, .paragraphSeparator: return "a line's end U+\(code)"
      // Joiners are letters of whole scripts.
      case .format where scalar.value != 0x200c && scalar.value != 0x200d: return "what isn't seen U+\(code)"
      default: break
      }
      if properties.isBidiControl { return "a bidi control U+\(code)" }
      if properties.isDefaultIgnorableCodePoint, !properties.isVariationSelector,
        !(0x200c...0x200d).contains(scalar.value)
      {
        return "what isn't seen U+\(code)"
      }
    }
    return text.contains("\nstrongroom: all is well") ? "a line that the program didn't say" : nil
  }
}
