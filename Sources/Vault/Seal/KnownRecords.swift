internal import Boxes
internal import Keyring
internal import Sealing
internal import Storage

/// A customer in one class, as a planner works with it.
struct SealingSubject: Sendable {
  let classID: Identifier
  let subject: Identifier
  /// The customer's key for the class.
  let key: Secret
  /// Whom the source names.
  let name: CustomerName
}

/// Marks for one customer's files, from one box or from reading.
struct CustomerMarks: Sendable {
  let customer: SealingSubject
  /// Whether the marks that are there were valid when this run looked, so that they stay.
  let keepsOthers: Bool
  var marks: [SourceMark] = []
}

/// What came of asking whether files are sealed already.
struct Recognised: Sendable {
  /// Files that are as they were: nothing is to be done.
  var unchanged: UInt64 = 0
  /// The others, with the newest version of their record where there is one.
  var items: [SourceItem] = []
  /// Whether the marks that are there hold.
  var keepsOthers = false
}

/// Whom the road in asks what is sealed already, and tells what it sealed: the catalog, seen from here.
protocol KnownRecords: AnyObject {
  /// Whether tables that lie under a customer's id name another one, in whatever class that is open.
  func isShared(_ subject: Identifier, by name: CustomerName) async throws -> Bool

  /// Sorts out which of a customer's files are as they were sealed.
  func recognise(_ items: [SourceItem], of customer: SealingSubject) async throws -> Recognised

  /// Boxes were named in the ledger.
  func committed(_ boxes: [UnnamedBox])

  /// Files that were read and are what is sealed; called last.
  func finish(_ read: [CustomerMarks])
}

/// The id of a record that is sealed for the first time. Made from what it is known by, under a key of the customer's:
/// two writers who seal the same new record at the same time give it the same id, and nobody else can tell of what
/// it was made. Files are remembered by it.
struct RecordMarks {
  private let key: Secret
  /// By what the customer's name is recognised.
  let name: Identifier

  init(_ customer: SealingSubject) throws {
    key = try KeySchedule.contentKey(subject: customer.key)
    name = try customer.name.mark(under: key)
  }

  func id(source: String, path: ArraySlice<UInt8>) throws -> Identifier {
    var message: [UInt8] = []
    message.reserveCapacity(source.utf8.count + path.count + 8)
    message += "record".utf8
    message.append(0)
    message += source.utf8
    message.append(0)
    message += path
    return try KeyDerivation.hmac256(key: key, message).identifier
  }
}
