internal import Boxes
internal import Sealing
internal import Storage
internal import Synchronization

/// Writes records as plain files, `{class}/{subject}/{path}`: the road out. Each is verified before its file appears.
public final class Export {
  /// What came of it.
  public struct Summary: Sendable {
    /// Records written.
    public let records: UInt64
    /// Bytes written.
    public let bytes: UInt64
    /// What could not be read.
    public let findings: [Finding]
    /// Records that should have been written.
    public let expected: UInt64
  }

  private let vault: OpenVault
  private let selection: Selection
  private let workers: Int

  /// - Parameter workers: how many work side by side.
  public init(from vault: OpenVault, selection: Selection = Selection(), workers: Int = 2) {
    self.vault = vault
    self.selection = selection
    self.workers = max(1, workers)
  }

  /// Writes the records to a folder that is empty or not there yet, durably.
  public func run(to folder: String, report: @escaping @Sendable (Seal.Report) -> Void) async throws
    -> Summary
  {
    report(Seal.Report(stage: "reading the catalog", bytes: 0, total: 0, records: 0))
    let catalog = try await vault.catalog(selection)
    try vault.refuseOverlap(folder, for: "exported to")
    guard !catalog.records.isEmpty || selection == Selection() else {
      throw VaultError(
        .input, catalog.findings.first.map { "nothing can be exported: \($0)" } ?? "no record is selected",
        safe: "nothing was written", hint: "strongroom find shows what there is")
    }
    let target = try TargetFolder(folder, create: true)
    guard try FolderStore(path: folder, create: false).isEmpty() else {
      throw VaultError(
        .exists, "\(folder) is not empty", safe: "nothing was written", hint: "export to a new folder")
    }
    let plan = ExportPlan(catalog.records)
    let job = ExportJob(
      vault: vault.state.vault, store: vault.place.store, target: target, plan: plan,
      total: catalog.records.reduce(0) { $0 + $1.size }, report: report)
    try await Self.work(job, workers: workers)
    try target.syncAll()
    let tally = job.tally.withLock { $0 }
    return Summary(
      records: tally.records, bytes: tally.bytes, findings: catalog.findings + tally.findings,
      expected: UInt64(catalog.records.count))
  }

  /// Where each record of a catalog is written, below the folder.
  package static func paths(of records: [FoundRecord]) -> [(record: FoundRecord, path: [UInt8])] {
    var names = ExportNames(records)
    return records.map { ($0, names.take(for: $0)) }
  }

  @concurrent
  private static func work(_ job: ExportJob, workers: Int) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<workers { group.addTask { try await ExportWorker(job).run() } }
      try await group.waitForAll()
    }
  }
}

extension FolderStore {
  /// Whether nothing at all lies in the folder, whatever its name.
  package func isEmpty() throws(VaultError) -> Bool {
    do {
      let folder = try SourceFolder(location)
      try folder.walk(
        visit: { _ in throw VaultError(.exists, "") }, skipped: { _, _ in throw VaultError(.exists, "") },
        emptyFolder: { path in if !path.isEmpty { throw VaultError(.exists, "") } })
      return true
    } catch let error as VaultError where error.code == .exists {
      return false
    } catch {
      throw VaultError(.storage, "\(error)")
    }
  }
}

/// Which files come from which bundles, and which are put together from parts.
struct ExportPlan: Sendable {
  /// A file to be written.
  struct File: Sendable {
    let record: FoundRecord
    let path: [UInt8]
  }

  /// A box and what is wanted of it: by bundle, by number in its table.
  struct Box: Sendable {
    let known: KnownBox
    var bundles: [Identifier: (bundle: OpenableBundle, files: [Int: File])]
  }

  private(set) var boxes: [Box] = []
  private(set) var large: [File] = []

  init(_ records: [FoundRecord]) {
    var indexes: [Digest: Int] = [:]
    for (record, path) in Export.paths(of: records) {
      let file = File(record: record, path: path)
      guard record.places.count == 1, let place = record.places.first else {
        large.append(file)
        continue
      }
      let digest = place.box.box.hash
      let index = indexes[digest] ?? boxes.count
      if index == boxes.count {
        boxes.append(Box(known: place.box, bundles: [:]))
        indexes[digest] = index
      }
      boxes[index].bundles[place.bundle.row.bundle, default: (place.bundle, [:])].files[place.number] = file
    }
  }
}

/// What exporting workers share.
final class ExportJob: Sendable {
  struct Tally {
    var records: UInt64 = 0
    var bytes: UInt64 = 0
    var findings: [Finding] = []
  }

  let vault: Identifier
  let store: any ObjectStore
  let target: TargetFolder
  let plan: ExportPlan
  let total: UInt64
  let report: @Sendable (Seal.Report) -> Void
  let tally = Mutex(Tally())
  private let next = Mutex(0)

  init(
    vault: Identifier, store: any ObjectStore, target: TargetFolder, plan: ExportPlan, total: UInt64,
    report: @escaping @Sendable (Seal.Report) -> Void
  ) {
    self.vault = vault
    self.store = store
    self.target = target
    self.plan = plan
    self.total = total
    self.report = report
  }

  /// The next thing to do: large records first, then boxes.
  func take() -> (large: ExportPlan.File?, box: ExportPlan.Box?)? {
    let number = next.withLock { number in
      defer { number += 1 }
      return number
    }
    if number < plan.large.count { return (plan.large[number], nil) }
    let box = number - plan.large.count
    return box < plan.boxes.count ? (nil, plan.boxes[box]) : nil
  }

  func wrote(_ size: UInt64) {
    let (records, bytes) = tally.withLock { tally in
      tally.records += 1
      tally.bytes += size
      return (tally.records, tally.bytes)
    }
    if records % 64 == 0 || size > 1 << 20 {
      report(Seal.Report(stage: "exporting", bytes: bytes, total: total, records: records))
    }
  }

  /// Nil where the file can't bear its name here, which is reported: the others are written all the same.
  func writing<Value>(_ file: ExportPlan.File, _ body: () throws(StorageError) -> Value) throws(StorageError)
    -> Value?
  {
    do {
      return try body()
    } catch {
      let codes: [StorageError.Code] = [.exists, .badName, .notAFolder, .notAFile, .linked]
      guard codes.contains(error.code) else { throw error }
      found(
        Finding(
          .unwritten, "record \(file.record.id.hex)", "it can't be written under its name: \(error.reason)"))
      return nil
    }
  }

  func found(_ finding: Finding) { tally.withLock { $0.findings.append(finding) } }
}

/// Opens boxes and writes what is wanted of them.
private final class ExportWorker {
  private let job: ExportJob
  private let workspace: ReadWorkspace

  init(_ job: ExportJob) throws {
    self.job = job
    workspace = try ReadWorkspace()
  }

  func run() async throws {
    while let (large, box) = job.take() {
      try Task.checkCancellation()
      if let large { try await write(large) }
      if let box { try await write(box) }
    }
  }

  private func reader(_ known: KnownBox) throws -> BoxReader {
    try BoxReader(
      vault: job.vault, size: known.box.size,
      source: StoredBox(store: job.store, name: Layout.box(known.box.hash)),
      workspace: workspace)
  }

  private func write(_ box: ExportPlan.Box) async throws {
    let reader = try reader(box.known)
    // In the order in which they lie in the box.
    let bundles = box.bundles.values.sorted { $0.bundle.row.bodyOffset < $1.bundle.row.bodyOffset }
    for (bundle, files) in bundles {
      do {
        let opened = try await reader.openBundle(bundle.row, keys: bundle.keys)
        let visitor = FileWriter(job: job, wanted: files, records: opened.records)
        try await opened.readAll(visitor)
      } catch let error as BoxError {
        for file in files.values { lost(file, box.known, "\(error)") }
      } catch let error as StorageError where error.object == Layout.box(box.known.box.hash).text {
        for file in files.values { lost(file, box.known, "\(error)") }
      }
    }
  }

  /// Puts a record together from its parts; its file appears only when the whole is verified.
  private func write(_ file: ExportPlan.File) async throws {
    guard let target = try job.writing(file, { () throws(StorageError) in try job.target.create(file.path) })
    else {
      return
    }
    let whole = try DigestStream()
    for place in file.record.places {
      do {
        let opened = try await reader(place.box).openBundle(place.bundle.row, keys: place.bundle.keys)
        try await opened.stream(opened.records[place.number]) { bytes in
          whole.update(bytes)
          try target.write(bytes)
        }
      } catch let error as BoxError {
        target.discard()
        return lost(file, place.box, "\(error)")
      } catch let error as StorageError where error.object == Layout.box(place.box.box.hash).text {
        target.discard()
        return lost(file, place.box, "\(error)")
      }
    }
    guard whole.finish() == file.record.digest else {
      target.discard()
      return lost(file, file.record.places[0].box, "its parts together aren't what was sealed")
    }
    try target.finish(mode: file.record.mode & 0o777, modified: file.record.modified)
    job.wrote(file.record.size)
  }

  private func lost(_ file: ExportPlan.File, _ box: KnownBox, _ why: String) {
    job.found(Finding(.damaged, Layout.box(box.box.hash).text, "record \(file.record.id.hex): \(why)"))
  }
}

/// Writes the records of one bundle that are wanted.
private final class FileWriter: BundleVisitor {
  private let job: ExportJob
  private let wanted: [Identifier: ExportPlan.File]
  private var open: TargetFile?

  init(job: ExportJob, wanted: [Int: ExportPlan.File], records: [Record]) {
    self.job = job
    // A bundle has every record once, so within it the id is enough.
    self.wanted = Dictionary(wanted.values.map { ($0.record.id, $0) }) { first, _ in first }
  }

  func wants(_ record: Record) -> Bool { wanted[record.label.id] != nil }

  func visit(_ record: Record, content: Span<UInt8>) throws {
    guard let file = wanted[record.label.id] else { return }
    let mode = file.record.mode & 0o777
    let written: Void? = try job.writing(file) { () throws(StorageError) in
      try job.target.write(content, at: file.path, mode: mode, modified: file.record.modified)
    }
    if written != nil { job.wrote(record.size) }
  }

  func begin(_ record: Record) throws {
    guard let file = wanted[record.label.id] else { return }
    open = try job.writing(file) { () throws(StorageError) in try job.target.create(file.path) }
  }

  func piece(_ bytes: Span<UInt8>) throws { try open?.write(bytes) }

  func end(_ record: Record) throws {
    guard let file = wanted[record.label.id] else { return }
    guard let written = open else { return }
    try written.finish(mode: file.record.mode & 0o777, modified: file.record.modified)
    open = nil
    job.wrote(record.size)
  }

  func damaged(_ record: Record, _ error: BoxError) throws {
    open?.discard()
    open = nil
    guard let file = wanted[record.label.id], let place = file.record.places.first else { return }
    job.found(
      Finding(.damaged, Layout.box(place.box.box.hash).text, "record \(record.label.id.hex): \(error)"))
  }
}
