internal import Boxes
internal import Keyring
internal import Rules
public import Sealing
internal import Storage

/// What of one customer, in one class, lies in what isn't as it should be.
public struct Affected: Sendable {
  /// The class's name.
  public let className: String
  /// The customer's id.
  public let subject: Identifier
  /// The customer as the source gave it; nil where no table that can be read tells.
  public fileprivate(set) var subjectAsGiven: [UInt8]?
  /// The versions of records that lie there, as far as their tables can be read: by path and source, the newest first.
  public let records: [FoundRecord]
  /// Versions, and parts of large records, in tables that can't be read: of them only the number is known.
  public let unnamed: UInt64
}

extension OpenPlace {
  /// Hands on whose records findings are about, one customer and class at a time, as far as this identity opens them:
  /// what a box held that is gone or damaged, the catalog of this machine knows.
  /// - Returns: boxes of which nobody here knows what they hold.
  /// - Throws: what `take` throws; `VaultError` where the catalog can't be had.
  public func forEachAffected(
    by findings: [Finding], _ take: (Affected) throws -> Void
  ) async throws -> [Digest] {
    let damage = Damage(findings)
    guard !damage.isEmpty else { return [] }
    let (file, _) = try await updatedCatalog(whole: false, remembers: true)
    var (concerned, unknown) = try damage.customers(in: file, of: state)
    for one in damage.records {
      let customer = CatalogFile.customer(one.record.classID, one.record.subject)
      concerned[customer, default: Damage.Customer()].records.insert(one)
    }
    for subject in damage.customers {
      for section in try unlocked().classes {
        concerned[CatalogFile.customer(section.id, subject), default: Damage.Customer()].isWhole = true
      }
    }
    let ids = concerned.keys.sorted { $0.lexicographicallyPrecedes($1) }
    let query = try CatalogQuery(self, file, customers: ids)
    let reader = try CustomerReader(vault: state.vault, store: place.store, directory: directory())
    for id in ids {
      try Task.checkCancellation()
      guard let damage = concerned[id], let section = query.section(of: id) else { continue }
      let bundles = try file.bundles(of: [id]).first ?? []
      let customer = try await query.customer(id, bundles, in: section)
      let open = if let customer { try await reader.open(customer) } else { OpenCustomer() }
      guard var affected = damage.affected(id, section.name, open) else { continue }
      if affected.subjectAsGiven == nil {
        affected.subjectAsGiven = try await query.name(of: affected.subject, besides: section, reader)
      }
      try take(affected)
    }
    unknown.sort()
    return unknown
  }
}

/// What findings say is wrong, by box and record.
private struct Damage {
  /// What of a box is concerned.
  struct Box {
    /// All that it holds.
    var isWhole = false
    /// What no key opens.
    var isClosed = false
    var bundles: Set<Identifier> = []
  }

  /// What of a customer is concerned.
  struct Customer {
    /// How many records are in bundles of which all is concerned.
    var bundles: [Identifier: UInt64] = [:]
    /// The same, of bundles that are concerned only where they can't be opened.
    var closed: [Identifier: UInt64] = [:]
    var records: Set<Record> = []
    /// Whether all of it is concerned.
    var isWhole = false
  }

  /// A record, in the versions that lie in a box, or else in the newest one.
  struct Record: Hashable {
    let record: RecordReference
    let box: Digest?

    func takes(_ version: FoundRecord) -> Bool {
      guard version.id == record.id else { return false }
      guard let box else { return version.version == version.versions }
      return version.places.contains { $0.box.box.hash == box }
    }
  }

  private(set) var boxes: [Digest: Box] = [:]
  private(set) var records: Set<Record> = []
  /// Ids of customers of whom all is concerned.
  private(set) var customers: Set<Identifier> = []

  var isEmpty: Bool { boxes.isEmpty && records.isEmpty && customers.isEmpty }

  init(_ findings: [Finding]) {
    for finding in findings where finding.concernsRecords {
      let box = ObjectName(finding.object).flatMap(Layout.digest)
      if let record = finding.record {
        records.insert(Record(record: record, box: box))
        continue
      }
      if case .customer(let subject) = finding.part { customers.insert(subject) }
      guard let box else { continue }
      switch finding.part {
      case .customer: break
      case .bundle(let id): boxes[box, default: Box()].bundles.insert(id)
      case .whole where finding.kind == .lost: boxes[box, default: Box()].isClosed = true
      case .whole, .record: boxes[box, default: Box()].isWhole = true
      }
    }
  }

  /// Whose bundles lie in these boxes, and which boxes the catalog doesn't know.
  func customers(in file: CatalogFile, of state: LedgerState) throws -> ([[UInt8]: Customer], [Digest]) {
    var customers: [[UInt8]: Customer] = [:]
    var unknown: [Digest] = []
    for (digest, box) in boxes {
      guard let ordinal = state.box(digest)?.ordinal, let found = try file.bundles(in: ordinal, being: digest)
      else {
        unknown.append(digest)
        continue
      }
      for (customer, row) in found {
        let count = UInt64(row.records)
        if box.isWhole || box.bundles.contains(row.bundle) {
          customers[customer, default: Customer()].bundles[row.bundle] = count
        } else if box.isClosed {
          customers[customer, default: Customer()].closed[row.bundle] = count
        }
      }
    }
    return (customers, unknown)
  }
}

extension Damage.Customer {
  /// What is concerned, where something is: by name where a table could be opened.
  fileprivate func affected(_ id: [UInt8], _ className: String, _ open: OpenCustomer) -> Affected? {
    guard let subject = Identifier(bytes: Array(id[16...])) else { return nil }
    let named = open.versions.filter { version in
      isWhole || records.contains { $0.takes(version) }
        || version.places.contains { bundles[$0.bundle.row.bundle] != nil }
    }
    let unnamed = bundles.merging(closed) { one, _ in one }
      .filter { unnamed in !open.bundles.keys.contains { $0.bundle == unnamed.key } }.reduce(0) {
        $0 + $1.value
      }
    guard !named.isEmpty || unnamed > 0 else { return nil }
    return Affected(
      className: className, subject: subject,
      subjectAsGiven: open.versions.first { $0.attribution == .confirmed }?.subjectAsGiven,
      records: named, unnamed: unnamed)
  }
}
