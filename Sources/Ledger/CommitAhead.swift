public import Sealing

/// A commit's bytes, taken apart and their signature checked before it is known what stands before them: most of the
/// work of folding a ledger, which several cores do at once. What it proves is asked for when it is folded.
public struct CommitAhead: Sendable {
  /// The object's bytes.
  public let bytes: [UInt8]
  let number: UInt64
  let text: CommitText
  /// Whose signature it bears; nil if that wasn't found out.
  let signer: PublicIdentity?

  /// The root that its note states; once it is folded, that of the ledger.
  public var root: Digest { text.checkpoint.root }

  /// Whether whoever it names signed its note; the note says nothing of entries that changed since.
  public var isSigned: Bool { signer != nil }

  /// Takes `ledger/<number>` apart; nil if it can't be that. `signer` gives the keys of an identity that is known by
  /// now.
  public init?(_ bytes: [UInt8], number: UInt64, signer: (Identifier) -> PublicIdentity?) {
    guard let text = try? CommitText(bytes, number: number), let first = text.entries.first else {
      return nil
    }
    self.bytes = bytes
    self.number = number
    self.text = text
    let known = signer(first.by)
    self.signer = known.flatMap { (try? text.note.verify(signer: $0)) == nil ? nil : $0 }
  }

  /// How many entries a commit seems to have, before anything of it is known: lines up to the first empty one.
  public static func entries(in bytes: [UInt8]) -> UInt64? {
    var lines: UInt64 = 0
    var last: UInt8 = 0
    for byte in bytes {
      if byte == 0x0a {
        if last == 0x0a { return lines }
        lines += 1
      }
      last = byte
    }
    return nil
  }
}
