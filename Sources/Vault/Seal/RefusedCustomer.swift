public import Sealing

/// A customer of whom nothing was sealed, since records of another one lie under the id to which the directory leads.
public struct RefusedCustomer: Hashable, Sendable {
  /// The customer as the source gives it.
  public let subject: [UInt8]
  /// The id.
  public let id: Identifier
  /// Files that were not sealed.
  public internal(set) var files: UInt64

  /// Without the customer's name.
  var finding: Finding { Finding(.shared, customer: id, .recordsOfAnother) }

  /// Each once, by name.
  static func sum(_ all: [RefusedCustomer]) -> [RefusedCustomer] {
    var sums: [[UInt8]: RefusedCustomer] = [:]
    for one in all {
      sums[one.subject, default: RefusedCustomer(subject: one.subject, id: one.id, files: 0)].files +=
        one.files
    }
    return sums.values.sorted { $0.subject.lexicographicallyPrecedes($1.subject) }
  }
}

/// Whom a run met by which id: two who come to one id are found though nothing lies under it yet.
struct CustomersMet {
  private var met: [Identifier: Int] = [:]

  /// False where another customer came to this id. By a hash of the name, to take little memory.
  mutating func meet(_ subject: Identifier, as name: CustomerName) -> Bool {
    let hash = name.hashValue
    if let known = met[subject] { return known == hash }
    met[subject] = hash
    return true
  }
}
