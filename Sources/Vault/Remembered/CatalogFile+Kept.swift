internal import GRDB
internal import Sealing

/// What lies in a box.
extension CatalogFile {
  /// A bundle of a box, with its class.
  struct KeptBundle: Sendable {
    let classID: Identifier
    let bundle: Bundle
  }

  /// The bundles of a box that count.
  func bundles(in ordinal: Int) throws -> [KeptBundle] {
    try read { database in
      let select = try database.cachedStatement(
        sql: "SELECT ordinal, row, number, customer FROM bundle INDEXED BY bundle_place WHERE ordinal = ?")
      return try Row.fetchAll(select, arguments: [ordinal]).map { row in
        let customer = try row.bytes(3)
        guard let classID = Identifier(bytes: Array(customer.prefix(16))) else {
          throw Self.damaged("a bundle has a class that is none")
        }
        return KeptBundle(classID: classID, bundle: try Self.bundle(row, of: customer))
      }
    }
  }
}
