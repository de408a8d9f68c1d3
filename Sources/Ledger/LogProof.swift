public import Sealing

/// A C2SP tlog-proof (`c2sp.org/tlog-proof@v1`) with extra data: the place of an entry in the tree, the path from there
/// to the root, and the note that signed the root (Format 4.6).
///
/// A parsed proof is well-formed, not yet verified: `verify(_:vault:signer:)` does that, for the entry that it is of. What
/// its extra data mean is known elsewhere; nothing signs them.
public struct LogProof: Hashable, Sendable {
  /// No path in a ledger is longer.
  package static let pathLimit = 64

  /// What it brings along.
  public let extra: [UInt8]
  /// The entry's number.
  public let index: UInt64
  /// The audit path, the leaf's sibling first.
  package let inclusion: [Digest]
  /// The note of the entry's commit.
  public let note: Note

  /// The proof of the entry `index` of a commit that ended in `note`. `leaves` are the leaf hashes of all entries up to
  /// the commit's end; nil where the entry isn't among them.
  public init?(of index: UInt64, in leaves: [Digest], note: Note, extra: [UInt8]) {
    guard let position = Int(exactly: index), let path = MerkleProof.inclusion(of: position, in: leaves)
    else { return nil }
    (self.extra, self.index, self.note) = (extra, index, note)
    inclusion = path
  }

  /// The size that its note states.
  public var size: UInt64 {
    get throws(LedgerError) { try Checkpoint(text: note.text).size }
  }

  /// Checks that it is of this entry, in a commit of this vault that `signer` made.
  package func verify(_ entry: Entry, vault: Identifier, signer: PublicIdentity) throws(LedgerError) {
    let checkpoint = try Checkpoint(text: note.text)
    guard checkpoint.vault == vault, note.name == checkpoint.origin else {
      throw refused(.wrongVault, "has a note of another vault")
    }
    guard index < checkpoint.size, checkpoint.size - index <= UInt64(Commit.entryLimit) else {
      throw refused(.doesNotHold, "has a note that can't be that of the entry's commit")
    }
    guard
      MerkleProof.includes(
        leaf: entry.leaf, index: index, size: checkpoint.size, path: inclusion, root: checkpoint.root)
    else { throw refused(.doesNotHold, "has a path that doesn't lead to the note's root") }
    guard signer.id == entry.by else {
      throw refused(.mixedSigners, "is of an entry by \(entry.by), not by \(signer.id)")
    }
    do { try note.verify(signer: signer) } catch { throw refused(error.code, error.what) }
  }

  private func refused(_ code: LedgerError.Code, _ what: String) -> LedgerError {
    LedgerError(code, "proof of entry \(index)", what)
  }
}

extension LogProof {
  private static let title = Array("c2sp.org/tlog-proof@v1\n".utf8)
  private static let lineFeed: UInt8 = 0x0a

  /// The proof as it is written.
  public var bytes: [UInt8] {
    var bytes = Self.title + Array("extra ".utf8) + Base64.encode(extra) + [Self.lineFeed]
    bytes += "index \(index)\n".utf8
    for digest in inclusion { bytes += Base64.encode(digest.bytes) + [Self.lineFeed] }
    return bytes + [Self.lineFeed] + note.bytes
  }

  /// Parses a proof with extra data, refusing every other spelling. Whoever calls bounds the bytes.
  public init(parsing bytes: [UInt8]) throws(LedgerError) {
    guard bytes.starts(with: Self.title) else { throw Self.malformed("doesn't begin as a tlog-proof does") }
    var rest = bytes.dropFirst(Self.title.count)
    guard let extra = Self.value(of: "extra ", in: &rest).flatMap({ Base64.decode($0) }) else {
      throw Self.malformed("has no extra data")
    }
    let number = Self.value(of: "index ", in: &rest).map { String(decoding: $0, as: UTF8.self) } ?? ""
    // One text for one number: this refuses `+5` and `05`.
    guard let index = UInt64(number), index < MerkleTree.sizeLimit, String(index) == number else {
      throw Self.malformed("has an index that is no number")
    }
    var path: [Digest] = []
    while let line = Self.value(of: "", in: &rest), !line.isEmpty {
      guard path.count < Self.pathLimit else { throw LedgerError(.tooLarge, "proof", "has too long a path") }
      guard let digest = Base64.decode(line).flatMap({ Digest(bytes: $0) }) else {
        throw Self.malformed("has a path that isn't one of digests")
      }
      path.append(digest)
    }
    (self.extra, self.index, inclusion) = (extra, index, path)
    note = try Note(parsing: Array(rest))
  }

  /// What stands behind a word at the beginning of the next line; nil where that doesn't begin so, or has no end.
  private static func value(of word: String, in rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard rest.starts(with: word.utf8), let end = rest.firstIndex(of: lineFeed) else { return nil }
    defer { rest = rest[(end + 1)...] }
    return rest[..<end].dropFirst(word.utf8.count)
  }

  private static func malformed(_ what: String) -> LedgerError { LedgerError(.malformed, "proof", what) }
}
