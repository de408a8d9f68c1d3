internal import Rules
internal import Boxes
internal import Sealing
internal import Storage
internal import Synchronization

/// Writes records as plain files, `{class}/{subject}/{path}`: the road out. Each is verified before its file appears, and
/// bears no customer's name whom the directory doesn't confirm.
public final class Exporter {
  /// What came of it.
  public struct Summary: Sendable {
    /// Records written.
    public let records: UInt64
    /// Bytes written.
    public let bytes: UInt64
    /// What could not be read.
    public let findings: [Finding]
    /// Whether the folder's file system keeps files' permissions.
    public let keepsPermissions: Bool
    /// Records that should have been written.
    public let expected: UInt64
    /// Records that weren't asked for only because nobody knows their day.
    public let undated: UInt64
    /// Whether these are all of them: what can't be read, but for single records, may hold more.
    package var isCounted: Bool {
      findings.allSatisfy { $0.record != nil || $0.kind == .ignored || $0.kind == .mislabelled }
    }
  }

  private let vault: OpenPlace
  private let selection: Selection
  private let workers: Int
  /// Whether records may lie in the folder already, whatever comes of the export.
  public var hasBegun: Bool { target?.isMade ?? false }
  private var target: ExportFolder?

  /// - Parameter workers: how many work side by side; nil: as many as the machine says.
  public init(from vault: OpenPlace, selection: Selection = Selection(), workers: Int? = nil) {
    self.vault = vault
    self.selection = selection
    self.workers = max(1, workers ?? vault.machine.workers)
  }

  /// Writes the records to a folder that is empty or not there yet, durably; where the same export broke off, what is there
  /// as it was sealed stays, and the rest is written.
  public func run(to folder: String, report: @escaping @Sendable (RecordProgress) -> Void) async throws
    -> Summary
  {
    report(RecordProgress(stage: "reading the catalog", bytes: 0, total: 0, records: 0))
    try vault.refuseOverlap(.folder(folder), for: "exported to")
    let target = try ExportFolder(folder, for: purpose)
    self.target = target
    let query = try await CatalogQuery(vault, selection)
    let directory = try vault.directory()
    // A selection that selects nothing is more likely a mistake, and leaves no folder behind.
    if selection == Selection() { _ = try target.made() }
    let job = ExportJob(
      vault: vault.state.vault, store: vault.place.store, directory: directory, target: target,
      selection: selection,
      total: selection == Selection() ? vault.boxesHere.reduce(0) { $0 + $1.box.size } : 0, report: report)
    try await inOrder(
      atOnce: workers * 2 + 1, next: { try await query.next() },
      work: { batch in try await ExportWorker(job).write(batch) }, take: { _ in })
    let tally = job.tally.withLock { $0 }
    var findings = Findings(query.findings)
    findings.add(tally.findings.all)
    findings.add(query.unusablePages)
    findings.add(await directory?.findings ?? [])
    guard tally.expected > 0 || selection == Selection() else {
      throw VaultError(
        .input, findings.all.first.map { "nothing can be exported: \($0)" } ?? "no record is selected",
        safe: "nothing was written", hint: .findRecords)
    }
    let made = try target.made()
    try made.syncAll()
    try target.finish()
    return Summary(
      records: tally.records, bytes: tally.bytes, findings: findings.all,
      keepsPermissions: try made.keepsPermissions(), expected: tally.expected, undated: tally.undated)
  }

  /// What is exported, and of which state: boxes and keys as they are now.
  private var purpose: Digest {
    let boxes = vault.boxesHere
    let state = [
      vault.state.vault.hex, vault.state.generation?.file.hex ?? "", "\(boxes.count)",
      boxes.last?.box.hash.hex ?? "", "\(selection)",
    ]
    return Digest.sha256(of: Array(state.joined(separator: " ").utf8))
  }

  /// The versions of a customer's records, and where they are written: one version alone as the newest one would be.
  static func paths(
    of customer: OpenCustomer, _ versions: Selection.Versions
  ) -> [(record: FoundRecord, path: [UInt8])] {
    switch versions {
    case .newest: return paths(of: customer.records)
    case .all:
      // The newest ones are called as ever; an older one takes no other record's name.
      var names = ExportNames(customer.versions)
      let older = customer.versions.filter { $0.version < $0.versions }
      let paths = names.take(for: customer.records) + names.take(for: older)
      return Array(zip(customer.records + older, paths)).map { ($0, $1) }
    case .number:
      let usual = Dictionary(
        paths(of: customer.records).map { ($0.record.id, $0.path) }, uniquingKeysWith: { first, _ in first })
      return customer.versions.compactMap { record in usual[record.id].map { (record, $0) } }
    }
  }

  /// Where each record of one customer and class is written, below the folder.
  package static func paths(of records: [FoundRecord]) -> [(record: FoundRecord, path: [UInt8])] {
    var names = ExportNames(records)
    return zip(records, names.take(for: records)).map { ($0, $1) }
  }
}

/// A file to be written.
struct ExportFile: Sendable {
  let record: FoundRecord
  let path: [UInt8]
}

/// What exporting workers share.
final class ExportJob: Sendable {
  struct Tally {
    var records: UInt64 = 0
    var bytes: UInt64 = 0
    var expected: UInt64 = 0
    var undated: UInt64 = 0
    /// Bytes of boxes that were read.
    var read: UInt64 = 0
    var findings = Findings()
  }

  let vault: Identifier
  let store: any ObjectStore
  let directory: Directory?
  let target: ExportFolder
  let selection: Selection
  /// Bytes of boxes to be read, 0 where that isn't known.
  let total: UInt64
  let report: @Sendable (RecordProgress) -> Void
  let tally = Mutex(Tally())

  init(
    vault: Identifier, store: any ObjectStore, directory: Directory?, target: ExportFolder,
    selection: Selection, total: UInt64, report: @escaping @Sendable (RecordProgress) -> Void
  ) {
    self.vault = vault
    self.store = store
    self.directory = directory
    self.target = target
    self.selection = selection
    self.total = total
    self.report = report
  }

  func expect(_ records: Int, undated: Int) {
    tally.withLock { tally in
      tally.expected += UInt64(records)
      tally.undated += UInt64(undated)
    }
  }

  func wrote(_ size: UInt64) {
    tally.withLock { tally in
      tally.records += 1
      tally.bytes += size
    }
  }

  /// A bundle, or a part of a large record, is done.
  func read(_ row: IndexRow) {
    let tally = tally.withLock { tally in
      tally.read += row.bodyLength + row.tableLength
      return tally
    }
    let done = total == 0 ? tally.bytes : min(tally.read, total)
    report(RecordProgress(stage: "exporting", bytes: done, total: total, records: tally.records))
  }

  /// Nil where the file can't bear its name here, which is reported: the others are written all the same.
  func writing<Value>(_ file: ExportFile, _ body: () throws(StorageError) -> Value) throws(StorageError)
    -> Value?
  {
    do {
      return try body()
    } catch {
      let codes: [StorageError.Code] = [.exists, .badName, .notAFolder, .notAFile, .linked]
      guard codes.contains(error.code) else { throw error }
      found(
        Finding(.unwritten, file.record.reference, .unwritable(error)))
      return nil
    }
  }

  /// Whether a file that was written bears its name now.
  func finished(_ target: TargetFile, _ file: ExportFile) throws(StorageError) -> Bool {
    let mode = file.record.mode & 0o777
    let done: Void? = try writing(file) { () throws(StorageError) in
      try target.finish(mode: mode, modified: file.record.modified)
    }
    return done != nil
  }

  func found(_ finding: Finding) { tally.withLock { $0.findings.add([finding]) } }
}

/// Opens customers' bundles and writes what is wanted of them.
private final class ExportWorker {
  private let job: ExportJob
  private let before: ExportedBefore?
  private let reader: CustomerReader

  init(_ job: ExportJob) throws {
    self.job = job
    before = try job.target.goesOn ? ExportedBefore(in: job.target.made()) : nil
    reader = try CustomerReader(vault: job.vault, store: job.store, directory: job.directory)
  }

  func write(_ batch: [CustomerBundles]) async throws {
    for customer in batch {
      try Task.checkCancellation()
      try await write(customer)
    }
  }

  private func write(_ customer: CustomerBundles) async throws {
    let open = try await reader.open(customer)
    for finding in open.findings { job.found(finding) }
    let all = Exporter.paths(of: open, job.selection.versions)
    let selected = all.filter { job.selection.takes($0.record) }
    job.expect(selected.count, undated: all.count { job.selection.missesDay(of: $0.record) })
    var files: [BundleName: [Identifier: ExportFile]] = [:]
    for (record, path) in selected {
      let file = ExportFile(record: record, path: path)
      if try before?.has(record, at: path) ?? false {
        job.wrote(record.size)
        continue
      }
      if record.places.count > 1 {
        try await write(file, from: open)
      } else if let place = record.places.first {
        // A bundle has every record once, so within it the id is enough.
        files[place.bundle.name, default: [:]][record.id] = file
      }
    }
    for place in customer.bundles {
      guard let wanted = files[place.row.name(in: place.box)],
        let bundle = open.bundles[place.row.name(in: place.box)]
      else {
        continue
      }
      let name = Layout.box(place.box.box.hash).text
      do {
        try await bundle.readAll(FileWriter(job: job, wanted: wanted))
      } catch let error as BoxError {
        for file in wanted.values { lost(file, place.box, .box(error)) }
      } catch let error as StorageError where error.object == name {
        for file in wanted.values { lost(file, place.box, .storage(error)) }
      }
      job.read(place.row)
    }
  }

  /// Puts a record together from its parts; its file appears only when the whole is verified.
  private func write(_ file: ExportFile, from open: OpenCustomer) async throws {
    let folder = try job.target.made()
    guard let target = try job.writing(file, { () throws(StorageError) in try folder.create(file.path) })
    else { return }
    let whole = try DigestStream()
    for place in file.record.places {
      do {
        guard let bundle = open.bundles[place.bundle.name] else { continue }
        try await bundle.stream(bundle.records[place.number]) { bytes in
          whole.update(bytes)
          try target.write(bytes)
        }
        job.read(place.bundle.row)
      } catch let error as BoxError {
        target.discard()
        return lost(file, place.box, .box(error))
      } catch let error as StorageError where error.object == Layout.box(place.box.box.hash).text {
        target.discard()
        return lost(file, place.box, .storage(error))
      }
    }
    guard whole.finish() == file.record.digest else {
      target.discard()
      return lost(file, file.record.places[0].box, .parts)
    }
    if try job.finished(target, file) { job.wrote(file.record.size) }
  }

  private func lost(_ file: ExportFile, _ box: KnownBox, _ why: Reason) {
    job.found(
      Finding(.damaged, Layout.box(box.box.hash).text, part: .record(file.record.reference), why))
  }
}

/// Writes the records of one bundle that are wanted.
private final class FileWriter: BundleVisitor {
  private let job: ExportJob
  private let wanted: [Identifier: ExportFile]
  private var open: TargetFile?

  init(job: ExportJob, wanted: [Identifier: ExportFile]) {
    self.job = job
    self.wanted = wanted
  }

  func wants(_ record: Record) -> Bool { wanted[record.label.id] != nil }

  func visit(_ record: Record, content: Span<UInt8>) throws {
    guard let file = wanted[record.label.id] else { return }
    let mode = file.record.mode & 0o777
    let folder = try job.target.made()
    let written: Void? = try job.writing(file) { () throws(StorageError) in
      try folder.write(content, at: file.path, mode: mode, modified: file.record.modified)
    }
    if written != nil { job.wrote(record.size) }
  }

  func begin(_ record: Record) throws {
    guard let file = wanted[record.label.id] else { return }
    let folder = try job.target.made()
    open = try job.writing(file) { () throws(StorageError) in try folder.create(file.path) }
  }

  func piece(_ bytes: Span<UInt8>) throws { try open?.write(bytes) }

  func end(_ record: Record) throws {
    guard let file = wanted[record.label.id] else { return }
    guard let written = open else { return }
    open = nil
    if try job.finished(written, file) { job.wrote(record.size) }
  }

  func damaged(_ record: Record, _ error: BoxError) throws {
    open?.discard()
    open = nil
    guard let file = wanted[record.label.id], let place = file.record.places.first else { return }
    job.found(
      Finding(
        .damaged, Layout.box(place.box.box.hash).text, part: .record(file.record.reference), .box(error)))
  }
}
