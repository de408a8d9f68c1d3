package import Sealing

/// Writes one box in one pass into a sink (Format.md, 3): bundles ascending by subject, in each record after
/// record, then `finish`.
///
/// Everything thrown by the sink leaves the box `.broken`; `.full` and refusals of a label leave it as it was
/// before the record. Calls out of order are programmer errors and trap. Not for use by several tasks at once.
package final class BoxWriter {
  let vault: Identifier
  let classID: Identifier
  let year: UInt16
  let workspace: BoxWorkspace
  private let epoch: UInt32
  private let indexKey: Secret
  private let sink: any BoxSink
  private let digest: DigestStream
  private var tables: [UInt8] = []
  private var rows: [IndexRow] = []
  private var names: Set<BundleName> = []
  /// Whether the box is finished, or half written: nothing goes on then.
  package internal(set) var isBroken = false
  private(set) var bundle: OpenBundle?
  var record: OpenRecord?

  /// Bytes that went to the sink.
  package private(set) var bytesWritten: UInt64 = 0

  /// A bundle being written.
  struct OpenBundle {
    let seal: BundleSealingKeys
    let bodyOffset: UInt64
    var body: StreamSealer?
    var records = 0
  }

  /// A record being written.
  struct OpenRecord {
    let label: RecordLabel
    let kind: FrameEffort.Kind
    let start: UInt64
    var size: UInt64 = 0
    var isStreamed = false
  }

  /// Begins a box of one class and retention year, whose index is sealed with an epoch of the class.
  /// - Throws: whatever the sink throws on the header.
  package init(
    vault: Identifier, year: UInt16, classID: Identifier, epoch: UInt32, indexKey: Secret, sink: any BoxSink,
    workspace: BoxWorkspace
  ) throws {
    (self.vault, self.year, self.classID, self.epoch) = (vault, year, classID, epoch)
    (self.indexKey, self.sink, self.workspace) = (indexKey, sink, workspace)
    digest = workspace.boxDigest
    // Whatever a box before this one left unfinished.
    _ = digest.finish()
    _ = workspace.recordDigest.finish()
    let header = BoxLayout.header(vault: vault)
    try put(header.span)
  }

  /// Whether a bundle is open.
  package var isInBundle: Bool { bundle != nil }

  /// Bundles so far, without the open one.
  package var bundleCount: Int { rows.count }

  /// Bytes of the tables so far, among which the next one begins.
  var tablesLength: UInt64 { UInt64(tables.count) }

  /// The size of the box if it were finished now; while a bundle is open an estimate from above, but for its
  /// table.
  package var sizeIfFinished: UInt64 {
    let open = bundle == nil ? 0 : 1
    let pending = bundle == nil ? 0 : UInt64(workspace.cutter.pendingCount)
    let end = end + pending
    let index = BoxLayout.indexSize(rows: min(max(rows.count + open, 1), BoxLimits.rows)) ?? 0
    return (Padme.padded(end) ?? end) + index
  }

  /// Where the tables would end if the box were finished now.
  var end: UInt64 { bytesWritten + tablesLength }

  /// Whether the box is to be closed here; never while a bundle is open.
  package var isDue: Bool { bundle == nil && BoxClosing.isDue(end) }

  /// Whether the box probably is to be closed once the open bundle is ended: asked only of a bundle that is large
  /// enough to be cut in two.
  package var mayBeDue: Bool {
    guard let bundle, workspace.cutter.position >= Self.worthCutting else { return false }
    let frames = workspace.cutter.frames.suffix(4)
    let plain = frames.reduce(0) { $0 + $1.plain }
    let stored = frames.reduce(0) { $0 + $1.stored }
    let pending = workspace.cutter.pendingCount
    let packed = plain > 0 ? Int(Double(pending) * Double(stored) / Double(plain)) : pending
    // Tables shrink to about a third.
    let table = workspace.table.bytes.count / 3 + 200
    let end = end + UInt64(packed + table) + (bundle.body == nil ? 100 : 20)
    // A little below the step, since this is an estimate and just above it a whole step is filled up.
    return BoxClosing.isDue(end) && (end >= BoxLimits.closing || BoxClosing.isDue(end + Self.doubt))
  }

  private static let worthCutting: UInt64 = 8 << 20
  private static let doubt: UInt64 = 16 << 10

  /// Begins a bundle; subjects ascend, the same one may have several.
  /// - Throws: `.full` where the box has all the rows that it may have, or no room for another bundle.
  package func beginBundle(_ seal: BundleSealingKeys) throws {
    try checkRoom(for: seal.subject)
    bundle = OpenBundle(seal: seal, bodyOffset: bytesWritten)
    workspace.cutter.begin()
    workspace.table.clear()
    workspace.held.removeAll(keepingCapacity: true)
    workspace.ids.removeAll(keepingCapacity: true)
  }

  /// Ends the bundle and returns its row, whose table has no place yet; nil where nothing was put into it, which
  /// then leaves no trace.
  ///
  /// A bundle whose only record was abandoned after part of it had been written has a row with no records.
  @discardableResult
  package func endBundle(firstEntry: UInt64 = 0) throws -> IndexRow? {
    precondition(record == nil, "a record is open")
    guard let open = bundle else { preconditionFailure("no bundle is open") }
    try checkWhole()
    defer { bundle = nil }
    return try unbroken { () throws -> IndexRow? in
      try workspace.cutter.finish { try writeBody($0) }
      guard open.records > 0 || !workspace.cutter.frames.isEmpty else { return nil }
      try finishBody()
      let (content, sealed) = try sealTable(open.seal)
      let row = IndexRow(
        bundle: open.seal.bundle, subject: open.seal.subject, epoch: open.seal.epoch,
        records: UInt32(open.records), bodyOffset: open.bodyOffset,
        bodyLength: bytesWritten - open.bodyOffset,
        tableOffset: tablesLength, tableLength: UInt64(sealed.count), content: content,
        firstEntry: firstEntry, keyCheck: open.seal.keyCheck)
      try checkName(of: row)
      append(row, table: sealed)
      return row
    }
  }

  /// Writes tables, filler and index. The writer is used up.
  /// - Throws: `.empty` where there is no bundle.
  package func finish() throws -> FinishedBox {
    precondition(bundle == nil, "a bundle is open")
    try checkWhole()
    guard !rows.isEmpty else { throw BoxError(.empty, "a box without bundles") }
    let box = try unbroken {
      let bodiesEnd = bytesWritten
      for number in rows.indices { rows[number].tableOffset += bodiesEnd }
      try tables.withSpan { try put($0) }
      try writeFiller()
      let offset = bytesWritten
      let index = BoxIndex(year: year, rows: rows)
      let context = SealContext(.index, vault: vault, section: classID, number: epoch)
      let plain = index.encoded()
      let sealed = try SealedStream.seal(plain.span, key: indexKey, context: context)
      try put(sealed.span)
      return FinishedBox(
        digest: digest.finish(), size: bytesWritten, indexOffset: offset,
        indexDigest: Digest.sha256(of: sealed.span), rows: rows, year: year, epoch: epoch)
    }
    isBroken = true
    return box
  }

  /// Counts a record whose row went into the table.
  func appended(id: Identifier) {
    bundle?.records += 1
    workspace.ids.insert(id)
  }

  /// Seals a piece of the body and writes it; the body begins with its first piece.
  func writeBody(_ plain: Span<UInt8>) throws {
    let body = try openBody()
    try body.append(plain) { try put($0) }
  }

  /// Runs what must not be continued once it failed.
  func unbroken<R>(_ body: () throws -> R) throws -> R {
    isBroken = true
    let result = try body()
    isBroken = false
    return result
  }

  func checkWhole() throws(BoxError) {
    guard !isBroken else { throw BoxError(.broken, "the box is finished, or broke off at an earlier error") }
  }

  private func openBody() throws -> StreamSealer {
    guard let open = bundle else { preconditionFailure("no bundle is open") }
    if let body = open.body { return body }
    let body = try StreamSealer(key: open.seal.bundleKey, context: context(.body, open.seal).bytes)
    try body.header.withSpan { try put($0) }
    bundle?.body = body
    return body
  }

  private func finishBody() throws {
    try openBody().finish { try put($0) }
  }

  private func sealTable(_ seal: BundleSealingKeys) throws -> (content: Digest, sealed: [UInt8]) {
    for frame in workspace.cutter.frames { try workspace.table.append(frame) }
    let content = try KeyDerivation.hmac256(key: seal.contentKey, workspace.table.bytes)
    try workspace.table.bytes.withSpan { (table) throws(BoxError) in
      try workspace.compressor.compress(table, .level3, into: &workspace.packedTable)
    }
    let sealed = try workspace.packedTable.withSpan { (packed) throws(SealingError) in
      try SealedStream.seal(packed, key: seal.bundleKey, context: context(.table, seal))
    }
    return (content, sealed)
  }

  /// Refuses another bundle where the box has no room for any.
  func checkRoom(for subject: Identifier) throws(BoxError) {
    precondition(bundle == nil, "a bundle is open")
    precondition(rows.last.map { $0.subject <= subject } ?? true, "subjects ascend in a box")
    try checkWhole()
    guard rows.count < BoxLimits.rows, sizeIfFinished < BoxLimits.box - (256 << 20) else {
      throw BoxError(.full, "the box has \(rows.count) bundles")
    }
  }

  /// Refuses a bundle that the box has already.
  func checkName(of row: IndexRow) throws(BoxError) {
    guard !names.contains(row.name) else {
      throw BoxError(.bundle, "the box has a bundle of this id and first entry already")
    }
  }

  /// Takes in a bundle whose body is written.
  func append(_ row: IndexRow, table: [UInt8]) {
    tables.append(table.span)
    rows.append(row)
    names.insert(row.name)
  }

  func context(_ kind: SealContext.Kind, _ seal: BundleSealingKeys) -> SealContext {
    SealContext(
      kind, vault: vault, bundle: seal.bundle, section: classID, subject: seal.subject, number: seal.epoch)
  }

  /// Random bytes up to the next Padmé number.
  private func writeFiller() throws {
    var missing = (Padme.padded(bytesWritten) ?? bytesWritten) - bytesWritten
    while missing > 0 {
      let count = min(missing, 64 << 10)
      let filler = try Randomness.bytes(Int(count))
      try put(filler.span)
      missing -= count
    }
  }

  func put(_ bytes: Span<UInt8>) throws {
    digest.update(bytes)
    try sink.write(bytes)
    bytesWritten += UInt64(bytes.count)
  }
}
