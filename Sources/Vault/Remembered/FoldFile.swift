package import Rules
package import Sealing
internal import Storage

/// Where the folded ledger of one place is remembered.
package struct FoldFile: Sendable {
  private let folder: String
  private let path: String
  private let header: [UInt8]
  /// What makes a file ours; nil where nothing can be remembered.
  private let key: Secret?

  /// Beyond this nothing is read or written: what a ledger of millions of boxes folds to.
  static let limit = 1 << 30

  /// - Parameters:
  ///   - machine: where this machine remembers things.
  ///   - vault: the vault, as the place's marker names it.
  ///   - place: the place; a destination stands elsewhere than the vault.
  package init(in machine: Machine, vault: Identifier, place: Identifier) {
    folder = "\(machine.cache)/folds"
    path = "\(folder)/\(vault.hex)-\(place.hex)"
    key = machine.cacheKey()
    header =
      Array("strongroom fold\n".utf8) + BigEndian.bytes(RememberedFold.version) + vault.bytes + place.bytes
  }

  /// What is remembered; nil where nothing is, or what is there can't be used.
  package func load() -> RememberedFold? {
    guard let key, CacheFile.isOurs(folder), let file = try? CacheFile.open(path, limit: Self.limit),
      file.size >= header.count + Digest.byteCount,
      (try? file.bytes(at: 0, count: header.count)) == header
    else { return nil }
    let end = file.size - Digest.byteCount
    // Nothing of it is taken apart before all of it is known to be ours.
    guard let stream = try? DigestStream() else { return nil }
    var place = 0
    while place < end {
      guard let piece = try? file.bytes(at: place, count: min(Self.piece, end - place)) else { return nil }
      stream.update(piece.span)
      place += piece.count
    }
    guard let mark = try? mark(stream.finish(), key),
      let there = try? file.bytes(at: end, count: Digest.byteCount),
      Secret(copying: mark.bytes).equals(there.span)
    else { return nil }
    place = header.count
    return RememberedFold(count: end - place) { count in
      guard let piece = try? file.bytes(at: place, count: count) else { return nil }
      place += piece.count
      return piece
    }
  }

  private static let piece = 1 << 20

  private func mark(_ digest: Digest, _ key: Secret) throws -> Digest {
    try KeyDerivation.hmac256(key: key, digest.bytes)
  }

  /// Remembers a fold. That it can't be written harms nothing.
  package func save(_ fold: RememberedFold) {
    guard let key, let stream = try? DigestStream() else { return }
    try? CacheFile.replace(path) { file in
      func write(_ piece: [UInt8]) throws {
        guard file.size + piece.count <= Self.limit - Digest.byteCount else {
          throw StorageError(.tooLarge, "write", path)
        }
        stream.update(piece.span)
        try file.write(piece.span)
      }
      try write(header)
      try fold.write(to: write)
      try file.write(mark(stream.finish(), key).bytes.span)
    }
  }

  /// Forgets it, so that the next command looks at every commit, and the next that writes at both copies of all.
  package func forget() {
    try? CacheFile.remove(path)
    try? CacheFile.replace([], at: comparing)
  }

  /// Whether both copies of everything are to be compared.
  package var isToCompare: Bool {
    CacheFile.isOurs(folder) && (try? CacheFile.read(comparing, limit: 0)) != nil
  }

  /// They were.
  package func compared() { try? CacheFile.remove(comparing) }

  private var comparing: String { path + ".compare" }
}
