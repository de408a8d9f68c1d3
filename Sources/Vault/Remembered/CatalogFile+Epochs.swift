internal import GRDB
internal import Sealing

/// What boxes are sealed under, and how full they are.
extension CatalogFile {
  /// A box that a key opens.
  struct Shelf: Sendable {
    let ordinal: Int
    let hash: Digest
    let classID: Identifier
    /// The epoch with which its index is sealed, and the lowest and highest of its bundles' and its own.
    let index: UInt32
    let lowest: UInt32
    let bundles: Int
    /// Bytes of bodies and tables.
    let bytes: UInt64
  }

  /// Every box that a key opens, by ordinal.
  func shelves() throws -> [Shelf] {
    try read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT box.ordinal, box.hash, box.class, box.epoch, coalesce(held.lowest, box.epoch), coalesce(held.count, 0),
            coalesce(held.bytes, 0)
          FROM box LEFT JOIN (SELECT ordinal, min(epoch) AS lowest, count(*) AS count, sum(bytes) AS bytes FROM bundle
            NOT INDEXED GROUP BY ordinal) AS held ON held.ordinal = box.ordinal
          WHERE box.class IS NOT NULL ORDER BY box.ordinal
          """)
      var found: [Shelf] = []
      while let row = try rows.next() {
        guard let hash = Digest(bytes: try row.bytes(1)), let classID = Identifier(bytes: try row.bytes(2)),
          let index = UInt32(exactly: try row.unsigned(3)), let lowest = UInt32(exactly: try row.unsigned(4))
        else { throw Self.damaged("a box has an epoch or class that is none") }
        found.append(
          Shelf(
            ordinal: try row.number(0), hash: hash, classID: classID, index: index,
            lowest: min(lowest, index),
            bundles: try row.number(5), bytes: try row.unsigned(6)))
      }
      return found
    }
  }

  /// What is sealed under an epoch of a class.
  struct EpochShare: Sendable {
    let classID: Identifier
    let epoch: UInt32
    let bundles: UInt64
    let bytes: UInt64
  }

  /// How much is sealed under each epoch that has any bundle.
  func epochShares() throws -> [EpochShare] {
    try read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT substr(customer, 1, 16), epoch, count(*), sum(bytes) FROM bundle NOT INDEXED GROUP BY 1, 2
          """)
      var found: [EpochShare] = []
      while let row = try rows.next() {
        guard let classID = Identifier(bytes: try row.bytes(0)),
          let epoch = UInt32(exactly: try row.unsigned(1))
        else { throw Self.damaged("a bundle has an epoch or class that is none") }
        found.append(
          EpochShare(
            classID: classID, epoch: epoch, bundles: try row.unsigned(2), bytes: try row.unsigned(3)))
      }
      return found
    }
  }
}
