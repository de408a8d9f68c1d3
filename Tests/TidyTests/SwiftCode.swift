/// Swift source with comments and string literals blanked, line breaks kept: enough of a lexer to count braces and
/// look for words without a comment or a message being taken for code.
struct SwiftCode {
  let text: String
  /// What its string literals say, in the order in which they end, with the line on which each begins.
  let literals: [Literal]

  /// A string literal; `\()` stands for what is put into it.
  struct Literal {
    let text: String
    let line: Int
  }

  init(_ source: String) {
    var blanker = Blanker(source)
    text = blanker.blanked()
    literals = blanker.literals
  }

  /// The words of the code with the line on which each stands, counted from 1.
  var words: [(word: Substring, line: Int, before: Character?)] {
    var found: [(Substring, Int, Character?)] = []
    var line = 1
    var index = text.startIndex
    var before: Character?
    while index < text.endIndex {
      let start = index
      while index < text.endIndex, text[index].isWordPart { index = text.index(after: index) }
      if start < index {
        found.append((text[start..<index], line, before))
        before = text[text.index(before: index)]
      } else {
        if text[index] == "\n" { line += 1 }
        before = text[index]
        index = text.index(after: index)
      }
    }
    return found
  }
}

extension Character {
  var isWordPart: Bool { isLetter || isNumber || self == "_" }
}

/// Goes through a source once, from the outermost code into comments and literals and back.
private struct Blanker {
  private let source: [UInt8]
  private var at = 0
  private var out: [UInt8] = []
  private(set) var literals: [SwiftCode.Literal] = []

  init(_ source: String) {
    self.source = Array(source.utf8)
    out.reserveCapacity(self.source.count)
  }

  mutating func blanked() -> String {
    code(untilClosing: false)
    return String(decoding: out, as: UTF8.self)
  }

  private func sees(_ text: String) -> Bool {
    var end = at
    for byte in text.utf8 {
      guard end < source.count, source[end] == byte else { return false }
      end += 1
    }
    return true
  }

  /// The byte here, for comparison with a character.
  private var here: Unicode.Scalar { Unicode.Scalar(source[at]) }

  private mutating func skip(_ count: Int) {
    for _ in 0..<count where at < source.count {
      out.append(here == "\n" ? source[at] : UInt8(ascii: " "))
      at += 1
    }
  }

  /// Code to the end, or inside an interpolation to the parenthesis that closes it.
  private mutating func code(untilClosing: Bool) {
    var depth = 0
    while at < source.count {
      if sees("//") {
        while at < source.count, here != "\n" { skip(1) }
      } else if sees("/*") {
        comment()
      } else if here == "\"" || (here == "#" && hashesBeforeQuote > 0) {
        literal()
      } else {
        if here == "(" { depth += 1 }
        if here == ")" { depth -= 1 }
        if untilClosing, depth < 0 { return skip(1) }
        out.append(source[at])
        at += 1
      }
    }
  }

  private mutating func comment() {
    var depth = 0
    repeat {
      if sees("/*") {
        depth += 1
        skip(2)
      } else if sees("*/") {
        depth -= 1
        skip(2)
      } else {
        skip(1)
      }
    } while depth > 0 && at < source.count
  }

  private var hashesBeforeQuote: Int {
    var end = at
    while end < source.count, source[end] == UInt8(ascii: "#") { end += 1 }
    return end < source.count && source[end] == UInt8(ascii: "\"") ? end - at : 0
  }

  private mutating func literal() {
    let hashes = String(repeating: "#", count: hashesBeforeQuote)
    skip(hashes.count)
    let quote = sees("\"\"\"") ? "\"\"\"" : "\""
    let line = source[..<at].count { $0 == UInt8(ascii: "\n") } + 1
    skip(quote.count)
    var said: [UInt8] = []
    defer { literals.append(SwiftCode.Literal(text: String(decoding: said, as: UTF8.self), line: line)) }
    while at < source.count {
      if sees(quote + hashes) { return skip(quote.count + hashes.count) }
      if quote.count == 1, here == "\n" { return }
      if sees("\\" + hashes + "(") {
        said += Array("\\()".utf8)
        skip(2 + hashes.count)
        code(untilClosing: true)
      } else {
        let count = sees("\\" + hashes) ? 2 + hashes.count : 1
        said += source[at..<min(at + count, source.count)]
        skip(count)
      }
    }
  }
}
