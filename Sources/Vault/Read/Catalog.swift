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
  /// Bytes.
  public let size: UInt64
  /// SHA-256 of its content.
  public let digest: Digest
  /// When it was sealed.
  public let sealedAt: UInt64
  /// When the source says it was modified, nanoseconds.
  public let modified: Int64
  /// Permission bits.
  public let mode: UInt16
  /// How many versions there are of it, this one included.
  public internal(set) var versions: Int
  /// The entry that named this version.
  let firstEntry: UInt64
  /// Where it lies: one place, or one for each part in order.
  let places: [RecordPlace]
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

/// What a place holds, as far as one identity opens it: a row for each record. In memory, built from the boxes'
/// indexes and tables.
public struct Catalog: Sendable {
  /// What a class holds.
  public struct ClassRow: Sendable {
    /// Its name.
    public let name: String
    /// Records, in their newest versions.
    public let records: UInt64
    /// All versions.
    public let versions: UInt64
    /// Customers.
    public let subjects: UInt64
    /// Bytes of the newest versions.
    public let bytes: UInt64
  }

  /// The records, by class, customer and path.
  public let records: [FoundRecord]
  /// What couldn't be read.
  public let findings: [Finding]
  let classNames: [String]

  /// What each class holds.
  public var byClass: [ClassRow] {
    classNames.map { name in
      let records = records.filter { $0.className == name }
      return ClassRow(
        name: name, records: UInt64(records.count), versions: records.reduce(0) { $0 + UInt64($1.versions) },
        subjects: UInt64(Set(records.map(\.subject)).count), bytes: records.reduce(0) { $0 + $1.size })
    }
  }

  var known: [RecordIdentity: KnownVersion] {
    Dictionary(
      records.map { record in
        (
          RecordIdentity(
            classID: record.classID, subject: record.subject, source: record.source, path: record.path),
          KnownVersion(id: record.id, size: record.size, digest: record.digest)
        )
      }, uniquingKeysWith: { first, _ in first })
  }
}

extension OpenVault {
  /// Reads what is here of a selection.
  /// - Throws: `VaultError` `.notGranted` for a class that the identity doesn't open.
  public func catalog(_ selection: Selection = Selection()) async throws -> Catalog {
    var builder = try CatalogBuilder(self, selection)
    return try await builder.build()
  }
}

/// Reads indexes and tables, and keeps the newest version of each record.
private struct CatalogBuilder {
  private let vault: OpenVault
  private let selection: Selection
  private let names: [Identifier: String]
  private let opening: BoxOpening
  private let workspace: ReadWorkspace
  private var newest: [RecordIdentity: FoundRecord] = [:]
  private var parts: [Identifier: [(record: Record, identity: RecordIdentity, place: RecordPlace)]] = [:]
  private var findings: [Finding] = []

  init(_ vault: OpenVault, _ selection: Selection) throws {
    self.vault = vault
    self.selection = selection
    let keys = try vault.unlocked()
    var classes = keys.classes
    if let wanted = selection.className {
      classes = classes.filter { $0.name == wanted }
      guard !classes.isEmpty else {
        let open = keys.classes.map(\.name).joined(separator: ", ")
        throw VaultError(
          .notGranted, "this identity does not open a class '\(wanted)'; it opens: \(open)",
          hint: "a custodian can grant it")
      }
    }
    names = Dictionary(uniqueKeysWithValues: classes.map { ($0.id, $0.name) })
    opening = try BoxOpening(vault)
    workspace = try ReadWorkspace()
  }

  mutating func build() async throws -> Catalog {
    var subject: Identifier?
    if let wanted = selection.subject {
      let bytes = Array(wanted.utf8)
      subject = try await vault.unlocked().subject(
        wanted == "common" ? .common : .number, wanted == "common" ? [] : bytes)
      if subject == nil { return catalog([]) }
    }
    for known in vault.boxesHere {
      try Task.checkCancellation()
      guard let box = try await opening.open(known, subject: subject), names[box.classID] != nil else {
        continue
      }
      try await read(box)
    }
    for (set, found) in parts { joinParts(found, of: set) }
    let records = newest.values.filter(selection.takes).sorted { one, other in
      if one.className != other.className { return one.className < other.className }
      if one.subjectAsGiven != other.subjectAsGiven {
        return one.subjectAsGiven.lexicographicallyPrecedes(other.subjectAsGiven)
      }
      if one.path != other.path { return one.path.lexicographicallyPrecedes(other.path) }
      return one.source < other.source
    }
    return catalog(records)
  }

  private func catalog(_ records: [FoundRecord]) -> Catalog {
    Catalog(records: records, findings: opening.findings + findings, classNames: names.values.sorted())
  }

  private mutating func read(_ box: IndexedBox) async throws {
    let name = Layout.box(box.known.box.hash)
    let reader = try BoxReader(
      vault: vault.state.vault, size: box.known.box.size,
      source: StoredBox(store: vault.place.store, name: name),
      workspace: workspace)
    for bundle in box.bundles {
      do {
        let opened = try await reader.openBundle(bundle.row, keys: bundle.keys)
        for (number, record) in opened.records.enumerated() { take(record, number, bundle, box) }
      } catch let error as BoxError {
        findings.append(
          Finding(
            .damaged, name.text,
            "the table of a bundle with \(bundle.row.records) records can't be used: \(error)"))
      }
    }
  }

  private mutating func take(_ record: Record, _ number: Int, _ bundle: OpenableBundle, _ box: IndexedBox) {
    let identity = RecordIdentity(
      classID: box.classID, subject: bundle.row.subject, source: record.label.source, path: record.label.path)
    let place = RecordPlace(box: box.known, bundle: bundle, number: number, size: record.size)
    if let part = record.part {
      parts[part.set, default: []].append((record, identity, place))
    } else {
      keep(record, identity, size: record.size, digest: record.digest, places: [place])
    }
  }

  /// Parts that aren't complete belong to a sealing that broke off: the record was left out then, and said so.
  private mutating func joinParts(
    _ found: [(record: Record, identity: RecordIdentity, place: RecordPlace)], of set: Identifier
  ) {
    guard let ordered = try? PartSet.ordered(found, { $0.record }), let last = ordered.last,
      let part = last.record.part, let whole = part.whole
    else { return }
    keep(last.record, last.identity, size: part.total, digest: whole, places: ordered.map(\.place))
  }

  private mutating func keep(
    _ record: Record, _ identity: RecordIdentity, size: UInt64, digest: Digest, places: [RecordPlace]
  ) {
    let label = record.label
    let entry = places.map(\.bundle.firstEntry).max() ?? 0
    var found = FoundRecord(
      id: label.id, classID: identity.classID, className: names[identity.classID] ?? "",
      subject: identity.subject,
      subjectAsGiven: label.subject, source: label.source, path: label.path, title: label.title, size: size,
      digest: digest, sealedAt: label.sealedAt, modified: label.modified,
      mode: UInt16(clamping: label.mode & 0o7777),
      versions: 1, firstEntry: entry, places: places)
    if let other = newest[identity] {
      if (other.firstEntry, other.sealedAt) > (entry, label.sealedAt) { found = other }
      found.versions = other.versions + 1
    }
    newest[identity] = found
  }
}
