public import Rules
internal import Boxes
internal import Keyring
public import Sealing
internal import Storage

/// A record in its newest version.
public struct FoundRecord: Sendable {
  /// Its id, the same for all versions.
  public let id: Identifier
  /// The class.
  public let classID: Identifier
  /// The class's name.
  public let className: String
  /// The customer's id.
  public let subject: Identifier
  /// The customer as the source gave it.
  public let subjectAsGiven: [UInt8]
  /// The name of the source.
  public let source: String
  /// The path below class and subject.
  public let path: [UInt8]
  /// What it is called.
  public let title: String
  /// The day it is of, as its source told; nil where that isn't known.
  public let date: CivilDay?
  /// Bytes.
  public let size: UInt64
  /// SHA-256 of its content.
  public let digest: Digest
  /// When it was sealed.
  public let sealedAt: UInt64
  /// When the source says it was modified, nanoseconds.
  package let modified: Int64
  /// Permission bits.
  public let mode: UInt16
  /// Which version this is, from 1 for the first that was sealed.
  public internal(set) var version: Int
  /// How many versions there are of it, this one included.
  public internal(set) var versions: Int
  /// The entry that named this version.
  let firstEntry: UInt64
  /// The entry that named its first version.
  var begun: UInt64 = 0
  /// Whether it is of the customer whom its label names.
  public internal(set) var attribution = Attribution.confirmed
  /// Where it lies: one place, or one for each part in order.
  let places: [RecordPlace]

  /// The customer by a name that nobody else's records bear: as the source gave it, or where the directory doesn't
  /// confirm that, `%id-` and the id.
  public var customer: [UInt8] {
    attribution == .confirmed ? subjectAsGiven : Array("%id-\(subject.hex)".utf8)
  }

  /// The newest entry that first named a bundle in which it lies: it is part of what was copied from then on, whatever
  /// boxes it was moved to.
  package var newestBox: UInt64 { places.map(\.bundle.firstEntry).max() ?? 0 }

  /// What findings call it.
  package var reference: RecordReference { RecordReference(classID: classID, subject: subject, id: id) }

  /// Whether it is the newer of two versions of a record (Format 3.2).
  func isNewer(than other: FoundRecord) -> Bool { age > other.age }

  /// Of nothing that changes where a bundle moves.
  private var age: (UInt64, UInt64, Identifier, Int) {
    let place = places.last
    return (firstEntry, sealedAt, place?.bundle.row.bundle ?? .zero, place?.number ?? 0)
  }
}

/// Where a record, or a part of one, lies.
struct RecordPlace: Sendable {
  let box: KnownBox
  let bundle: OpenableBundle
  /// Its number in the bundle's table.
  let number: Int
  /// Its row, kept for parts only: a whole record's can be read again.
  let size: UInt64
}

/// What a place holds of a selection, as far as one identity opens it.
public struct Catalog: Sendable {
  /// What a class holds.
  public struct ClassRow: Sendable {
    /// Its name.
    package let name: String
    /// Records, in their newest versions.
    package internal(set) var records: UInt64 = 0
    /// All versions.
    package internal(set) var versions: UInt64 = 0
    /// Customers.
    package internal(set) var subjects: UInt64 = 0
    /// Bytes of the newest versions.
    package internal(set) var bytes: UInt64 = 0
    /// The days that its records are of, the first and the last; nil where no source told any.
    package internal(set) var days: ClosedRange<CivilDay>?
    /// The names of the sources that they came from.
    package internal(set) var sources: Set<String> = []

    mutating func add(_ customer: [FoundRecord]) {
      guard !customer.isEmpty else { return }
      subjects += 1
      records += UInt64(customer.count)
      for record in customer {
        versions += UInt64(record.versions)
        bytes += record.size
        sources.insert(record.source)
        guard let day = record.date else { continue }
        days = days.map { min($0.lowerBound, day)...max($0.upperBound, day) } ?? day...day
      }
    }
  }

  /// What came of going through a catalog, besides records.
  public struct Rest: Sendable {
    /// What couldn't be read.
    public internal(set) var findings: [Finding] = []
    /// Records of which nobody knows the day, where days were asked for: they may be of one of these days.
    public internal(set) var undated: UInt64 = 0
  }

  /// The records, by class, customer and path.
  package let records: [FoundRecord]
  /// What couldn't be read.
  package let findings: [Finding]
}

extension OpenPlace {
  /// Reads what is here of a selection into memory: about 2 KB a record. `forEachCustomer` reads as it goes.
  /// - Throws: `VaultError` `.notGranted` for a class that the identity doesn't open.
  package func catalog(_ selection: Selection = Selection()) async throws -> Catalog {
    var records: [FoundRecord] = []
    let rest = try await forEachCustomer(selection) { records += $0 }
    return Catalog(records: records, findings: rest.findings)
  }

  /// What each class holds of a selection, by name.
  public func holdings(_ selection: Selection = Selection()) async throws
    -> (classes: [Catalog.ClassRow], rest: Catalog.Rest)
  {
    let names = try CatalogQuery.classes(of: selection, in: unlocked()).map(\.name)
    var rows = Dictionary(uniqueKeysWithValues: names.map { ($0, Catalog.ClassRow(name: $0)) })
    let rest = try await forEachCustomer(selection) { customer in
      if let name = customer.first?.className { rows[name]?.add(customer) }
    }
    return (names.compactMap { rows[$0] }, rest)
  }

  /// Hands on the records of a selection, one customer and class at a time: classes by name, customers by id, records
  /// by path. Memory doesn't grow with the archive.
  /// - Throws: `VaultError` `.notGranted` for a class that the identity doesn't open; what `take` throws.
  @discardableResult
  public func forEachCustomer(
    _ selection: Selection = Selection(), _ take: ([FoundRecord]) async throws -> Void
  ) async throws -> Catalog.Rest {
    let query = try await CatalogQuery(self, selection)
    var findings = Findings(query.findings)
    var undated: UInt64 = 0
    let (store, id) = (place.store, state.vault)
    let directory = try directory()
    try await inOrder(
      atOnce: machine.workers + 1,
      next: { try await query.next() },
      work: { batch in
        let reader = try CustomerReader(vault: id, store: store, directory: directory)
        var read: [(records: [FoundRecord], rest: Catalog.Rest)] = []
        for customer in batch {
          try Task.checkCancellation()
          let open = try await reader.open(customer)
          let records = selection.versions == .newest ? open.records : open.versions
          let undated = UInt64(records.count(where: selection.missesDay))
          read.append(
            (records.filter(selection.takes), Catalog.Rest(findings: open.findings, undated: undated)))
        }
        return read
      },
      take: { batch in
        for customer in batch {
          findings.add(customer.rest.findings)
          undated += customer.rest.undated
          if !customer.records.isEmpty { try await take(customer.records) }
        }
      })
    findings.add(query.unusablePages)
    findings.add(await directory?.findings ?? [])
    return Catalog.Rest(findings: findings.all, undated: undated)
  }
}
