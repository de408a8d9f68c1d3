package import Sealing

/// A key that may open the index of a box (Format.md, 2.1).
package struct IndexKey: Sendable {
  /// The class.
  package var classID: Identifier
  /// The epoch of the class.
  package var epoch: UInt32
  /// The epoch's index key.
  package var key: Secret

  package init(classID: Identifier, epoch: UInt32, key: Secret) {
    self.classID = classID
    self.epoch = epoch
    self.key = key
  }
}

/// What the ledger says of a box's index.
package struct IndexAnchor: Hashable, Sendable {
  /// Where it begins.
  package var offset: UInt64
  /// SHA-256 of its sealed bytes.
  package var digest: Digest
  /// The box's retention year.
  package var year: UInt16

  package init(offset: UInt64, digest: Digest, year: UInt16) {
    self.offset = offset
    self.digest = digest
    self.year = year
  }
}

/// An index that was opened, and which class and epoch it is sealed with.
package struct OpenedIndex: Hashable, Sendable {
  /// The class of all bundles in the box.
  package let classID: Identifier
  /// The epoch that the index is sealed with; each row has its own.
  package let epoch: UInt32
  /// What it says.
  package let index: BoxIndex

  /// Its rows.
  package var rows: [IndexRow] { index.rows }
}

/// Reads one box: its index, bundles, records (Format.md, 3). Errors are `BoxError`s, or what the source threw.
/// Not for use by several tasks at once.
package final class BoxReader {
  /// The vault that the box must belong to.
  package let vault: Identifier
  /// Bytes of the box.
  package let size: UInt64
  let source: any BoxSource
  let workspace: ReadWorkspace
  /// How much of the box was read from its beginning on, where it is scanned.
  private var scanned: UInt64?
  private var isHeaderRight = false

  /// A box of `size` bytes.
  /// - Throws: `.tooLarge` above 16 GiB.
  package init(vault: Identifier, size: UInt64, source: any BoxSource, workspace: ReadWorkspace)
    throws(BoxError)
  {
    guard size <= BoxLimits.box else { throw BoxError(.tooLarge, "a box of \(size) bytes") }
    (self.vault, self.size, self.source, self.workspace) = (vault, size, source, workspace)
  }

  /// Checks the header: 32 bytes that only the box's digest protects. Whatever opens something of the box does, once.
  package func checkHeader() async throws {
    guard !isHeaderRight else { return }
    guard size >= UInt64(BoxLayout.headerSize) else { throw BoxError(.notABox, "it is too short for a box") }
    try await read(at: 0, count: UInt64(BoxLayout.headerSize))
    try workspace.sealed.withSpan { try BoxLayout.check(header: $0, vault: vault) }
    isHeaderRight = true
  }

  /// Opens the index where the ledger says it is, and reads nothing else but the header.
  /// - Throws: `.notABox`, `.version` or `.otherVault` for the header, `.indexDigest` where it isn't what the ledger names, `.wrongKey` where no key opens it, `.index`
  ///   where it breaks a rule.
  package func openIndex(_ anchor: IndexAnchor, keys: [IndexKey]) async throws -> OpenedIndex {
    try await checkHeader()
    guard anchor.offset < size, BoxLayout.indexPlainSize(sealed: size - anchor.offset) != nil else {
      throw BoxError(.index, "no index can begin at \(anchor.offset) of \(size)")
    }
    try await read(at: anchor.offset, count: size - anchor.offset)
    guard Digest.sha256(of: workspace.sealed) == anchor.digest else {
      throw BoxError(.indexDigest, "the index isn't the one that the ledger names")
    }
    guard let key = keyForWhatWasRead(among: keys) else {
      throw BoxError(.wrongKey, "none of the keys opens the index")
    }
    let opened = try open(key, offset: anchor.offset)
    guard opened.index.year == anchor.year else {
      throw BoxError(.index, "the index's retention year isn't that of the ledger")
    }
    return opened
  }

  /// Finds and opens the index without a ledger (3.1), and checks the header.
  /// - Throws: `.notABox` where no index fits the size, `.wrongKey` where no key opens one.
  package func findIndex(keys: [IndexKey]) async throws -> OpenedIndex {
    try await checkHeader()
    let offsets = BoxLayout.indexOffsets(size: size)
    guard !offsets.isEmpty else { throw BoxError(.notABox, "no box has \(size) bytes") }
    for offset in offsets {
      try await read(at: offset, count: UInt64(SealedStream.headerSize))
      guard let key = keyForWhatWasRead(among: keys) else { continue }
      try await read(at: offset, count: size - offset)
      return try open(key, offset: offset)
    }
    throw BoxError(.wrongKey, "none of the keys opens an index in it")
  }

  /// Opens a bundle's table; the body is read record by record.
  /// - Throws: `.wrongKey` where the keys aren't the bundle's (or its table was damaged in the first 56 bytes),
  ///   `.tableContent` where the table isn't the one of the row, `.table` and `.path` where it breaks a rule.
  package func openBundle(_ row: IndexRow, keys: BundleKeys) async throws -> BundleReader {
    let bodySize = try check(row)
    try await checkHeader()
    try await readTable(row, keys)
    return try bundle(row, keys, table: workspace.table, bodySize: bodySize)
  }

  /// Refuses a row that doesn't fit this box; returns the length of the body's plaintext.
  func check(_ row: IndexRow) throws(BoxError) -> UInt64 {
    guard row.bodyOffset >= UInt64(BoxLayout.headerSize), lies(row.bodyOffset, row.bodyLength),
      lies(row.tableOffset, row.tableLength),
      let packed = SealedStream.plainSize(sealed: row.tableLength), packed <= UInt64(BoxLimits.packedTable),
      let bodySize = SealedStream.plainSize(sealed: row.bodyLength), bodySize <= BoxLimits.content,
      row.records <= UInt32(BoxLimits.records)
    else { throw BoxError(.index, "a row of the index doesn't fit the box") }
    return bodySize
  }

  /// Reads, opens and authenticates a table; it is then in the workspace. Returns it as it was compressed.
  @discardableResult
  func readTable(_ row: IndexRow, _ keys: BundleKeys) async throws -> [UInt8] {
    try await read(at: row.tableOffset, count: row.tableLength)
    let packed = try openWhatWasRead(key: keys.bundleKey, context: context(.table, row, keys))
    try unpackTable(packed)
    try authenticate(workspace.table, row, keys)
    return packed
  }

  private func authenticate(_ table: [UInt8], _ row: IndexRow, _ keys: BundleKeys) throws {
    let content = try KeyDerivation.hmac256(key: keys.contentKey, table)
    guard Secret(copying: content.bytes).equals(row.content.bytes.span) else {
      throw BoxError(.tableContent, "the table isn't the one that was sealed with the bundle")
    }
  }

  private func bundle(
    _ row: IndexRow, _ keys: BundleKeys, table: [UInt8], bodySize: UInt64
  ) throws(BoxError) -> BundleReader {
    let table = try Table(
      decoding: table, records: row.records, year: keys.year, bodySize: bodySize)
    let body = BodyReader(self, offset: row.bodyOffset, body: chunks(of: row, keys, bodySize: bodySize))
    return BundleReader(row: row, table: table, body: body, workspace: workspace)
  }

  func chunks(of row: IndexRow, _ keys: BundleKeys, bodySize: UInt64) -> BodyChunks {
    BodyChunks(
      length: row.bodyLength, plainSize: bodySize, key: keys.bundleKey,
      context: context(.body, row, keys).bytes)
  }

  /// From now on the box's bytes are digested as they are read for other reasons, each once and in order: bundles that
  /// are read in the order of their bodies cost no second reading. The workspace scans one box at a time.
  package func beginScan() {
    scanned = 0
    _ = workspace.scan.finish()
  }

  /// Reads what the scan has not come to yet.
  /// - Returns: the SHA-256 of the whole box: its name, where it is whole.
  package func finishScan() async throws -> Digest {
    try await scan(to: size)
    scanned = nil
    return workspace.scan.finish()
  }

  /// Reads what lies between where the scan stands and an offset, if there is a scan at all.
  func scan(to end: UInt64) async throws {
    while let place = scanned, place < end {
      try await read(at: place, count: min(end - place, Self.scanPiece))
    }
  }

  /// So small that it stays in the processor's cache from reading to digesting.
  private static let scanPiece: UInt64 = 256 << 10

  /// Reads exactly so many bytes, which the caller has bounded.
  func read(at offset: UInt64, count: UInt64) async throws {
    guard try await readSome(at: offset, count: count) == Int(count) else {
      throw BoxError(.truncated, "the box ends before its end")
    }
  }

  /// Reads what is there of so many bytes.
  func readSome(at offset: UInt64, count: UInt64) async throws -> Int {
    let got = try await fill(at: offset, count: Int(count))
    scan(offset, got)
    return got
  }

  private func fill(at offset: UInt64, count: Int) async throws -> Int {
    var buffer: [UInt8] = []
    swap(&buffer, &workspace.sealed)
    defer { swap(&buffer, &workspace.sealed) }
    let got = try await source.read(at: offset, count: count, into: &buffer)
    guard got == buffer.count, got <= count else {
      throw BoxError(.truncated, "the source gave another count of bytes than it says")
    }
    return got
  }

  /// What was read goes on where the scan stands, or it is read again later.
  private func scan(_ offset: UInt64, _ got: Int) {
    guard let place = scanned, offset <= place, place - offset < UInt64(got) else { return }
    scanned = offset + UInt64(got)
    workspace.scan(Int(place - offset)..<got)
  }

  /// The key whose commitment stands at the beginning of what was read.
  private func keyForWhatWasRead(among keys: [IndexKey]) -> IndexKey? {
    workspace.sealed.withSpan { (sealed) in
      let header = sealed.extracting(first: SealedStream.headerSize)
      for key in keys {
        let context = context(key).bytes
        if StreamOpener.commitmentMatches(header: header, key: key.key, context: context) { return key }
      }
      return nil
    }
  }

  private func openWhatWasRead(key: Secret, context: SealContext) throws -> [UInt8] {
    try sealing {
      try workspace.sealed.withSpan { try SealedStream.open($0, key: key, context: context) }
    }
  }

  /// Opens the index that was read.
  private func open(_ key: IndexKey, offset: UInt64) throws -> OpenedIndex {
    let bytes = try openWhatWasRead(key: key.key, context: context(key))
    let index = try BoxIndex(decoding: bytes.span, offset: offset)
    return OpenedIndex(classID: key.classID, epoch: key.epoch, index: index)
  }

  private func unpackTable(_ packed: [UInt8]) throws(BoxError) {
    workspace.table.clear()
    do throws(BoxError) {
      let size = try Decompressor.contentSize(packed.span)
      guard size <= UInt64(BoxLimits.table) else { throw BoxError(.table, "a table of \(size) bytes") }
      try workspace.decompressor.decompress(packed.span, size: Int(size), into: &workspace.table)
    } catch {
      throw BoxError(.table, "the table can't be unpacked: \(error.reason)")
    }
  }

  private func context(_ key: IndexKey) -> SealContext {
    SealContext(.index, vault: vault, section: key.classID, number: key.epoch)
  }

  func context(_ kind: SealContext.Kind, _ row: IndexRow, _ keys: BundleKeys) -> SealContext {
    SealContext(
      kind, vault: vault, bundle: row.bundle, section: keys.classID, subject: row.subject, number: row.epoch)
  }

  private func lies(_ offset: UInt64, _ length: UInt64) -> Bool {
    offset <= size && length <= size - offset
  }
}

/// Runs what opens a sealed stream, and says it in this layer's words; a failing library stays what it is.
func sealing<R>(_ body: () throws -> R) throws -> R {
  do { return try body() } catch let error as SealingError {
    switch error.code {
    case .wrongKey: throw BoxError(.wrongKey, error.what)
    case .corrupted: throw BoxError(.corrupted, error.what)
    case .truncated: throw BoxError(.truncated, error.what)
    default: throw error
    }
  }
}
