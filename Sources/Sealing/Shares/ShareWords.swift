/// The list of 1,024 words by which SLIP-39 writes numbers of ten bits. Every look into it goes through all of it, so that
/// the memory that is touched doesn't tell which word was meant.
enum ShareWords {
  /// Letters of a word, at most.
  static let longest = 8

  /// Each word as its letters, the first one highest, filled up with zeros.
  private static let packed: [UInt64] = text.split(separator: " ").map { word in
    word.utf8.reduce(0) { $0 << 8 | UInt64($1) } << UInt64(8 * (longest - word.utf8.count))
  }

  /// The letters of a word.
  static func word(_ number: UInt16) -> Secret {
    var letters: UInt64 = 0
    for index in packed.indices { letters |= packed[index] & mask(UInt64(index), UInt64(number)) }
    let all = Secret(count: longest) { out in out.append(bigEndian: letters) }
    return all.slice(0..<all.withSpan { span in span.indices.first { span[$0] == 0 } ?? longest })
  }

  /// The number of a word in letters of either case; nil where the list doesn't have it.
  static func number(of word: Span<UInt8>) -> UInt16? {
    guard word.count <= longest, word.count > 0 else { return nil }
    var letters: UInt64 = 0
    for index in word.indices { letters = letters << 8 | UInt64(lowered(word[index])) }
    letters <<= UInt64(8 * (longest - word.count))
    // One more than the number, so that 0 is left for none.
    var found: UInt64 = 0
    for index in packed.indices { found |= UInt64(index + 1) & mask(packed[index], letters) }
    return found == 0 ? nil : UInt16(found - 1)
  }

  /// The words of the list that are nearest to one that it doesn't have: at most three, those with the fewest letters
  /// changed, and none where all are far.
  static func nearest(to word: Span<UInt8>) -> [String] {
    guard word.count <= 2 * longest else { return [] }
    let typed = word.indices.map { lowered(word[$0]) }
    let near = text.split(separator: " ").map {
      (word: $0, distance: EditDistance.between(Array($0.utf8), typed))
    }
    .filter { $0.distance <= max(1, typed.count / 2) }
    let least = near.map(\.distance).min()
    return near.filter { $0.distance == least }.prefix(3).map { String($0.word) }
  }

  /// Letters of a form that other keyboards and voices give: all lower.
  private static func lowered(_ letter: UInt8) -> UInt8 {
    (0x41...0x5a).contains(letter) ? letter | 0x20 : letter
  }

  /// All ones where two values are the same, else zero.
  private static func mask(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let difference = one ^ other
    return ((difference | (0 &- difference)) >> 63) &- 1
  }
}
