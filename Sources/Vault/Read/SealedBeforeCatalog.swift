internal import Boxes
internal import Keyring
internal import Sealing
internal import Storage

/// Tells the road in what is sealed already, from the catalog.
///
/// A file whose size, times and inode are those that were remembered is not read again. What is remembered holds only
/// as long as no box came since that has bundles of that customer, and none that has is lost: so it never says of a
/// record that it is there when it isn't.
final class SealedBeforeCatalog: SealedBefore {
  private let vault: OpenVault
  private let file: CatalogFile
  private let query: CatalogQuery
  private let reader: CustomerReader
  private let rereads: Bool
  /// When this run began by the clock that stamps files, nanoseconds since 1970.
  private let began: Int64
  /// Customers with bundles in boxes that aren't where they belong.
  private var lost: Set<[UInt8]> = []
  /// Boxes that this run committed.
  private var own: Set<Digest> = []
  /// What of the vault can't be read: a record that lies there counts as new.
  var findings: [Finding] { found.all }
  private var found: Findings

  /// A file that was changed so shortly before it was looked at may be changed again without its times showing it.
  private static let settling: Int64 = 2_000_000_000

  init(_ vault: OpenVault, rereads: Bool) async throws {
    self.vault = vault
    self.rereads = rereads
    file = try vault.catalogFile()
    query = try await CatalogQuery(vault, Selection())
    reader = try CustomerReader(vault: vault.state.vault, store: vault.place.store)
    found = Findings(query.findings)
    began = vault.surroundings.fileClock()
    try await lookForLostBoxes()
  }

  /// Boxes that are in the catalog and not in the store any more.
  private func lookForLostBoxes() async throws {
    let listed = try await vault.place.store.list(Layout.boxes)
    let sizes = Dictionary(listed.map { ($0.name, $0.size) }, uniquingKeysWith: { first, _ in first })
    let told = Set(found.all.map(\.object))
    var ordinals: [Int] = []
    for box in vault.boxesHere {
      let name = Layout.box(box.box.hash)
      if sizes[name] == box.box.size { continue }
      ordinals.append(box.ordinal)
      guard !told.contains(name.text) else { continue }
      found.add([
        sizes[name] == nil
          ? Finding(.missing, name.text, "the box is missing")
          : Finding(.damaged, name.text, "the box is not as long as it was written")
      ])
    }
    lost = try file.customers(inBoxes: ordinals)
  }

  func recognise(_ items: [SourceItem], of customer: SealCustomer) async throws -> Recognised {
    let id = CatalogFile.customer(customer.classID, customer.subject)
    let newest = try file.newest(of: id)
    guard let newest else { return Recognised(items: items) }
    var result = Recognised()
    var marks: [Identifier: SourceLooks] = [:]
    if !lost.contains(id), let (asOf, known) = try file.marks(of: id), asOf == newest.hash,
      vault.boxHere(newest.ordinal)?.box.hash == asOf
    {
      marks = Dictionary(known.map { ($0.record, $0.looks) }, uniquingKeysWith: { _, last in last })
      result.keepsOthers = true
    }
    for item in items {
      if !rereads, marks[item.record] == SourceLooks(item) {
        result.unchanged += 1
      } else {
        result.items.append(item)
      }
    }
    if !result.items.isEmpty { try await findVersions(&result.items, of: customer, id) }
    return result
  }

  /// The newest versions of records whose files may have changed.
  private func findVersions(_ items: inout [SourceItem], of customer: SealCustomer, _ id: [UInt8]) async throws {
    guard let section = try vault.unlocked().opened[customer.classID]?.section,
      let bundles = try file.bundles(of: [id]).first,
      let there = try await query.customer(id, bundles, in: section)
    else { return }
    let open = try await reader.open(there)
    found.add(open.findings)
    let marks = try RecordMarks(customer)
    var known: [Identifier: KnownVersion] = [:]
    for record in open.records {
      known[try marks.id(source: record.source, path: record.path[...])] = KnownVersion(
        id: record.id, size: record.size, digest: record.digest)
    }
    for index in items.indices { items[index].known = known[items[index].record] }
  }

  func committed(_ boxes: [WaitingBox]) throws {
    var added: [CatalogFile.Box] = []
    var marks: [CatalogFile.Marks] = []
    for waiting in boxes {
      guard let known = vault.state.box(waiting.box.digest) else { continue }
      own.insert(known.box.hash)
      let rows = waiting.box.rows
      added.append(
        CatalogFile.Box(
          ordinal: known.ordinal, hash: known.box.hash, classID: waiting.classID,
          bundles: rows.enumerated().map { ($0.offset, $0.element) },
          records: rows.map { waiting.records[$0.bundle] ?? [] }, ignored: 0))
      for one in waiting.marks { marks.append(row(one, asOf: known.box.hash)) }
    }
    try file.add(added)
    try file.remember(marks, also: own)
  }

  func finish(_ read: [CustomerMarks]) throws {
    var marks: [CatalogFile.Marks] = []
    for one in read {
      let id = CatalogFile.customer(one.customer.classID, one.customer.subject)
      guard !lost.contains(id), let newest = try file.newest(of: id) else { continue }
      marks.append(row(one, asOf: newest.hash))
    }
    try file.remember(marks, also: own)
  }

  private func row(_ marks: CustomerMarks, asOf box: Digest) -> CatalogFile.Marks {
    CatalogFile.Marks(
      customer: CatalogFile.customer(marks.customer.classID, marks.customer.subject), asOf: box,
      keepsOthers: marks.keepsOthers,
      files: marks.marks.filter { max($0.looks.ctime, $0.looks.mtime) < began - Self.settling })
  }
}
