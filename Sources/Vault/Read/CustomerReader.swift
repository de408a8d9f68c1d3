internal import Rules
internal import Boxes
internal import Keyring
internal import Sealing
internal import Storage

/// What is here of one customer in one class, with what opens it.
struct CustomerBundles: Sendable {
  /// A bundle, and the box that it lies in.
  struct Place: Sendable {
    let box: KnownBox
    let row: IndexRow
  }

  let classID: Identifier
  let className: String
  let subject: Identifier
  /// Nil where it isn't among the keys that can be read.
  let key: Secret?
  /// Whether a key that isn't there is gone: not where it may lie on a page that can't be read.
  let isKeyringRead: Bool
  let epochs: [UInt32: Secret]
  /// Whose keys were erased.
  let erased: ErasedKeys
  let bundles: [Place]
}

/// A customer's records of one class.
struct OpenCustomer {
  /// In their newest versions, by path and source.
  var records: [FoundRecord] = []
  /// In all their versions, by path and source, the newest first.
  var versions: [FoundRecord] = []
  /// What couldn't be read.
  var findings: [Finding] = []
  /// The bundles that were opened, by id.
  var bundles: [BundleName: BundleReader] = [:]
}

/// Opens the tables of customers' bundles and finds the newest version of each record. One task's own.
final class CustomerReader {
  private let vault: Identifier
  private let store: any ObjectStore
  private let directory: Directory?
  private let workspace: ReadWorkspace
  /// Boxes come again and again, one customer after the other.
  private var readers: [(box: Int, reader: BoxReader)] = []

  private static let readersKept = 8
  private static let stretch = 256 << 10

  /// - Parameter directory: says whose the records are; nil where it isn't open.
  init(vault: Identifier, store: any ObjectStore, directory: Directory?) throws {
    self.vault = vault
    self.directory = directory
    self.store = store
    workspace = try ReadWorkspace()
  }

  /// Opens the tables of a customer's bundles.
  func open(_ customer: CustomerBundles) async throws -> OpenCustomer {
    var open = OpenCustomer()
    var opener = try BundleOpener(
      class: customer.classID, subject: customer.key, isKeyringRead: customer.isKeyringRead,
      epochs: customer.epochs, erased: customer.erased)
    var versions = RecordVersions(customer)
    for place in customer.bundles {
      let name = Layout.box(place.box.box.hash)
      // What it holds may be newer than what is found elsewhere.
      func note(_ finding: Finding?) {
        if let finding { open.findings.append(finding.hidingVersions) }
      }
      let bundle: OpenableBundle
      switch try opener.open(place.row, in: place.box) {
      case .opens(let openable): bundle = openable
      case .closed(let reason):
        // Said once of a box, however many of a customer's bundles it holds.
        let finding = Finding(reason, in: place.box)
        if finding?.hidingVersions != open.findings.last { note(finding) }
        continue
      }
      do {
        let opened = try await reader(of: place.box).openBundle(place.row, keys: bundle.keys)
        open.bundles[place.row.name(in: place.box)] = opened
        versions.add(opened.records, of: bundle, in: place.box)
      } catch let error as BoxError {
        note(
          Finding(
            .damaged, name.text, part: .bundle(place.row.bundle),
            .table(error, records: place.row.records)))
      } catch let error as StorageError where error.object == name.text {
        note(Finding(box: name, error))
      }
    }
    (open.records, open.versions) = versions.newestAndAll()
    try await attribute(&open, to: customer.subject)
    return open
  }

  /// Compares whom the records name with what the directory says.
  private func attribute(_ open: inout OpenCustomer, to subject: Identifier) async throws {
    var known: [[UInt8]: Attribution] = [:]
    for record in open.versions where known[record.subjectAsGiven] == nil {
      known[record.subjectAsGiven] =
        try await directory?.attribution(of: subject, to: record.subjectAsGiven) ?? .unknown
    }
    guard known.values.contains(where: { $0 != .confirmed }) else { return }
    for index in open.records.indices {
      open.records[index].attribution = known[open.records[index].subjectAsGiven] ?? .unknown
    }
    for index in open.versions.indices {
      open.versions[index].attribution = known[open.versions[index].subjectAsGiven] ?? .unknown
    }
    var denied: [Identifier: (box: KnownBox, records: UInt32)] = [:]
    for place in open.versions.filter({ $0.attribution == .denied }).flatMap(\.places) {
      denied[place.bundle.row.bundle, default: (place.box, 0)].records += 1
    }
    open.findings += denied.sorted { $0.key < $1.key }.map { bundle, found in
      Finding(
        .mislabelled, Layout.box(found.box.box.hash).text, part: .bundle(bundle),
        .otherCustomer(records: found.records))
    }
  }

  private func reader(of box: KnownBox) throws -> BoxReader {
    if let known = readers.first(where: { $0.box == box.ordinal }) { return known.reader }
    let source = StoredBox(store: store, name: Layout.box(box.box.hash))
    let made = try BoxReader(
      vault: vault, size: box.box.size, source: ReadAhead(source, stretch: Self.stretch), workspace: workspace
    )
    if readers.count == Self.readersKept { readers.removeFirst() }
    readers.append((box.ordinal, made))
    return made
  }
}

/// The versions of a customer's records, as they come, and which of them are the newest.
private struct RecordVersions {
  private struct Name: Hashable {
    let source: [UInt8]
    let path: [UInt8]

    init(_ source: String, _ path: [UInt8]) {
      self.source = Array(source.utf8)
      self.path = path
    }
  }

  /// What joins parts (Format 3.2), within a customer and a class.
  private struct PartsName: Hashable, Comparable {
    let record: Identifier
    let set: Identifier

    static func < (one: PartsName, other: PartsName) -> Bool {
      (one.record, one.set) < (other.record, other.set)
    }
  }

  private let customer: CustomerBundles
  private var found: [Name: FoundRecord] = [:]
  /// Few records have any.
  private var older: [Name: [FoundRecord]] = [:]
  private var parts: [PartsName: [(record: Record, place: RecordPlace)]] = [:]

  init(_ customer: CustomerBundles) { self.customer = customer }

  mutating func add(_ records: [Record], of bundle: OpenableBundle, in box: KnownBox) {
    for (number, record) in records.enumerated() {
      let place = RecordPlace(box: box, bundle: bundle, number: number, size: record.size)
      if let part = record.part {
        parts[PartsName(record: record.label.id, set: part.set), default: []].append((record, place))
      } else {
        keep(record, size: record.size, digest: record.digest, places: [place])
      }
    }
  }

  /// The newest version of each record, by path and source; and with it the older ones.
  mutating func newestAndAll() -> (newest: [FoundRecord], all: [FoundRecord]) {
    for (_, set) in parts.sorted(by: { $0.key < $1.key }) { joinParts(set) }
    parts = [:]
    let newest = found.values.sorted { one, other in
      if one.path != other.path { return one.path.lexicographicallyPrecedes(other.path) }
      return one.source.utf8.lexicographicallyPrecedes(other.source.utf8)
    }
    guard !older.isEmpty else { return (newest, newest) }
    let all = newest.flatMap { record -> [FoundRecord] in
      let before = older[Name(record.source, record.path)] ?? []
      let ordered = before.sorted { $0.isNewer(than: $1) }
      return [record]
        + ordered.enumerated().map { back, old in
          var old = old
          old.version = record.versions - 1 - back
          old.versions = record.versions
          old.begun = record.begun
          return old
        }
    }
    return (newest, all)
  }

  /// Parts that aren't complete belong to a sealing that broke off: the record was left out then, and said so.
  private mutating func joinParts(_ set: [(record: Record, place: RecordPlace)]) {
    guard let ordered = try? PartSet.ordered(set, { $0.record }), let last = ordered.last,
      let part = last.record.part, let whole = part.whole
    else { return }
    keep(last.record, size: part.total, digest: whole, places: ordered.map(\.place))
  }

  private mutating func keep(_ record: Record, size: UInt64, digest: Digest, places: [RecordPlace]) {
    let label = record.label
    let name = Name(label.source, label.path)
    let entry = places.map(\.bundle.firstEntry).max() ?? 0
    let other = found[name]
    let count = (other?.versions ?? 0) + 1
    let record = FoundRecord(
      id: label.id, classID: customer.classID, className: customer.className, subject: customer.subject,
      subjectAsGiven: label.subject, source: label.source, path: label.path, title: label.title,
      date: label.date.flatMap { CivilDay(days: $0) }, size: size,
      digest: digest, sealedAt: label.sealedAt, modified: label.modified,
      mode: UInt16(clamping: label.mode & 0o7777), version: count, versions: count, firstEntry: entry,
      begun: min(other?.begun ?? entry, entry), places: places)
    guard let other else {
      found[name] = record
      return
    }
    let isOlder = other.isNewer(than: record)
    found[name] = isOlder ? other : record
    found[name]?.version = count
    found[name]?.versions = count
    found[name]?.begun = record.begun
    older[name, default: []].append(isOlder ? record : other)
  }
}
