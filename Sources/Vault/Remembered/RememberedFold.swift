internal import Ledger
package import Sealing
internal import Storage

/// A ledger as it was folded before, kept so that the next command begins where the last one ended.
///
/// It saves work and proves nothing to anybody else. It stands in for signatures that were checked, so it is marked
/// with a key that lies beside the known places: who can write to the cache alone can't make one. One that is torn,
/// foreign or of another version is as good as none.
package struct RememberedFold: Sendable {
  /// Raised with each change of what `State` holds, of how it is written, or of what folding makes of a ledger.
  static let version: UInt64 = 1

  let state: State
  /// The sizes at which commits end, ascending.
  let ends: [UInt64]
  /// The root at each of them.
  let roots: [Digest]
  /// SHA-256 of the last commit's bytes.
  let last: Digest

  /// Where the last commit begins.
  var lastNumber: UInt64 { ends.count > 1 ? ends[ends.count - 2] : 0 }
}

extension RememberedFold: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    last = try rows.digest()
    ends = try rows.list { rows throws(FoldReader.Torn) in try rows.number() }
    var roots: [Digest] = []
    roots.reserveCapacity(ends.count)
    for _ in ends.indices { roots.append(try rows.digest()) }
    self.roots = roots
    state = try State(from: &rows)
    guard ends.isStrictlyAscending, ends.last == state.size, roots.last == state.root else {
      throw FoldReader.Torn()
    }
  }

  func write(to rows: inout FoldWriter) {
    rows.digest(last)
    rows.list(ends) { rows, end in rows.number(end) }
    for root in roots { rows.digest(root) }
    state.write(to: &rows)
  }

  /// About how long it is once written.
  var sizeHint: Int { 4096 + ends.count * 40 + state.boxes.count * 108 }
}

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
    var header = FoldWriter(capacity: 64)
    header.raw(Array("strongroom fold\n".utf8))
    header.number(RememberedFold.version)
    header.identifier(vault)
    header.identifier(place)
    self.header = header.bytes
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
    var rows = FoldReader(bytes, header.count..<end)
    guard let fold = try? RememberedFold(from: &rows), rows.isAtEnd else { return nil }
    return fold
  }

  /// Remembers a fold. That it can't be written harms nothing.
  package func save(_ fold: RememberedFold) {
    guard let key, fold.state.boxes.count <= Int(UInt32.max) else { return }
    var rows = FoldWriter(capacity: fold.sizeHint)
    rows.raw(header)
    fold.write(to: &rows)
    guard rows.bytes.count + Digest.byteCount <= Self.limit else { return }
    guard let mark = try? KeyDerivation.hmac256(key: key, rows.bytes) else { return }
    rows.digest(mark)
    try? CacheFile.replace(rows.bytes, at: path)
  }

  /// Forgets it, so that the next command looks at every commit.
  package func forget() { try? CacheFile.remove(path) }
}
