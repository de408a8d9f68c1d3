internal import GRDB
package import Sealing

/// Reads all of a catalog as commands do, each part in turn, whatever its file holds: for whoever throws bytes at it.
package enum CatalogWalk {
  /// - Throws: `VaultError` for the first part that can't be read.
  package static func run(in machine: Machine, vault: Identifier, identity: Identifier) throws {
    let file = try CatalogFile.open(in: machine.cache, vault: vault, identity: identity)
    var failure: (any Error)?
    func walk(_ body: () throws -> Void) { do { try body() } catch { failure = failure ?? error } }
    walk { _ = try file.position() }
    walk { _ = try file.unread() }
    walk { _ = try file.looked() }
    walk { _ = try file.odd() }
    walk { try file.checkWhole() }
    walk { try file.checkBoxes(3) }
    var customers: Set<[UInt8]> = []
    var classes: Set<Identifier> = []
    walk {
      let boxes = try file.hashes().prefix(64)
      customers = try file.customers(inBoxes: Set(boxes.map(\.ordinal)))
      for box in boxes { _ = try file.bundles(in: box.ordinal, being: box.hash) }
    }
    for customer in customers.sorted(by: { $0.lexicographicallyPrecedes($1) }).prefix(64) {
      if let id = Identifier(bytes: Array(customer.prefix(16))) { classes.insert(id) }
      walk { _ = try file.rows(of: customer) }
      walk { _ = try file.bundles(of: [customer]) }
      walk { _ = try file.newest(of: customer) }
      walk { _ = try file.marks(of: customer) }
    }
    for id in classes.sorted() { walk { _ = try file.customers(of: id, after: nil, atLeast: 100) } }
    walk { _ = try file.customers(withRecord: "a") }
    walk { try file.retryClosed() }
    if let failure { throw failure }
  }
}
