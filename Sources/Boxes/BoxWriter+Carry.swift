package import Sealing

/// An epoch of a class, and the key of one bundle in it (Format.md, 2.1).
package struct BundleEpoch: Sendable {
  /// The epoch's number.
  package var number: UInt32
  /// Seals body and table.
  package var bundleKey: Secret

  package init(number: UInt32, bundleKey: Secret) {
    self.number = number
    self.bundleKey = bundleKey
  }
}

extension BoxWriter {
  /// Carries a bundle whole from another box of this class and year into this one; subjects ascend as with
  /// `beginBundle`.
  ///
  /// Every byte is authenticated with the bundle's keys before it is written. Body and table are copied as they are
  /// sealed or, where the epoch changes, opened and sealed anew; frames and table stay as they were compressed, and
  /// records aren't looked at: what a reader refuses of them it refuses in the new box, too.
  ///
  /// Where a table is refused, or a body within its first MiB, the box is as it was before, and other bundles may
  /// follow. A body that is refused further on is half written by then: the writer `isBroken`, and the caller begins
  /// the box again without that bundle.
  /// - Parameters:
  ///   - row: the bundle's row in the other box's index.
  ///   - box: the other box. Where it is scanned, bundles in the order of its index cost no second reading.
  ///   - keys: what opens the bundle there.
  ///   - epoch: what it is to be sealed with; where it is nil, or the row's own, the sealed bytes stay.
  ///   - firstEntry: the entry that first named the bundle: the row's, or where that is 0 the `sealed` entry that names
  ///     the other box.
  /// - Returns: the new row, whose table has no place yet. Bundle id, subject, records, content and key check stay.
  /// - Throws: `.full` as `beginBundle`; `.bundle` where the box has the bundle already, or `firstEntry` is not its;
  ///   as `BoxReader.openBundle` for a table, `.truncated` and `.corrupted` for a body; what source and sink throw.
  package func carry(
    _ row: IndexRow, from box: BoxReader, opening keys: BundleKeys, sealing epoch: BundleEpoch? = nil,
    firstEntry: UInt64
  ) async throws -> IndexRow {
    precondition(box.vault == vault && keys.classID == classID && keys.year == year, "a box of another kind")
    try checkRoom(for: row.subject)
    guard firstEntry > 0, row.firstEntry == 0 || row.firstEntry == firstEntry else {
      throw BoxError(.bundle, "the bundle was not first named by entry \(firstEntry)")
    }
    var carried = row
    carried.firstEntry = firstEntry
    try checkName(of: carried)
    carried.bodyOffset = bytesWritten
    carried.tableOffset = tablesLength
    let table: [UInt8]
    if let epoch, epoch.number != row.epoch {
      carried.epoch = epoch.number
      let seal = BundleSealingKeys(
        bundle: row.bundle, subject: row.subject, epoch: epoch.number, bundleKey: epoch.bundleKey,
        contentKey: keys.contentKey, keyCheck: row.keyCheck)
      table = try await reseal(row, from: box, opening: keys, as: seal)
    } else {
      table = try await copy(row, from: box, opening: keys)
    }
    append(carried, table: table)
    return carried
  }

  /// Whether a bundle of a row's lengths still goes into the box by the rule that closes boxes. Where not, finish the
  /// box and carry it into the next one.
  package func takes(_ row: IndexRow) -> Bool {
    let (length, isImpossible) = row.bodyLength.addingReportingOverflow(row.tableLength)
    // What can't be is refused by `carry`.
    return isImpossible || BoxClosing.takes(length, behind: end)
  }

  /// Writes the body as it is; returns the table as it is.
  private func copy(_ row: IndexRow, from box: BoxReader, opening keys: BundleKeys) async throws -> [UInt8] {
    let body = try await box.beginPass(row, keys: keys, keepsPlain: false).body
    var table: [UInt8] = []
    box.workspace.sealed.withSpan { table.append($0) }
    while try await body.next() {
      isBroken = true
      try body.withSealed { try put($0) }
    }
    isBroken = false
    return table
  }

  /// Opens the body and writes it sealed anew; returns the table sealed anew.
  private func reseal(
    _ row: IndexRow, from box: BoxReader, opening keys: BundleKeys, as seal: BundleSealingKeys
  ) async throws -> [UInt8] {
    let (packed, body) = try await box.beginPass(row, keys: keys, keepsPlain: true)
    let table = try SealedStream.seal(packed.span, key: seal.bundleKey, context: context(.table, seal))
    let sealer = try StreamSealer(key: seal.bundleKey, context: context(.body, seal))
    while try await body.next() {
      if !isBroken {
        isBroken = true
        try sealer.header.withSpan { try put($0) }
      }
      try body.withPlain { try sealer.append($0) { try put($0) } }
    }
    try sealer.finish { try put($0) }
    isBroken = false
    return table
  }
}
