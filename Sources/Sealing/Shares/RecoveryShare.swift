/// What all shares of one secret have in common (SLIP-39).
public struct ShareParameters: Hashable, Sendable {
  /// A random number of 15 bits, which tells sets of shares apart.
  package let identifier: UInt16
  /// Whether the secret is enciphered without regard to the identifier.
  package let isExtendable: Bool
  /// The cost of deciphering, as a power of two.
  package let exponent: UInt8
  /// How many groups are needed.
  package let groupThreshold: Int
  /// How many groups there are.
  package let groupCount: Int
}

/// One of several shares of a secret, as SLIP-39 writes it in words.
public struct RecoveryShare: Sendable {
  /// What all shares of its set have in common.
  package let parameters: ShareParameters
  /// Its group, from 0.
  package let group: Int
  /// Its number in the group, from 0.
  public let member: Int
  /// How many of the group are needed.
  public let threshold: Int
  let value: Secret

  /// The words with which every share of this set begins; they tell nothing of the secret.
  public var setName: String {
    let numbers = ShareCoding.numbers(of: self)
    return numbers.withSpan { span in
      (0..<2).map { word in
        ShareWords.word(BigEndian.u16(span, at: 2 * word)).withSpan { letters in
          String(decoding: letters.indices.map { letters[$0] }, as: UTF8.self)
        }
      }
    }.joined(separator: " ")
  }

  /// Its words, one by one.
  public var words: [Secret] {
    let numbers = ShareCoding.numbers(of: self)
    return (0..<numbers.count / 2).map { word in
      ShareWords.word(numbers.withSpan { BigEndian.u16($0, at: 2 * word) })
    }
  }

  /// Its words with one blank between them.
  package var text: Secret {
    let blank = Secret(copying: [0x20])
    return Secret.concatenating(Array(words.flatMap { [blank, $0] }.dropFirst()))
  }
}

/// How a share becomes ten-bit numbers, and numbers become a share:
///
///     identifier 15 | extendable 1 | exponent 4 | group 4 | group threshold - 1 4 | groups - 1 4 | member 4 |
///     threshold - 1 4 | value, with zeros before it up to a whole word | checksum 30
enum ShareCoding {
  private static let headCount = 4
  /// Words without the value.
  private static let besides = headCount + ShareChecksum.count
  /// Words of a share: of a secret of 128 bits at least, and of 512 at most, so that nobody's input takes more memory.
  static let counts = 20...59

  static func numbers(of share: RecoveryShare) -> Secret {
    let all = share.parameters
    var head = UInt64(all.identifier) << 1 | (all.isExtendable ? 1 : 0)
    for part in [
      Int(all.exponent), share.group, all.groupThreshold - 1, all.groupCount - 1, share.member,
      share.threshold - 1,
    ] { head = head << 4 | UInt64(part) }
    let valueCount = (8 * share.value.count + 9) / 10
    let words = Secret(count: 2 * (headCount + valueCount)) { out in
      for place in 0..<headCount {
        out.append(bigEndian: UInt16(head >> UInt64(10 * (headCount - 1 - place)) & 1023))
      }
      share.value.withSpan { value in
        var held: UInt32 = 0
        var bits = 10 * valueCount - 8 * value.count
        for index in value.indices {
          held = held << 8 | UInt32(value[index])
          bits += 8
          guard bits >= 10 else { continue }
          bits -= 10
          out.append(bigEndian: UInt16(held >> UInt32(bits)))
          held &= (1 << UInt32(bits)) - 1
        }
      }
    }
    return Secret.concatenating([words, ShareChecksum.words(after: words, isExtendable: all.isExtendable)])
  }

  static func share(of numbers: Secret) throws(ShareError) -> RecoveryShare {
    let count = numbers.count / 2
    guard counts.contains(count) else {
      throw ShareError(
        .length, "a share has 33 words, or as SLIP-39 allows \(counts.lowerBound) and more; here are \(count)"
      )
    }
    let head = numbers.withSpan { span in
      (0..<headCount).reduce(UInt64(0)) { $0 << 10 | UInt64(BigEndian.u16(span, at: 2 * $1)) }
    }
    let isExtendable = head >> 24 & 1 == 1
    guard ShareChecksum.holds(for: numbers, isExtendable: isExtendable) else {
      let place = ShareChecksum.likelyFault(in: numbers, isExtendable: isExtendable)
      let where_ = place.map { "; look at word \($0 + 1) first" } ?? ""
      throw ShareError(
        .checksum, "the words don't fit together: at least one of them is wrong, or in another place\(where_)"
      )
    }
    func part(_ shift: UInt64) -> Int { Int(head >> shift & 15) }
    let parameters = ShareParameters(
      identifier: UInt16(head >> 25), isExtendable: isExtendable, exponent: UInt8(part(20)),
      groupThreshold: part(12) + 1, groupCount: part(8) + 1)
    guard parameters.groupThreshold <= parameters.groupCount else {
      throw ShareError(.malformed, "this share asks for more groups than there are")
    }
    return RecoveryShare(
      parameters: parameters, group: part(16), member: part(4), threshold: part(0) + 1,
      value: try value(in: numbers, words: count - besides))
  }

  private static func value(in numbers: Secret, words: Int) throws(ShareError) -> Secret {
    // The value has a multiple of 16 bits, so that more than 8 bits before it are of a word too many.
    let padding = 10 * words % 16
    guard padding <= 8 else {
      throw ShareError(
        .length, "no share has \(words + besides) words: one is missing, or there is one too many")
    }
    let start = padding > 0 ? 1 : 0
    let bytes = Secret(count: start + (10 * words - padding) / 8) { out in
      numbers.withSpan { span in
        // What fills the first word up comes out as a byte of its own, which must be zero.
        var held: UInt32 = 0
        var bits = padding == 0 ? 0 : 8 - padding
        for word in headCount..<(headCount + words) {
          held = held << 10 | UInt32(BigEndian.u16(span, at: 2 * word))
          bits += 10
          while bits >= 8 {
            bits -= 8
            out.append(UInt8(truncatingIfNeeded: held >> UInt32(bits)))
          }
          held &= (1 << UInt32(bits)) - 1
        }
      }
    }
    guard bytes.slice(0..<start).isZero else {
      throw ShareError(.malformed, "this share says something that no share says")
    }
    return bytes.slice(start..<bytes.count)
  }
}
