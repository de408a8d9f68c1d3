/// Shares as people keep them in files and type them (Format.md, 1.3): one a line, or a sheet on which every word stands
/// behind its number.
public enum ShareText {
  /// A file of shares has no more bytes.
  public static let limit = 64 * 1024

  /// Reads the shares of a text.
  /// - Throws: `ShareError` for the first that can't be one; it counts words from 1, and shares where there are several.
  public static func shares(in text: Secret) throws(ShareError) -> [RecoveryShare] {
    try text.withSpan { (span) throws(ShareError) in
      guard span.count <= limit else { throw ShareError(.length, "this is longer than any shares") }
      let lines = lines(of: span)
      let numbered = numbered(lines.flatMap { $0 }, in: span)
      let all = numbered.isEmpty ? lines : numbered
      guard all.count <= ShareSet.limit else {
        throw ShareError(
          .tooMany, "\(all.count) shares are in it, and no set has more than \(ShareSet.limit)")
      }
      var shares: [RecoveryShare] = []
      for (index, words) in all.enumerated() {
        do throws(ShareError) { shares.append(try share(words, in: span)) } catch {
          throw all.count == 1 ? error : ShareError(error.code, "share \(index + 1): \(error.what)")
        }
      }
      return shares
    }
  }

  /// The words of each line that has any, as ranges.
  private static func lines(of span: Span<UInt8>) -> [[Range<Int>]] {
    var lines: [[Range<Int>]] = []
    var words: [Range<Int>] = []
    var start: Int?
    for index in 0...span.count {
      let byte = index < span.count ? span[index] : 0x0a
      let isBlank = byte <= 0x20
      if isBlank, let begun = start {
        words.append(begun..<index)
        start = nil
      } else if !isBlank, start == nil {
        start = index
      }
      if byte == 0x0a || byte == 0x0d, !words.isEmpty {
        lines.append(words)
        words = []
      }
    }
    return lines
  }

  /// The words that stand behind `1.`, `2.` and so on; a further `1.` begins another share.
  private static func numbered(_ words: [Range<Int>], in span: Span<UInt8>) -> [[Range<Int>]] {
    var all: [[Range<Int>]] = []
    for index in words.indices.dropLast() {
      guard let number = number(span.extracting(words[index])) else { continue }
      if number == 1 { all.append([]) }
      guard let last = all.indices.last, number == all[last].count + 1 else { continue }
      all[last].append(words[index + 1])
    }
    return all
  }

  private static func number(_ word: Span<UInt8>) -> Int? {
    guard (2...3).contains(word.count), word[word.count - 1] == UInt8(ascii: ".") else { return nil }
    var number = 0
    for index in 0..<(word.count - 1) {
      guard (0x30...0x39).contains(word[index]) else { return nil }
      number = 10 * number + Int(word[index] - 0x30)
    }
    return number
  }

  private static func share(_ words: [Range<Int>], in span: Span<UInt8>) throws(ShareError) -> RecoveryShare {
    guard words.count <= ShareCoding.counts.upperBound else {
      throw ShareError(.length, "no share has \(words.count) words")
    }
    var unknown: [String] = []
    let numbers = Secret(count: 2 * words.count) { out in
      for (index, range) in words.enumerated() {
        let word = span.extracting(range)
        let number = ShareWords.number(of: word)
        if number == nil { unknown.append(Self.unknown(word, at: index + 1)) }
        out.append(bigEndian: number ?? 0)
      }
    }
    guard unknown.isEmpty else {
      let more = unknown.count > 3 ? ", and \(unknown.count - 3) more" : ""
      throw ShareError(.unknownWord, unknown.prefix(3).joined(separator: "; ") + more)
    }
    return try ShareCoding.share(of: numbers)
  }

  private static func unknown(_ word: Span<UInt8>, at place: Int) -> String {
    let near = ShareWords.nearest(to: word)
    let meant = near.isEmpty ? "" : "; near it are \(near.joined(separator: ", "))"
    return "word \(place) isn't in the list\(meant)"
  }
}
