internal import Boxes
internal import Keyring
internal import Rules
internal import Sealing
internal import Storage

/// Whom the records of a bundle name, and how many of them do.
struct BundleNames: Sendable {
  let box: KnownBox
  let bundle: Identifier
  let subject: Identifier
  /// By the customer as the source gave it.
  let records: [[UInt8]: UInt32]

  init(_ row: IndexRow, of box: KnownBox, _ records: [Record]) {
    self.box = box
    bundle = row.bundle
    subject = row.subject
    self.records = records.reduce(into: [:]) { $0[$1.label.subject, default: 0] += 1 }
  }
}

/// Compares whom records name with what the directory says: that of a name, and that of all names together.
///
/// Whoever may seal may write any name into a table, and add rows that lead any number to any id. A record whose name
/// leads elsewhere is mislabelled; an id to which more rows lead than those of the name that its records bear is shared.
final class NamesCheck {
  private let keys: OpenKeyring
  private let directory: Section
  private(set) var mislabelled: [Finding] = []
  private var shared: Set<Identifier> = []
  private var seen: [Identifier: Seen] = [:]

  /// Of the customer of an id: a hash of the name, and how many rows of the directory are that name's.
  private struct Seen {
    let name: Int
    let rows: Int32
  }

  /// Nil where the directory isn't open.
  init?(_ keys: OpenKeyring) {
    guard let directory = keys.opened[.directory]?.section else { return nil }
    self.keys = keys
    self.directory = directory
  }

  /// Compares the names of a bundle's records.
  func check(_ bundle: BundleNames) async throws {
    var others: UInt32 = 0
    for (given, count) in bundle.records {
      guard let name = CustomerName(given) else {
        others += count
        continue
      }
      if let known = seen[bundle.subject], known.name == name.hashValue { continue }
      switch try await keys.attribution(of: bundle.subject, to: name) {
      case .confirmed: break
      case .denied:
        others += count
        continue
      // Of a page of the directory that can't be read is said there.
      case .unknown: continue
      }
      guard seen[bundle.subject] == nil else {
        shared.insert(bundle.subject)
        continue
      }
      seen[bundle.subject] = Seen(
        name: name.hashValue, rows: try await keys.rows(of: name, to: bundle.subject))
    }
    guard others > 0 else { return }
    mislabelled.append(
      Finding(
        .mislabelled, Layout.box(bundle.box.box.hash).text, part: .bundle(bundle.bundle),
        .otherCustomer(records: others)))
  }

  /// All that was found, once every table has been compared.
  func finish() async throws -> [Finding] {
    var rows: [Identifier: Int32] = [:]
    try await keys.forEachDirectoryRow { subject in
      if seen[subject] != nil { rows[subject, default: 0] += 1 }
    }
    for (subject, count) in rows where count > seen[subject]?.rows ?? count { shared.insert(subject) }
    return mislabelled + shared.sorted().map { Finding(.shared, customer: $0, .twoCustomers) }
  }
}
