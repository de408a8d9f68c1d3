/// The files in which an identity and its public part are kept (Format.md, 1.3): values only, nothing is read or
/// written here.
public enum IdentityFile {
  /// Neither is longer than this.
  public static let limit = 16 * 1024
  /// What the secret of an identity can be: bytes in a file, a passphrase, shares.
  package static let kinds = ["file", "passphrase", "shares"]

  private static let before = Array(#"{"format":"strongroom identity","seed":""#.utf8)
  private static let after = Array("\",\"version\":1}\n".utf8)
  private static let seedSize = Identity.seedSize

  /// The secret file's text: one line of canonical JSON.
  public static func secretText(of identity: Identity) throws(SealingError) -> Secret {
    let digits = Secret(count: 2 * seedSize) { out in
      identity.seed.withSpan { seed in
        for index in seed.indices {
          out.append(Hex.digit(seed[index] >> 4))
          out.append(Hex.digit(seed[index] & 15))
        }
      }
    }
    return Secret.concatenating([Secret(copying: before), digits, Secret(copying: after)])
  }

  /// Whether a secret file, bare or closed, can have so many bytes, with another end of line or a byte order mark, too.
  package static func canBeSecret(size: UInt64) -> Bool {
    let bare = UInt64(before.count + 2 * seedSize + after.count)
    return (bare - 1...bare + 4).contains(size) || (Closed.least - 1...Closed.most + 4).contains(size)
  }

  /// How many bytes `beginsSecret` needs: none of them is of the seed.
  package static var beginning: Int { before.count }

  /// Whether a file of such a size that begins so is a secret one, bare or closed.
  package static func beginsSecret(_ bytes: [UInt8]) -> Bool {
    let text = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(byteOrderMark.count) : bytes[...]
    return text.starts(with: #"{"format":"strongroom identity""#.utf8) || text.starts(with: Closed.beginning)
  }

  /// Reads a secret file.
  /// - Throws: `Malformed` for any other text; it says nothing of what it holds.
  public static func identity(from bytes: [UInt8]) throws -> Identity {
    try identity(from: Secret(copying: bytes))
  }

  /// Reads a secret file. Version 1 has one way to write it, so no parser sees the seed.
  public static func identity(from text: Secret) throws -> Identity {
    try Identity(seed: text.withSpan { (text) throws(Malformed) in try seed(in: text) })
  }

  private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

  /// Where the one line of a file lies: editors put a byte order mark before it, end it with CR LF, or not at all.
  static func line(in text: Span<UInt8>) -> Range<Int> {
    let mark = byteOrderMark
    let start = text.count >= mark.count && mark.indices.allSatisfy { text[$0] == mark[$0] } ? mark.count : 0
    var end = text.count
    if end > start, text[end - 1] == 0x0a {
      end -= 1
      if end > start, text[end - 1] == 0x0d { end -= 1 }
    }
    return start..<end
  }

  private static func seed(in text: Span<UInt8>) throws(Malformed) -> Secret {
    let text = text.extracting(line(in: text))
    let end = before.count + 2 * seedSize
    // The line feed that ends the line isn't part of it.
    guard text.count == end + after.count - 1, before.indices.allSatisfy({ text[$0] == before[$0] }),
      after.indices.dropLast().allSatisfy({ text[end + $0] == after[$0] })
    else { throw Malformed(what: "not a strongroom identity, version 1", where: "identity file") }
    return try Secret(count: seedSize) { (out) throws(Malformed) in
      for index in 0..<seedSize {
        let place = before.count + 2 * index
        guard let high = Hex.value(text[place]), let low = Hex.value(text[place + 1]) else {
          throw Malformed(what: "the seed isn't in hex", where: "identity file")
        }
        out.append(high << 4 | low)
      }
    }
  }

  /// Salt and parameters of a passphrase's identity, as they stand in its public file and in its grant.
  public struct Scrypt: Hashable, Sendable {
    /// How hard scrypt works.
    package let parameters: ScryptParameters
    /// 32 bytes.
    package let salt: [UInt8]

    /// Salt and parameters.
    public init(parameters: ScryptParameters, salt: [UInt8]) {
      self.parameters = parameters
      self.salt = salt
    }

    /// As a member `scrypt`.
    public var object: JSONObject {
      [
        "n": .integer(parameters.n), "p": .integer(UInt64(parameters.p)),
        "r": .integer(UInt64(parameters.r)), "salt": .hex(salt),
      ]
    }

    /// Reads a member `scrypt`; parameters out of bounds are refused.
    public init(_ object: JSONObject) throws(Malformed) {
      try object.only(["n", "p", "r", "salt"])
      let (n, r, p) = (try object.integer("n"), try object.integer("r"), try object.integer("p"))
      guard let parameters = try? ScryptParameters(n: n, r: r, p: p) else {
        throw Malformed(what: "scrypt parameters n \(n), r \(r), p \(p) are refused", where: "scrypt")
      }
      self.parameters = parameters
      salt = try object.hex("salt", count: Passphrase.saltSize)
    }
  }
}
