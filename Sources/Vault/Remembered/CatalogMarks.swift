internal import Foundation
internal import GRDB
internal import Sealing

/// How the files of a customer's records looked when they were sealed: what lets the next run pass them by.
extension CatalogFile {
  /// Marks to be remembered.
  struct Marks: Sendable {
    let customer: [UInt8]
    /// The customer's newest box when they were made.
    let asOf: Digest
    /// Whether what is remembered of other files still holds.
    let keepsOthers: Bool
    let files: [SourceMark]
    /// Records that were sealed or read, whether they are remembered or not: what was known of them is over.
    let renewed: Set<Identifier>
  }

  /// The newest box with bundles of a customer.
  func newest(of customer: [UInt8]) throws -> (ordinal: Int, hash: Digest)? {
    try read { database in
      let select = try database.cachedStatement(
        sql: """
          SELECT box.ordinal, box.hash FROM bundle JOIN box ON box.ordinal = bundle.ordinal
          WHERE bundle.customer = ? ORDER BY bundle.ordinal DESC LIMIT 1
          """)
      guard let row = try Row.fetchOne(select, arguments: [Data(customer)]) else { return nil }
      guard let hash = Digest(bytes: try row.bytes(1)) else { return nil }
      return (try row.number(0), hash)
    }
  }

  /// The customers with bundles in some boxes.
  func customers(inBoxes wanted: Set<Int>) throws -> Set<[UInt8]> {
    guard !wanted.isEmpty else { return [] }
    return try read { database in
      var found: Set<[UInt8]> = []
      for ordinal in wanted {
        let rows = try Data.fetchCursor(
          database, sql: "SELECT DISTINCT customer FROM bundle WHERE ordinal = ?", arguments: [ordinal])
        while let customer = try rows.next() { found.insert(Array(customer)) }
      }
      return found
    }
  }

  /// Forgets how some customers' files looked.
  func forgetMarks(of customers: Set<[UInt8]>) throws {
    guard !customers.isEmpty else { return }
    try write { database in
      let delete = try database.makeStatement(sql: "DELETE FROM mark WHERE customer = ?")
      for customer in customers { try delete.execute(arguments: [Data(customer)]) }
    }
  }

  /// What is remembered of a customer's files, and which box was the newest then.
  func marks(of customer: [UInt8]) throws -> (asOf: Digest, files: [SourceMark])? {
    try read { try Self.marks(of: customer, $0) }
  }

  /// Remembers how files look. What was remembered before stays where it still holds: where this run found so, or made
  /// it, in one of its `own` boxes.
  func remember(_ marks: [Marks], also own: Set<Digest>) throws {
    guard !marks.isEmpty else { return }
    try write { database in
      let insert = try database.cachedStatement(sql: "INSERT OR REPLACE INTO mark VALUES (?, ?, ?)")
      for one in marks {
        let before = try Self.marks(of: one.customer, database)
        var files: [SourceMark] = []
        if let before, one.keepsOthers || own.contains(before.asOf) {
          files = before.files.filter { !one.renewed.contains($0.record) }
        }
        try insert.execute(arguments: [
          Data(one.customer), Data(one.asOf.bytes), Data(Self.encoded(files + one.files)),
        ])
      }
    }
  }

  private static func marks(of customer: [UInt8], _ database: Database) throws
    -> (asOf: Digest, files: [SourceMark])?
  {
    let select = try database.cachedStatement(sql: "SELECT newest, files FROM mark WHERE customer = ?")
    guard let row = try Row.fetchOne(select, arguments: [Data(customer)]),
      let asOf = Digest(bytes: try row.bytes(0))
    else { return nil }
    return (asOf, decoded(try row.bytes(1)))
  }

  private static let markSize = 48

  private static func encoded(_ files: [SourceMark]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(files.count * markSize)
    for file in files {
      bytes += file.record.bytes
      bytes += BigEndian.bytes(file.looks.size)
      bytes += BigEndian.bytes(UInt64(bitPattern: file.looks.mtime))
      bytes += BigEndian.bytes(UInt64(bitPattern: file.looks.ctime))
      bytes += BigEndian.bytes(file.looks.inode)
    }
    return bytes
  }

  private static func decoded(_ bytes: [UInt8]) -> [SourceMark] {
    let span = bytes.span
    var files: [SourceMark] = []
    files.reserveCapacity(bytes.count / markSize)
    for start in stride(from: 0, through: bytes.count - markSize, by: markSize) {
      guard let record = Identifier(span.extracting(start..<start + 16)) else { continue }
      files.append(
        SourceMark(
          record: record,
          looks: FileFingerprint(
            size: BigEndian.u64(span, at: start + 16),
            mtime: Int64(bitPattern: BigEndian.u64(span, at: start + 24)),
            ctime: Int64(bitPattern: BigEndian.u64(span, at: start + 32)),
            inode: BigEndian.u64(span, at: start + 40))))
    }
    return files
  }
}
