internal import Rules
internal import Boxes
internal import Keyring
internal import Sealing
internal import Storage

/// Tells the road in what is sealed already, from the catalog.
///
/// A file whose size, times and inode are those that were remembered is not read again. What is remembered holds only
/// as long as no box came since that has bundles of that customer, and none that has is missing, of another length, or
/// was found damaged by a verification. Damage that nobody has looked for it doesn't see: that is what `verify` is for.
final class KnownRecordsCatalog: KnownRecords {
  let vault: OpenPlace
  let file: CatalogFile
  let query: CatalogQuery
  let reader: CustomerReader
  private let rereads: Bool
  /// When this run began by the clock that stamps files, nanoseconds since 1970.
  private let began: Int64
  /// Customers with bundles in boxes that aren't where they belong.
  private var lost: Set<[UInt8]> = []
  private var lostBoxes: Set<Int> = []
  private var isWritable = true
  private let boxesAtStart: Int
  /// Boxes of the ledger of which the catalog knows whose records lie in them.
  private var boxesKnown: Int
  /// Boxes that this run committed.
  private var own: Set<Digest> = []
  /// What of the vault can't be read: a record that lies there counts as new.
  var findings: [Finding] { found.all }
  private var found: Findings

  /// A file that was changed so shortly before it was looked at may be changed again without its times showing it.
  private static let settling: Int64 = 2_000_000_000

  init(_ vault: OpenPlace, rereads: Bool) async throws {
    self.vault = vault
    self.rereads = rereads
    query = try await CatalogQuery(vault, Selection())
    file = query.file
    reader = try CustomerReader(
      vault: vault.state.vault, store: vault.place.store, directory: vault.directory())
    found = Findings(query.findings)
    began = vault.machine.fileClock()
    boxesAtStart = vault.state.boxes.count
    boxesKnown = boxesAtStart
    try await lookForLostBoxes()
  }

  /// Boxes that are in the catalog and not in the store any more.
  private func lookForLostBoxes() async throws {
    let listed = try await vault.place.store.list(Layout.boxes)
    let sizes = Dictionary(listed.map { ($0.name, $0.size) }, uniquingKeysWith: { first, _ in first })
    let told = Set(found.all.map(\.object))
    let unsound = try await claimedAndUnsound(sizes)
    for box in vault.boxesHere {
      let name = Layout.box(box.box.hash)
      let isUnsound = unsound.contains(box.box.hash)
      if sizes[name] == box.box.size, !isUnsound { continue }
      lostBoxes.insert(box.ordinal)
      guard !told.contains(name.text) else { continue }
      guard let size = sizes[name] else {
        found.add([.missing(box: name)])
        continue
      }
      let reason = isUnsound ? Reason.foundBefore : .size(size, expected: box.box.size)
      found.add([Finding(.damaged, name.text, reason)])
    }
    lost = try file.customers(inBoxes: lostBoxes)
  }

  /// Boxes that somebody found damaged, and that are. A claim is a reason to look, once for each: what this machine reads
  /// itself it believes.
  private func claimedAndUnsound(_ sizes: [ObjectName: UInt64]) async throws -> Set<Digest> {
    let claimed = vault.state.claimedBoxes(at: vault.place.marker.place)
    if claimed.count == 0 { return [] }
    let looked = try file.looked()
    let due = vault.boxesHere.filter { box in
      guard let entry = claimed[box.ordinal], sizes[Layout.box(box.box.hash)] == box.box.size else {
        return false
      }
      return looked[box.ordinal].map { $0 < entry } ?? true
    }
    if due.isEmpty { return [] }
    let check = try await vault.checkBoxes(due) { _, _ in }
    // What is lost or wrongly labelled there is no damage, and sealing it again would mend nothing.
    let kinds: [Finding.Kind] = [.damaged, .missing, .unread]
    let hit = Set(check.findings.filter { kinds.contains($0.kind) }.map(\.object))
    let (unsound, sound) = (
      due.filter { hit.contains(Layout.box($0.box.hash).text) },
      due.filter { !hit.contains(Layout.box($0.box.hash).text) }
    )
    try? file.note(looked: sound.map { ($0.ordinal, claimed[$0.ordinal] ?? 0) })
    return Set(unsound.map(\.box.hash))
  }

  func recognise(_ items: [SourceItem], of customer: SealingSubject) async throws -> Recognised {
    let id = CatalogFile.customer(customer.classID, customer.subject)
    let newest = try file.newest(of: id)
    guard let newest else { return Recognised(items: items) }
    var result = Recognised()
    var marks: [Identifier: FileFingerprint] = [:]
    if !lost.contains(id), let (asOf, known) = try file.marks(of: id), asOf == newest.hash,
      vault.boxHere(newest.ordinal)?.box.hash == asOf
    {
      marks = Dictionary(known.map { ($0.record, $0.looks) }, uniquingKeysWith: { _, last in last })
      result.keepsOthers = true
    }
    for item in items {
      if !rereads, marks[item.record] == item.looks {
        result.unchanged += 1
      } else {
        result.items.append(item)
      }
    }
    if !result.items.isEmpty { try await findVersions(&result.items, of: customer, id) }
    return result
  }

  /// The newest versions of records whose files may have changed.
  private func findVersions(_ items: inout [SourceItem], of customer: SealingSubject, _ id: [UInt8])
    async throws
  {
    guard let section = try vault.unlocked().opened[customer.classID]?.section,
      let bundles = try file.bundles(of: [id]).first?.filter({ !lostBoxes.contains($0.ordinal) }),
      let there = try await query.customer(id, bundles, in: section)
    else { return }
    let open = try await reader.open(there)
    // Whose a record is, `verify` tells: here the directory may be older than what others just sealed.
    found.add(open.findings.filter { $0.kind != .mislabelled })
    let marks = try RecordMarks(customer)
    var known: [Identifier: KnownVersion] = [:]
    for record in open.records {
      known[try marks.id(source: record.source, path: record.path[...])] = KnownVersion(
        id: record.id, size: record.size, digest: record.digest, title: record.title, date: record.date)
    }
    for index in items.indices { items[index].known = known[items[index].record] }
  }

  /// What is committed is committed: where the catalog can't be written, the next run reads more, and that is all.
  func committed(_ boxes: [UnnamedBox]) {
    guard isWritable else { return }
    do { try takeIn(boxes) } catch { isWritable = false }
  }

  func finish(_ read: [CustomerMarks]) {
    guard isWritable else { return }
    do { try remember(read) } catch { isWritable = false }
  }

  /// Reads whose records lie in boxes that others added since this run looked.
  func takeInOthers() async throws {
    let boxes = vault.state.boxes
    guard boxes.count > boxesKnown else { return }
    let isOthers = boxes[boxesKnown...].contains { !own.contains($0.box.hash) }
    boxesKnown = boxes.count
    guard isOthers, isWritable else { return }
    found.add(try await CatalogUpdate(file, of: vault).run())
  }

  /// Whether others added boxes since this run looked: then only what it sealed itself is known to be the newest.
  private func isDisturbed() -> Bool {
    vault.state.boxes[min(boxesAtStart, vault.state.boxes.count)...].contains { !own.contains($0.box.hash) }
  }

  private func takeIn(_ boxes: [UnnamedBox]) throws {
    for box in boxes { own.insert(box.box.digest) }
    let disturbed = isDisturbed()
    var added: [CatalogFile.Box] = []
    var marks: [CatalogFile.Marks] = []
    let newest = newestBoxes(boxes)
    for waiting in boxes {
      guard let known = vault.state.box(waiting.box.digest) else { continue }
      let rows = waiting.box.rows
      added.append(
        CatalogFile.Box(
          ordinal: known.ordinal, rank: known.ordinal, hash: known.box.hash, entry: known.entry,
          classID: waiting.classID,
          epoch: waiting.box.epoch,
          bundles: rows.enumerated().map { ($0.offset, $0.element) },
          records: rows.map { waiting.records[$0.bundle] ?? [] },
          names: rows.map { [waiting.names[$0.bundle]].compactMap(\.self) }, ignored: 0))
      for one in waiting.marks {
        let id = CatalogFile.customer(one.customer.classID, one.customer.subject)
        marks.append(row(one, asOf: newest[id]?.hash ?? known.box.hash, disturbed))
      }
    }
    try file.add(added)
    try file.remember(marks, also: disturbed ? [] : own)
  }

  /// The newest of these boxes for each customer: a large record lies in several.
  private func newestBoxes(_ boxes: [UnnamedBox]) -> [[UInt8]: (ordinal: Int, hash: Digest)] {
    var newest: [[UInt8]: (ordinal: Int, hash: Digest)] = [:]
    for waiting in boxes {
      guard let known = vault.state.box(waiting.box.digest) else { continue }
      for row in waiting.box.rows {
        let id = CatalogFile.customer(waiting.classID, row.subject)
        if newest[id].map({ $0.ordinal < known.ordinal }) ?? true {
          newest[id] = (known.ordinal, known.box.hash)
        }
      }
    }
    return newest
  }

  private func remember(_ read: [CustomerMarks]) throws {
    guard !isDisturbed() else { return }
    var byCustomer: [[UInt8]: CustomerMarks] = [:]
    for one in read {
      let id = CatalogFile.customer(one.customer.classID, one.customer.subject)
      byCustomer[
        id, default: CustomerMarks(customer: one.customer, keepsOthers: one.keepsOthers)
      ].marks += one.marks
    }
    var marks: [CatalogFile.Marks] = []
    for one in byCustomer.values {
      let id = CatalogFile.customer(one.customer.classID, one.customer.subject)
      guard !lost.contains(id), let newest = try file.newest(of: id) else { continue }
      marks.append(row(one, asOf: newest.hash, false))
    }
    try file.remember(marks, also: own)
  }

  private func row(_ marks: CustomerMarks, asOf box: Digest, _ disturbed: Bool) -> CatalogFile.Marks {
    CatalogFile.Marks(
      customer: CatalogFile.customer(marks.customer.classID, marks.customer.subject), asOf: box,
      keepsOthers: marks.keepsOthers && !disturbed,
      files: marks.marks.filter { max($0.looks.ctime, $0.looks.mtime) < began - Self.settling },
      renewed: Set(marks.marks.map(\.record)))
  }
}
