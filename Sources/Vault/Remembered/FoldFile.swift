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
    guard let key, CacheFile.isOurs(folder), let bytes = try? CacheFile.read(path, limit: Self.limit),
      bytes.count >= header.count + Digest.byteCount, bytes.starts(with: header)
    else { return nil }
    let end = bytes.count - Digest.byteCount
    guard let mark = try? KeyDerivation.hmac256(key: key, bytes.span.extracting(..<end)),
      Secret(copying: mark.bytes).equals(bytes.span.extracting(end...))
    else { return nil }
    return RememberedFold(rows: bytes, header.count..<end)
  }

  /// Remembers a fold. That it can't be written harms nothing.
  package func save(_ fold: RememberedFold) {
    guard let key, var bytes = fold.rows(behind: header), bytes.count + Digest.byteCount <= Self.limit,
      let mark = try? KeyDerivation.hmac256(key: key, bytes)
    else { return }
    bytes += mark.bytes
    try? CacheFile.replace(bytes, at: path)
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
