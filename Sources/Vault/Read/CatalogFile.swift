internal import Boxes
internal import Foundation
internal import GRDB
internal import Sealing
internal import Storage

/// The catalog's file: which bundles lie in which box, and how the sources looked when they were sealed. SQLite.
///
/// It holds no name, number, token, title or path, and no key: bundles by random ids, records by ids that are MACs
/// under their customer's key, source files by size, times and inode. What a record is called stands in its bundle's
/// table, which is read from the box with the keys of now: so an erasure needs nothing done here. It can be deleted
/// at any time.
///
/// Calls block for as long as SQLite takes. One process after the other writes; each call is one transaction.
final class CatalogFile {
  private let queue: DatabaseQueue
  private let path: String

  /// What makes a catalog useless.
  enum Trouble {
    /// It isn't what was written; it is removed, and made anew by whoever opens it next.
    case broken
    /// It can't be read or written: a disk that is full or fails.
    case failing
  }

  /// Set once anything went wrong.
  private(set) var trouble: Trouble?

  /// Another layout is another number; a file of another number is made anew.
  static let version = 2

  /// Opens the catalog of a vault and an identity, or makes it.
  ///
  /// A file that can't be used is replaced; where none can be kept the catalog lives as long as the process, in a
  /// temporary file. So it does where the folder isn't ours alone to write: what it says would be another's word.
  static func open(in folder: String, vault: Identifier, identity: Identifier) throws -> CatalogFile {
    let name = "\(vault.hex)-\(identity.hex).catalog"
    do {
      try DurableFile.makeFolder(folder)
      guard CacheFile.isOurs(folder) else { return try temporary() }
      let path = "\(folder)/\(name)"
      do { return try CatalogFile(path: path) } catch let error as DatabaseError where isBroken(error) {
        try remove(path)
        return try CatalogFile(path: path)
      }
    } catch is StorageError {
      return try temporary()
    } catch is DatabaseError {
      return try temporary()
    }
  }

  /// A catalog that goes with the process.
  static func temporary() throws -> CatalogFile { try CatalogFile(path: "") }

  private static func isBroken(_ error: DatabaseError) -> Bool {
    [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_SCHEMA].contains(error.resultCode)
  }

  /// Closes it and removes it.
  func discard() throws {
    try queue.close()
    if !path.isEmpty { try Self.remove(path) }
  }

  private static func remove(_ path: String) throws {
    for suffix in ["", "-wal", "-shm"] { try DurableFile.remove(path + suffix) }
  }

  /// An empty path is a temporary file that goes with the process.
  private init(path: String) throws {
    self.path = path
    if !path.isEmpty { try DurableFile.touch(path) }
    var settings = Configuration()
    settings.busyMode = .timeout(30)
    settings.prepareDatabase { database in
      // Write-ahead: a crash loses the last transactions, never half of one.
      if !path.isEmpty { try database.execute(sql: "PRAGMA journal_mode = WAL") }
      try database.execute(
        sql: "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8192; PRAGMA temp_store = FILE")
    }
    queue = try DatabaseQueue(path: path, configuration: settings)
    try queue.write { database in
      let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
      guard found != Self.version else { return }
      for table in ["place", "box", "bundle", "unread", "mark"] {
        try database.execute(sql: "DROP TABLE IF EXISTS \(table)")
      }
      try database.execute(sql: Self.tables)
      try database.execute(sql: "PRAGMA user_version = \(Self.version)")
    }
  }

  /// `box.ids`: what `RecordIDs` makes of the box's records.
  /// `box.bundles`: how many rows of `bundle` are its own.
  /// `bundle.customer`: class and subject; `bundle.id`: made of class and bundle, to tell one that is there twice.
  /// `bundle.row`, `box.ids`: with some bytes by which damage shows (`checked`).
  /// `bundle_customer`: where each bundle is, once more: what is missing in one of the two is there in the other.
  /// `unread`: boxes that could not be read, or lay elsewhere, when their turn came.
  /// `mark`: by customer, what is known of the source files of its records, and which box was the newest then.
  private static let tables = """
    CREATE TABLE place (number INTEGER PRIMARY KEY CHECK (number = 1), size INTEGER NOT NULL, root BLOB NOT NULL,
      boxes INTEGER NOT NULL, generation BLOB NOT NULL);
    CREATE TABLE box (ordinal INTEGER PRIMARY KEY, hash BLOB NOT NULL, class BLOB, bundles INTEGER NOT NULL,
      ignored INTEGER NOT NULL, ids BLOB NOT NULL);
    CREATE INDEX box_odd ON box (ordinal) WHERE class IS NULL OR ignored > 0;
    CREATE TABLE bundle (customer BLOB NOT NULL, ordinal INTEGER NOT NULL, number INTEGER NOT NULL,
      id BLOB NOT NULL UNIQUE, row BLOB NOT NULL, PRIMARY KEY (customer, ordinal, number)) WITHOUT ROWID;
    CREATE INDEX bundle_place ON bundle (ordinal, number);
    CREATE INDEX bundle_customer ON bundle (customer, ordinal, number);
    CREATE TABLE unread (ordinal INTEGER PRIMARY KEY);
    CREATE TABLE mark (customer BLOB PRIMARY KEY, newest BLOB NOT NULL, files BLOB NOT NULL) WITHOUT ROWID;
    """

  // MARK: How far it goes

  /// How far the boxes of the ledger are taken in.
  struct Position: Equatable {
    /// The ledger's size and root then.
    var size: UInt64
    var root: Digest
    /// So many boxes, by ordinal, are in it or stand in `unread`.
    var boxes: Int
    /// The generation with whose keys they were opened.
    var generation: Digest
  }

  func position() throws -> Position? {
    try read { database in
      guard let row = try Row.fetchOne(database, sql: "SELECT size, root, boxes, generation FROM place"),
        let root = Digest(bytes: Self.bytes(row[1])), let generation = Digest(bytes: Self.bytes(row[3]))
      else { return nil }
      return Position(
        size: UInt64(clamping: row[0] as Int64), root: root, boxes: row[2], generation: generation)
    }
  }

  func setPosition(_ position: Position) throws {
    try write { database in
      try database.execute(
        sql: "INSERT OR REPLACE INTO place VALUES (1, ?, ?, ?, ?)",
        arguments: [
          Int64(clamping: position.size), Data(position.root.bytes), position.boxes,
          Data(position.generation.bytes),
        ])
    }
  }

  /// Boxes that no key opened are to be tried again: there are other keys now.
  func retryClosed() throws {
    try write { database in
      try database.execute(sql: "INSERT OR IGNORE INTO unread SELECT ordinal FROM box WHERE class IS NULL")
      try database.execute(sql: "DELETE FROM box WHERE class IS NULL")
    }
  }

  /// Boxes that are still to be read, ascending.
  func unread() throws -> [Int] {
    try read { try Int.fetchAll($0, sql: "SELECT ordinal FROM unread ORDER BY ordinal") }
  }

  /// Refuses a catalog in which something is missing, as one with a damaged page may be: a reader of all would miss it.
  func checkWhole() throws {
    try read { database in
      let found = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)")
      guard found == "ok" else { throw Self.damaged("its tables and indexes differ") }
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT box.ordinal FROM box LEFT JOIN
            (SELECT ordinal, count(*) AS found FROM bundle GROUP BY ordinal) AS counted
            ON counted.ordinal = box.ordinal
          WHERE box.bundles != coalesce(counted.found, 0) LIMIT 1
          """)
      guard try rows.next() == nil else { throw Self.damaged("it lacks bundles") }
    }
  }

  /// Refuses a catalog that doesn't account for each of so many boxes.
  func checkBoxes(_ count: Int) throws {
    try read { database in
      let sql = """
        SELECT (SELECT count(*) FROM box WHERE ordinal >= 0 AND ordinal < ?1) + (SELECT count(*) FROM unread
          WHERE ordinal >= 0 AND ordinal < ?1 AND ordinal NOT IN (SELECT ordinal FROM box))
        """
      let found = try Int.fetchOne(database, sql: sql, arguments: [count])
      guard found == count else { throw Self.damaged("it lacks boxes") }
    }
  }

  private static func damaged(_ what: String) -> DatabaseError {
    DatabaseError(resultCode: .SQLITE_CORRUPT, message: what)
  }

  /// The digest of a box that is in it.
  func hash(of ordinal: Int) throws -> Digest? {
    try read { database in
      try Data.fetchOne(database, sql: "SELECT hash FROM box WHERE ordinal = ?", arguments: [ordinal])
        .flatMap { Digest(bytes: Array($0)) }
    }
  }

  /// Every box that is in it.
  func hashes() throws -> [(ordinal: Int, hash: Digest)] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT ordinal, hash FROM box ORDER BY ordinal")
        .compactMap { row in Digest(bytes: Self.bytes(row[1])).map { (row[0], $0) } }
    }
  }

  /// Boxes that no key opens, and boxes with bundles that are ignored.
  func odd() throws -> [(ordinal: Int, isClosed: Bool, ignored: Int)] {
    try read { database in
      try Row.fetchAll(
        database,
        sql:
          "SELECT ordinal, class IS NULL, ignored FROM box WHERE class IS NULL OR ignored > 0 ORDER BY ordinal"
      ).map { ($0[0], $0[1], $0[2]) }
    }
  }

  /// Without a transaction of its own: GRDB's `read` has SQLite prepare each statement anew.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try telling { try queue.writeWithoutTransaction(body) }
  }

  func write(_ body: (Database) throws -> Void) throws { try telling { try queue.write(body) } }

  private func telling<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as DatabaseError {
      let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
      trouble = Self.isBroken(error) ? .broken : .failing
      guard trouble == .broken else {
        throw VaultError(
          .storage, "the catalog can't be read or written: \(reason)",
          safe: "it holds nothing that can't be made again; what was committed before stays",
          hint:
            "see to the disk that STRONGROOM_CACHE and the temporary folder are on, and run the command again"
        )
      }
      if !path.isEmpty { try? Self.remove(path) }
      throw VaultError(
        .storage, "the catalog is damaged: \(reason)",
        safe: "it is made again by the next command; what was committed before stays",
        hint: "run the command again")
    }
  }

  static func bytes(_ data: Data?) -> [UInt8] { data.map { Array($0) } ?? [] }
}

// MARK: - Boxes and bundles

extension CatalogFile {
  /// A box to be taken in.
  struct Box: Sendable {
    let ordinal: Int
    let hash: Digest
    /// Nil where no key opens it.
    let classID: Identifier?
    /// The rows of its index that count, with their numbers in it.
    var bundles: [(number: Int, row: IndexRow)]
    /// The ids of the records in each of these bundles.
    var records: [[Identifier]]
    /// Rows that nobody may have added.
    var ignored: Int
  }

  /// A bundle as it is found.
  struct Bundle: Sendable {
    let ordinal: Int
    let row: IndexRow
  }

  /// Takes boxes in.
  ///
  /// Of two bundles with one id the one in the older box counts (Format.md, 3.1).
  func add(_ boxes: [Box]) throws {
    try write { database in
      let insert = try database.makeStatement(
        sql: "INSERT OR IGNORE INTO bundle (customer, ordinal, number, id, row) VALUES (?, ?, ?, ?, ?)")
      for box in boxes {
        var ignored = box.ignored
        let before = try Data.fetchOne(
          database, sql: "SELECT hash FROM box WHERE ordinal = ?", arguments: [box.ordinal])
        if let before, before != Data(box.hash.bytes) {
          // Another ledger had another box here.
          try database.execute(sql: "DELETE FROM bundle WHERE ordinal = ?", arguments: [box.ordinal])
          // Where that ledger comes back all is compared again.
          try database.execute(sql: "DELETE FROM place")
        }
        if let classID = box.classID {
          for (number, row) in box.bundles {
            let id = Self.mark(of: row.bundle, in: classID)
            try insert.execute(arguments: [
              Data(Self.customer(classID, row.subject)), box.ordinal, number, id,
              Self.checked(row.encoded, of: Self.customer(classID, row.subject), box.ordinal, number),
            ])
            guard database.changesCount == 0 else { continue }
            guard try self.settle(id, box.ordinal, database) else {
              ignored += 1
              continue
            }
            try insert.execute(arguments: [
              Data(Self.customer(classID, row.subject)), box.ordinal, number, id,
              Self.checked(row.encoded, of: Self.customer(classID, row.subject), box.ordinal, number),
            ])
          }
        }
        try database.execute(
          sql: "INSERT OR REPLACE INTO box VALUES (?, ?, ?, ?, ?, ?)",
          arguments: [
            box.ordinal, Data(box.hash.bytes), box.classID.map { Data($0.bytes) },
            box.classID == nil ? 0 : box.bundles.count - (ignored - box.ignored), ignored,
            Self.checked(Self.ids(box), of: box.hash.bytes, box.ordinal, 0),
          ])
        try database.execute(sql: "DELETE FROM unread WHERE ordinal = ?", arguments: [box.ordinal])
      }
    }
  }

  /// Makes room for a bundle of an older box that was read late; false where the one that is there counts.
  private func settle(_ id: Data, _ ordinal: Int, _ database: Database) throws -> Bool {
    let there = try Int.fetchOne(database, sql: "SELECT ordinal FROM bundle WHERE id = ?", arguments: [id])
    guard let there, there > ordinal else { return there == ordinal }
    try database.execute(sql: "DELETE FROM bundle WHERE id = ?", arguments: [id])
    try database.execute(
      sql: "UPDATE box SET ignored = ignored + 1, bundles = bundles - 1 WHERE ordinal = ?", arguments: [there]
    )
    return true
  }

  /// Boxes that can't be read now.
  func setUnread(_ ordinals: [Int]) throws {
    guard !ordinals.isEmpty else { return }
    try write { database in
      for ordinal in ordinals {
        try database.execute(sql: "INSERT OR IGNORE INTO unread VALUES (?)", arguments: [ordinal])
      }
    }
  }

  /// The bundles of some customers, oldest boxes first.
  func bundles(of customers: [[UInt8]]) throws -> [[Bundle]] {
    try read { database in
      let select = try database.cachedStatement(
        sql: "SELECT ordinal, row, number FROM bundle NOT INDEXED WHERE customer = ? ORDER BY ordinal, number"
      )
      let count = try database.cachedStatement(
        sql: "SELECT count(*) FROM bundle INDEXED BY bundle_customer WHERE customer = ?")
      return try customers.map { customer in
        let found = try Row.fetchAll(select, arguments: [Data(customer)]).map {
          try Self.bundle($0, of: customer)
        }
        guard try Int.fetchOne(count, arguments: [Data(customer)]) == found.count else {
          throw Self.damaged("it lacks bundles of a customer")
        }
        return found
      }
    }
  }

  /// A customer and its bundles.
  struct Customer: Sendable {
    let customer: [UInt8]
    var bundles: [Bundle]
  }

  /// The next customers of a class behind one, with at least so many bundles if there are.
  func customers(of classID: Identifier, after last: [UInt8]?, atLeast count: Int) throws -> [Customer] {
    let from = last ?? classID.bytes + [UInt8](repeating: 0, count: 16)
    let end = classID.bytes + [UInt8](repeating: 0xff, count: 16)
    return try read { database in
      let select = try database.cachedStatement(
        sql: """
          SELECT ordinal, row, number, customer FROM bundle NOT INDEXED WHERE customer \(last == nil ? ">=" : ">") ? AND customer <= ?
          ORDER BY customer, ordinal, number
          """)
      var found: [Customer] = []
      var bundles = 0
      let rows = try Row.fetchCursor(select, arguments: [Data(from), Data(end)])
      while let row = try rows.next() {
        let customer = Self.bytes(row[3])
        let bundle = try Self.bundle(row, of: customer)
        if found.last?.customer == customer {
          found[found.count - 1].bundles.append(bundle)
        } else {
          if bundles >= count { break }
          found.append(Customer(customer: customer, bundles: [bundle]))
        }
        bundles += 1
      }
      return found
    }
  }

  /// The customers that have a record whose id begins so.
  func customers(withRecord prefix: String) throws -> Set<[UInt8]> {
    try read { database in
      var found: Set<[UInt8]> = []
      let boxes = try Row.fetchCursor(
        database, sql: "SELECT ordinal, ids, hash FROM box WHERE class IS NOT NULL")
      while let box = try boxes.next() {
        let ordinal: Int = box[0]
        guard let ids = Self.content(Self.bytes(box[1]), of: Self.bytes(box[2]), ordinal, 0) else {
          throw Self.damaged("the records of a box can't be read")
        }
        for number in RecordIDs.bundles(in: ids.span, with: prefix) {
          let customer = try Data.fetchOne(
            database, sql: "SELECT customer FROM bundle WHERE ordinal = ? AND number = ?",
            arguments: [ordinal, number])
          if let customer { found.insert(Array(customer)) }
        }
      }
      return found
    }
  }

  static func customer(_ classID: Identifier, _ subject: Identifier) -> [UInt8] {
    classID.bytes + subject.bytes
  }

  /// Rows are trusted no further than they can be read: a box tells what is wrong with the rest.
  private static func bundle(_ row: Row, of customer: [UInt8]) throws -> Bundle {
    guard let content = content(bytes(row[1]), of: customer, row[0], row[2]),
      let found = IndexRow(encoded: content), customer.count == 32,
      found.subject.bytes.elementsEqual(customer[16...])
    else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a row of the catalog can't be read") }
    return Bundle(ordinal: row[0], row: found)
  }

  private static let checkSize = 8

  /// Bytes with some more behind them, by which damage to them, or to what they are kept under, shows.
  private static func checked(_ bytes: [UInt8], of owner: [UInt8], _ ordinal: Int, _ number: Int) -> Data {
    Data(bytes + check(bytes, of: owner, ordinal, number))
  }

  /// The bytes without what was put behind them; nil where they aren't as they were.
  private static func content(_ bytes: [UInt8], of owner: [UInt8], _ ordinal: Int, _ number: Int) -> [UInt8]?
  {
    guard bytes.count >= checkSize else { return nil }
    let content = Array(bytes.dropLast(checkSize))
    return check(content, of: owner, ordinal, number) == Array(bytes.suffix(checkSize)) ? content : nil
  }

  private static func check(_ bytes: [UInt8], of owner: [UInt8], _ ordinal: Int, _ number: Int) -> [UInt8] {
    let place =
      BigEndian.bytes(UInt64(bitPattern: Int64(ordinal))) + BigEndian.bytes(UInt64(bitPattern: Int64(number)))
    return Array(Digest.sha256(of: owner + place + bytes).bytes.prefix(checkSize))
  }

  private static func mark(of bundle: Identifier, in classID: Identifier) -> Data {
    Data(zip(bundle.bytes, classID.bytes).map { $0 ^ $1 })
  }

  private static func ids(_ box: Box) -> [UInt8] {
    RecordIDs.encoded(zip(box.bundles.map(\.number), box.records).map { ($0, $1) })
  }
}
