internal import Boxes
internal import Foundation
internal import GRDB
internal import Sealing

/// Boxes and bundles.
extension CatalogFile {
  /// A box to be taken in.
  struct Box: Sendable {
    let ordinal: Int
    /// Of two boxes with one bundle the one that has the lower rank counts.
    let rank: Int
    let hash: Digest
    /// The entry that named it.
    let entry: UInt64
    /// Nil where no key opens it.
    let classID: Identifier?
    /// The epoch with which its index is sealed.
    let epoch: UInt32
    /// The rows of its index that count, with their numbers in it.
    var bundles: [(number: Int, row: IndexRow)]
    /// The ids of the records in each of these bundles.
    var records: [[Identifier]]
    /// Whom the records in each of these bundles name, as marks; empty where that isn't known.
    var names: [[Identifier]]
    /// Rows that nobody may have added.
    var ignored: Int
  }

  /// A bundle as it is found.
  struct Bundle: Sendable {
    let ordinal: Int
    let row: IndexRow
    /// Whom its records name, as marks; empty where that isn't known.
    let names: [Identifier]
  }

  /// Takes boxes in.
  ///
  /// Of two bundles that are known by the same the one in the box that goes before counts (Format.md, 3.1).
  func add(_ boxes: [Box]) throws {
    try write { database in
      let insert = try database.makeStatement(
        sql:
          "INSERT OR IGNORE INTO bundle (customer, ordinal, number, id, epoch, bytes, row) VALUES (?, ?, ?, ?, ?, ?, ?)"
      )
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
          for (place, (number, row)) in box.bundles.enumerated() {
            let customer = Self.customer(classID, row.subject)
            let names = box.names[place].flatMap(\.bytes)
            let content = CheckedBytes.encoded(row.encoded + names, of: customer, box.ordinal, number)
            let first = row.firstEntry == 0 ? box.entry : row.firstEntry
            let id = Self.mark(of: row.bundle, first: first, in: classID)
            let values: StatementArguments = [
              Data(customer), box.ordinal, number, id, Int(row.epoch),
              Int64(clamping: row.bodyLength + row.tableLength), content,
            ]
            try insert.execute(arguments: values)
            guard database.changesCount == 0 else { continue }
            guard try makeRoom(for: id, box, database) else {
              ignored += 1
              continue
            }
            try insert.execute(arguments: values)
          }
        }
        try database.execute(
          sql: "INSERT OR REPLACE INTO box VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
          arguments: [
            box.ordinal, box.rank, Data(box.hash.bytes), box.classID.map { Data($0.bytes) }, Int(box.epoch),
            box.classID == nil ? 0 : box.bundles.count - (ignored - box.ignored), ignored,
            CheckedBytes.encoded(Self.ids(box), of: box.hash.bytes, box.ordinal, 0),
          ])
        try database.execute(sql: "DELETE FROM unread WHERE ordinal = ?", arguments: [box.ordinal])
      }
    }
  }

  /// Makes room for a bundle of a box that goes before; false where the one that is there counts.
  private func makeRoom(for id: Data, _ box: Box, _ database: Database) throws -> Bool {
    let there = try Int.fetchOne(database, sql: "SELECT ordinal FROM bundle WHERE id = ?", arguments: [id])
    guard let there else { return false }
    let rank = try Int.fetchOne(database, sql: "SELECT rank FROM box WHERE ordinal = ?", arguments: [there])
    guard (rank ?? there) > box.rank, there != box.ordinal else { return there == box.ordinal }
    try database.execute(sql: "DELETE FROM bundle WHERE id = ?", arguments: [id])
    try database.execute(
      sql: "UPDATE box SET ignored = ignored + 1, bundles = bundles - 1 WHERE ordinal = ?", arguments: [there]
    )
    return true
  }

  /// Which box has the bundle of a class that is known by an id and a first entry.
  func box(of bundle: Identifier, first: UInt64, in classID: Identifier) throws -> Int? {
    try read { database in
      try Int.fetchOne(
        database, sql: "SELECT ordinal FROM bundle WHERE id = ?",
        arguments: [Self.mark(of: bundle, first: first, in: classID)])
    }
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

  /// The bundles of a box, and whose they are; nil where what it holds isn't known, or another box lay here.
  func bundles(in ordinal: Int, being hash: Digest) throws -> [(customer: [UInt8], row: IndexRow)]? {
    try read { database in
      let known = try Row.fetchOne(
        database, sql: "SELECT hash, bundles FROM box WHERE ordinal = ? AND class IS NOT NULL",
        arguments: [ordinal])
      guard let known, try known.bytes(0) == hash.bytes else { return nil }
      let rows = try Row.fetchAll(
        database,
        sql: "SELECT ordinal, row, number, customer FROM bundle INDEXED BY bundle_place WHERE ordinal = ?",
        arguments: [ordinal])
      guard try rows.count == known.number(1) else { throw Self.damaged("it lacks bundles of a box") }
      return try rows.map { row in
        let customer = try row.bytes(3)
        return (customer, try Self.bundle(row, of: customer).row)
      }
    }
  }

  /// The bundles of a customer, without a look whether any is missing.
  func rows(of customer: [UInt8]) throws -> [Bundle] {
    try read { database in
      let select = try database.cachedStatement(
        sql: "SELECT ordinal, row, number FROM bundle NOT INDEXED WHERE customer = ?")
      return try Row.fetchAll(select, arguments: [Data(customer)]).map { try Self.bundle($0, of: customer) }
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
        let customer = try row.bytes(3)
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
        let ordinal = try box.number(0)
        guard let ids = CheckedBytes.content(try box.bytes(1), of: try box.bytes(2), ordinal, 0) else {
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
  static func bundle(_ row: Row, of customer: [UInt8]) throws -> Bundle {
    let ordinal = try row.number(0)
    guard let content = CheckedBytes.content(try row.bytes(1), of: customer, ordinal, try row.number(2)),
      let found = IndexRow(encoded: Array(content.prefix(IndexRow.encodedSize))), customer.count == 32,
      found.subject.bytes.elementsEqual(customer[16...])
    else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a row of the catalog can't be read") }
    let names = stride(from: IndexRow.encodedSize, to: content.count, by: 16).compactMap {
      Identifier(bytes: Array(content[$0..<min($0 + 16, content.count)]))
    }
    return Bundle(ordinal: ordinal, row: found, names: names)
  }

  private static func mark(of bundle: Identifier, first: UInt64, in classID: Identifier) -> Data {
    Data(zip(bundle.bytes, classID.bytes).map { $0 ^ $1 }) + Data(BigEndian.bytes(first))
  }

  private static func ids(_ box: Box) -> [UInt8] {
    RecordIDs.encoded(zip(box.bundles.map(\.number), box.records).map { ($0, $1) })
  }
}
