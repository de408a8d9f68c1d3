package import Sealing

/// The three lines that a commit's note signs (C2SP tlog-checkpoint, without extension lines).
package struct Checkpoint: Hashable, Sendable {
  /// The vault whose ledger it is; the origin is `strongroom/` and its hex.
  package let vault: Identifier
  /// How many entries the ledger has.
  package let size: UInt64
  /// The root of the tree over them.
  package let root: Digest

  /// A checkpoint of `vault` at this tree.
  package init(vault: Identifier, tree: MerkleTree) {
    self.vault = vault
    size = tree.size
    root = tree.root
  }

  /// Reads a note's text.
  package init(text: [UInt8]) throws(LedgerError) {
    let lines = text.split(separator: 0x0a, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard lines.count == 4, lines[3].isEmpty else {
      throw LedgerError(.malformed, "note", "isn't three lines: origin, size, root")
    }
    let prefix = "strongroom/"
    guard lines[0].hasPrefix(prefix), let vault = Identifier(hex: lines[0].dropFirst(prefix.count)) else {
      throw LedgerError(.malformed, "note", "has an origin that is no vault's")
    }
    guard let size = UInt64(lines[1]), size < MerkleTree.sizeLimit else {
      throw LedgerError(.malformed, "note", "has a size that is no number")
    }
    guard let bytes = Base64.decode(Array(lines[2].utf8)), let root = Digest(bytes: bytes) else {
      throw LedgerError(.malformed, "note", "has a root that is no digest")
    }
    self.vault = vault
    self.size = size
    self.root = root
    // One text for one meaning: this refuses `+5` and `05`.
    guard self.text == text else { throw LedgerError(.malformed, "note", "isn't written in the one way") }
  }

  /// The origin line, and the key's name in the signature line.
  package var origin: String { "strongroom/\(vault.hex)" }

  /// The note's text, with its line feeds.
  package var text: [UInt8] {
    Array("\(origin)\n\(size)\n".utf8) + Base64.encode(root.bytes) + [0x0a]
  }
}
