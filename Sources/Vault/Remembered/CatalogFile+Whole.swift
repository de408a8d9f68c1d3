internal import GRDB

/// Whether all is there that was put in: damage must not look as if there were less.
extension CatalogFile {
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
}
