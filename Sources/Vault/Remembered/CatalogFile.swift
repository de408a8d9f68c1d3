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
  static let version = 4

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
      for table in ["place", "box", "bundle", "unread", "looked", "mark"] {
        try database.execute(sql: "DROP TABLE IF EXISTS \(table)")
      }
      try database.execute(sql: Self.tables)
      try database.execute(sql: "PRAGMA user_version = \(Self.version)")
    }
  }

  /// `box.ids`: what `RecordIDs` makes of the box's records.
  /// `box.bundles`: how many rows of `bundle` are its own.
  /// `box.rank`: which box goes before another one where a bundle is in both.
  /// `box.epoch`: with which epoch of its class the index is sealed.
  /// `bundle.customer`: class and subject; `bundle.id`: made of class, bundle and first entry, to tell one that is there
  /// twice.
  /// `bundle.epoch`, `bundle.bytes`: with which epoch it is sealed, and how long body and table are.
  /// `bundle.row`: the index's row, and by which marks the customers are recognised whom its records name.
  /// `bundle.row`, `box.ids`: with some bytes by which damage shows (`checked`).
  /// `bundle_customer`: where each bundle is, once more: what is missing in one of the two is there in the other.
  /// `unread`: boxes that could not be read, or lay elsewhere, when their turn came.
  /// `mark`: by customer, what is known of the source files of its records, and which box was the newest then.
  private static let tables = """
    CREATE TABLE place (number INTEGER PRIMARY KEY CHECK (number = 1), size INTEGER NOT NULL, root BLOB NOT NULL,
      boxes INTEGER NOT NULL, generation BLOB NOT NULL, moved INTEGER NOT NULL);
    CREATE TABLE box (ordinal INTEGER PRIMARY KEY, rank INTEGER NOT NULL, hash BLOB NOT NULL, class BLOB, epoch INTEGER NOT NULL, bundles INTEGER NOT NULL,
      ignored INTEGER NOT NULL, ids BLOB NOT NULL);
    CREATE INDEX box_odd ON box (ordinal) WHERE class IS NULL OR ignored > 0;
    CREATE TABLE bundle (customer BLOB NOT NULL, ordinal INTEGER NOT NULL, number INTEGER NOT NULL,
      id BLOB NOT NULL UNIQUE, epoch INTEGER NOT NULL, bytes INTEGER NOT NULL, row BLOB NOT NULL, PRIMARY KEY (customer, ordinal, number)) WITHOUT ROWID;
    CREATE INDEX bundle_place ON bundle (ordinal, number);
    CREATE INDEX bundle_customer ON bundle (customer, ordinal, number);
    CREATE TABLE unread (ordinal INTEGER PRIMARY KEY);
    CREATE TABLE looked (ordinal INTEGER PRIMARY KEY, entry INTEGER NOT NULL);
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
    /// How far the ledger had moved boxes.
    var moved: UInt64
  }

  func position() throws -> Position? {
    try read { database in
      guard
        let row = try Row.fetchOne(database, sql: "SELECT size, root, boxes, generation, moved FROM place"),
        let root = Digest(bytes: try row.bytes(1)), let generation = Digest(bytes: try row.bytes(3))
      else { return nil }
      return Position(
        size: try row.unsigned(0), root: root, boxes: try row.number(2), generation: generation,
        moved: try row.unsigned(4))
    }
  }

  func setPosition(_ position: Position) throws {
    try write { database in
      try database.execute(
        sql: "INSERT OR REPLACE INTO place VALUES (1, ?, ?, ?, ?, ?)",
        arguments: [
          Int64(clamping: position.size), Data(position.root.bytes), position.boxes,
          Data(position.generation.bytes), Int64(clamping: position.moved),
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

  /// These boxes hold nothing that counts for now, and are read again where that changes.
  func forget(_ ordinals: [Int]) throws {
    guard !ordinals.isEmpty else { return }
    try write { database in
      for ordinal in ordinals {
        for table in ["bundle", "box"] {
          try database.execute(sql: "DELETE FROM \(table) WHERE ordinal = ?", arguments: [ordinal])
        }
        try database.execute(sql: "INSERT OR IGNORE INTO unread VALUES (?)", arguments: [ordinal])
      }
    }
  }

  /// Boxes that are still to be read, ascending.
  func unread() throws -> [Int] {
    try read { try Int.fetchAll($0, sql: "SELECT ordinal FROM unread ORDER BY ordinal") }
  }

  /// Boxes that were found sound here though somebody claims otherwise, and up to which entry that holds.
  func looked() throws -> [Int: UInt64] {
    try read { database in
      var looked: [Int: UInt64] = [:]
      for row in try Row.fetchAll(database, sql: "SELECT ordinal, entry FROM looked") {
        looked[try row.number(0)] = try row.unsigned(1)
      }
      return looked
    }
  }

  /// Remembers that boxes were found sound though an entry claims otherwise.
  func note(looked boxes: [(ordinal: Int, entry: UInt64)]) throws {
    guard !boxes.isEmpty else { return }
    try write { database in
      for box in boxes {
        try database.execute(
          sql: "INSERT OR REPLACE INTO looked VALUES (?, ?)",
          arguments: [box.ordinal, Int64(clamping: box.entry)])
      }
    }
  }

  static func damaged(_ what: String) -> DatabaseError {
    DatabaseError(resultCode: .SQLITE_CORRUPT, message: what)
  }

  /// The digest of a box that is in it.
  func hash(of ordinal: Int) throws -> Digest? {
    try read { database in
      try Data.fetchOne(database, sql: "SELECT hash FROM box WHERE ordinal = ?", arguments: [ordinal])
        .flatMap { Digest(bytes: Array($0)) }
    }
  }

  /// Every box that is in it, with what its rank was.
  func ranks() throws -> [(ordinal: Int, rank: Int)] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT ordinal, rank FROM box ORDER BY ordinal")
        .map { (try $0.number(0), try $0.number(1)) }
    }
  }

  /// Every box that is in it.
  func hashes() throws -> [(ordinal: Int, hash: Digest)] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT ordinal, hash FROM box ORDER BY ordinal")
        .compactMap { row in
          guard let hash = Digest(bytes: try row.bytes(1)) else { return nil }
          return (try row.number(0), hash)
        }
    }
  }

  /// Boxes that no key opens, and boxes with bundles that are ignored.
  func odd() throws -> [(ordinal: Int, isClosed: Bool, ignored: Int)] {
    try read { database in
      try Row.fetchAll(
        database,
        sql:
          "SELECT ordinal, class IS NULL, ignored FROM box WHERE class IS NULL OR ignored > 0 ORDER BY ordinal"
      ).map { row in
        let ignored = try row.number(2)
        guard ignored >= 0 else { throw Self.damaged("a box has a count that is none") }
        return (try row.number(0), try row.isTrue(1), ignored)
      }
    }
  }

  /// Of which class each box is that a key opens, by ordinal.
  func classes() throws -> [Int: Identifier] {
    try read { database in
      let rows = try Row.fetchAll(
        database, sql: "SELECT ordinal, class FROM box WHERE class IS NOT NULL")
      return try Dictionary(
        uniqueKeysWithValues: rows.map { row in
          guard let id = Identifier(bytes: try row.bytes(1)) else { throw Self.damaged("a box has no class") }
          return (try row.number(0), id)
        })
    }
  }

  /// Without a transaction of its own: GRDB's `read` has SQLite prepare each statement anew.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try telling { try queue.writeWithoutTransaction(body) }
  }

  func write(_ body: (Database) throws -> Void) throws { try telling { try queue.write(body) } }

  private func telling<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error where error is DatabaseError || error is RowDecodingError {
      let known = error as? DatabaseError ?? Self.damaged("a column holds something else than was put there")
      let reason = known.message ?? "SQLite error \(known.resultCode.rawValue)"
      trouble = Self.isBroken(known) ? .broken : .failing
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
}
