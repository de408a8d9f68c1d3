internal import Ledger
internal import Rules
internal import Sealing

/// Bundles that a move doesn't carry.
public struct MoveLeavings: Hashable, Sendable {
  /// Those of customers who were erased for good.
  public internal(set) var erased: UInt64 = 0
  /// Those that were kept for long enough, or that no key opens, by class.
  var over: [Identifier: ClassLeavings] = [:]

  /// Bundles that were kept for long enough, or that no key opens.
  public var bundles: UInt64 { over.values.reduce(0) { $0 + $1.bundles } }
  /// Record versions in these.
  public var records: UInt64 { over.values.reduce(0) { $0 + $1.records } }
  /// Whose they are.
  public var customers: Int {
    over.values.reduce(into: Set<Identifier>()) { $0.formUnion($1.customers) }.count
  }

  /// Adds such a bundle.
  mutating func add(over subject: Identifier, in classID: Identifier, records: UInt32) {
    var leavings = over[classID] ?? ClassLeavings()
    leavings.bundles += 1
    leavings.records += UInt64(records)
    leavings.customers.insert(subject)
    over[classID] = leavings
  }

  static func += (one: inout MoveLeavings, other: MoveLeavings) {
    one.erased += other.erased
    one.over.merge(other.over) { mine, more in
      ClassLeavings(
        bundles: mine.bundles + more.bundles, records: mine.records + more.records,
        customers: mine.customers.union(more.customers))
    }
  }

  /// What the sealed part of a `disposed` or `lost` says of it (Format.md, 4.4).
  var statement: DisposalStatement {
    DisposalStatement(
      classes: over.sorted { $0.key < $1.key }.map { classID, leavings in
        DisposalStatement.Class(
          id: classID, bundles: leavings.bundles, customers: UInt64(leavings.customers.count),
          records: leavings.records)
      })
  }
}

/// What of a class isn't carried for good.
struct ClassLeavings: Hashable, Sendable {
  var bundles: UInt64 = 0
  var records: UInt64 = 0
  var customers: Set<Identifier> = []
}

/// The sealed part of a `disposed` or `lost`: what it leaves out, which nobody can count any more once it is gone.
struct DisposalStatement: Hashable, Sendable {
  struct Class: Hashable, Sendable {
    let id: Identifier
    let bundles: UInt64
    let customers: UInt64
    let records: UInt64
  }

  /// Ascending.
  let classes: [Class]

  init(classes: [Class]) { self.classes = classes }

  /// Reads a sealed part; what isn't of its form is refused.
  init(_ object: JSONObject) throws(Malformed) {
    try object.only(["classes", "reason"])
    classes = try object.objects("classes").map { member throws(Malformed) in
      try member.only(["bundles", "class", "customers", "records"])
      return Class(
        id: try member.identifier("class"), bundles: try member.integer("bundles"),
        customers: try member.integer("customers"), records: try member.integer("records"))
    }
    try object.require(
      zip(classes, classes.dropFirst()).allSatisfy { $0.id < $1.id }, "classes", "isn't ascending")
  }

  var object: JSONObject {
    [
      "classes": .array(
        classes.map { one in
          .object([
            "bundles": .integer(one.bundles), "class": .string(one.id.hex),
            "customers": .integer(one.customers), "records": .integer(one.records),
          ])
        }), "reason": .hex([]),
    ]
  }
}
