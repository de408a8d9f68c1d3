internal import Boxes
internal import Keyring
internal import Sealing
internal import Storage
internal import Synchronization

/// What a class is sealed with: taken out of the keyring before the workers begin.
struct ClassSeal: Sendable {
  let id: Identifier
  let name: String
  let epoch: UInt32
  let epochKey: Secret
  let indexKey: Secret
  let year: UInt16
}

/// What is known of a record that was sealed before.
struct KnownVersion: Sendable {
  let id: Identifier
  let size: UInt64
  let digest: Digest
}

/// All that workers share; nothing of it changes while they work, but the counters.
final class SealJob: Sendable {
  let vault: Identifier
  /// The generation whose keys are used.
  let generation: UInt64
  let store: any ObjectStore
  let sources: [(folder: SourceFolder, name: String)]
  let classes: [ClassSeal]
  let sealedAt: UInt64
  let queue = SealQueue()
  let tally = Mutex(SealTally())

  init(
    vault: Identifier, generation: UInt64, store: any ObjectStore,
    sources: [(folder: SourceFolder, name: String)], classes: [ClassSeal], sealedAt: UInt64
  ) {
    self.vault = vault
    self.generation = generation
    self.store = store
    self.sources = sources
    self.classes = classes
    self.sealedAt = sealedAt
  }
}

/// What workers have done so far.
struct SealTally {
  var read: UInt64 = 0
  var sealed: UInt64 = 0
  var unchanged: UInt64 = 0
  var leftOut: [LeftOut] = []
  /// Files that were read and are what is sealed.
  var asSealed: [CustomerMarks] = []
}

/// What is in a box, but for records in parts, which count once all of them are committed.
struct BoxTally: Sendable {
  private(set) var new: UInt64 = 0
  private(set) var changed: UInt64 = 0
  var bytes: UInt64 = 0

  mutating func note(known: Bool) {
    if known { changed += 1 } else { new += 1 }
  }

  mutating func add(_ other: BoxTally) {
    new += other.new
    changed += other.changed
    bytes += other.bytes
  }
}

/// A box that stands in the store and waits to be named by the ledger.
struct WaitingBox: Sendable {
  let box: FinishedBox
  let classIndex: Int
  let classID: Identifier
  let tally: BoxTally
  /// Parts in it, by the set that they belong to: all parts of a set are named in one commit.
  let parts: [Identifier: Int]
  /// The ids of the records in each bundle.
  let records: [Identifier: [Identifier]]
  /// How the files looked whose records are in it, whole ones and last parts.
  var marks: [CustomerMarks]
}

/// One of the workers that each read, digest, compress, seal and write whole bundles into a box of their own.
final class SealWorker {
  private let job: SealJob
  private let workspace: BoxWorkspace
  private var buffer: [UInt8] = []
  private var writer: BoxWriter?
  private var spool: (any Spool)?
  private var parts: [Identifier: Int] = [:]
  private var inBox = BoxTally()
  private var records: [Identifier: [Identifier]] = [:]
  private var marks: [CustomerMarks] = []
  private var bundle: Identifier?
  private var lastSubject: Identifier?
  private var classIndex: Int?
  private let digest: DigestStream

  /// Up to this a file is read whole before anything of it is sealed.
  private static let whole = 4 << 20
  private static let piece = 1 << 20
  private static let attempts = 3

  init(_ job: SealJob) throws {
    self.job = job
    workspace = try BoxWorkspace()
    digest = try DigestStream()
    buffer.reserveCapacity(Self.whole + 1)
  }

  /// Works until nothing is left, and hands on each box that is full.
  func run(progress: () -> Void, ask: () -> Void, _ deliver: (WaitingBox) -> Void) async throws {
    while let (index, bundle) = await job.queue.next(at: classIndex, ask: ask) {
      try Task.checkCancellation()
      // Within a box bundles are in the order of their subjects; a new stretch begins anew.
      let startsOver = lastSubject.map { bundle.subject < $0 } ?? false
      if index != classIndex || startsOver, let box = try await finishBox() { deliver(box) }
      classIndex = index
      lastSubject = bundle.subject
      try await seal(bundle, in: job.classes[index])
      progress()
      if let writer, writer.sizeIfFinished >= BoxLimits.closing, let box = try await finishBox() {
        deliver(box)
      }
    }
    if let box = try await finishBox() { deliver(box) }
  }

  private func seal(_ bundle: BundlePlan, in seal: ClassSeal) async throws {
    switch bundle.contents {
    case .records(let items):
      for item in items { try await sealRecord(item, of: bundle, in: seal) }
    case .part(let part):
      try await sealPart(part, of: bundle, in: seal)
    }
    _ = try writerWithOpenBundle()?.endBundle()
  }

  private func writerWithOpenBundle() -> BoxWriter? { writer?.isInBundle == true ? writer : nil }

  /// Seals one file, unless it is what was sealed before.
  private func sealRecord(_ item: SourceItem, of bundle: BundlePlan, in seal: ClassSeal) async throws {
    let source = job.sources[item.root]
    for attempt in 1...Self.attempts {
      let file: SourceFile
      do { file = try source.folder.open(item.file) } catch {
        leaveOut(item, error.code == .absent ? "vanished before it was read" : error.reason)
        return
      }
      do {
        if try await sealOnce(file, item, bundle, seal) { return }
      } catch let error as StorageError where error.operation == "read" || error.operation == "examine" {
        writer?.abandonRecord()
        leaveOut(item, error.reason)
        return
      } catch let error as BoxError where [.path, .table, .tooLarge].contains(error.code) {
        // The label breaks a rule of the format; the box is as it was before the record.
        writer?.abandonRecord()
        leaveOut(item, error.reason)
        return
      }
      if attempt == Self.attempts { leaveOut(item, "changed while it was read, \(attempt) times") }
    }
  }

  /// Reads a file and seals it; false where it changed meanwhile.
  private func sealOnce(
    _ file: SourceFile, _ item: SourceItem, _ bundle: BundlePlan, _ seal: ClassSeal
  ) async throws -> Bool {
    let size = file.status.size
    let known = item.known
    let mark = SourceMark(record: item.record, looks: SourceLooks(file.status))
    guard size <= Batch.bundleLimit else {
      leaveOut(item, "grew beyond 64 MiB since it was found; seal again")
      return true
    }
    let label = label(item, file)
    if size <= Self.whole {
      let count = try file.read(into: &buffer, at: 0, count: Int(size) + 1)
      guard count == Int(size), try file.statusNow() == file.status else { return false }
      if let known, known.size == size, Digest.sha256(of: buffer.span) == known.digest {
        note(unchanged: size, mark, bundle)
        return true
      }
      let writer = try await openBundle(for: label, size: size, bundle.customer, seal)
      _ = try lendBuffer { try writer.append(label, content: $0.span) }
    } else {
      if let known, known.size == size {
        let found = try digestOf(file, range: 0..<size)
        guard try file.statusNow() == file.status else { return false }
        if found == known.digest {
          note(unchanged: size, mark, bundle)
          return true
        }
      }
      let writer = try await openBundle(for: label, size: size, bundle.customer, seal)
      try writer.beginRecord(label)
      guard try stream(file, range: 0..<size, into: writer) else {
        writer.abandonRecord()
        return false
      }
      _ = try writer.endRecord()
    }
    inBox.note(known: known != nil)
    inBox.bytes += size
    noteSealed(label.id, mark, bundle)
    note(sealed: size, records: 1)
    return true
  }

  /// Seals a part of a large record. A part that can't be sealed leaves its set incomplete: the record is left out.
  private func sealPart(_ part: PartPlan, of bundle: BundlePlan, in seal: ClassSeal) async throws {
    let source = job.sources[part.item.root]
    do {
      let file = try source.folder.open(part.item.file)
      guard part.item.isSame(file.status) else {
        leaveOut(part.item, "changed since it was found; seal again")
        return
      }
      var whole: Digest?
      if part.isLast { whole = try digestOf(file, range: 0..<part.item.size) }
      let label = label(part.item, file)
      let writer = try await openBundle(for: label, size: part.length, bundle.customer, seal)
      try writer.beginRecord(label)
      guard try stream(file, range: part.offset..<(part.offset + part.length), into: writer) else {
        writer.abandonRecord()
        leaveOut(part.item, "changed while it was read")
        return
      }
      _ = try writer.endRecord(
        part: Part(
          set: part.set, number: part.number, offset: part.offset, total: part.item.size, whole: whole))
      parts[part.set, default: 0] += 1
      inBox.bytes += part.length
      let mark = SourceMark(record: part.item.record, looks: SourceLooks(part.item), set: part.set)
      noteSealed(label.id, part.isLast ? mark : nil, bundle)
      note(sealed: part.length, records: part.isLast ? 1 : 0)
    } catch let error as StorageError where error.operation == "read" || error.operation == "examine" {
      writer?.abandonRecord()
      leaveOut(part.item, error.reason)
    }
  }

  /// Streams a range of a file into the open record; false where the file changed meanwhile.
  private func stream(_ file: SourceFile, range: Range<UInt64>, into writer: BoxWriter) throws -> Bool {
    var position = range.lowerBound
    while position < range.upperBound {
      let wanted = Int(min(UInt64(Self.piece), range.upperBound - position))
      guard try file.read(into: &buffer, at: position, count: wanted) == wanted else { return false }
      try lendBuffer { try writer.write($0.span) }
      position += UInt64(wanted)
    }
    return try file.statusNow() == file.status
  }

  /// Lends the buffer while nothing else can touch it.
  private func lendBuffer<R>(_ body: ([UInt8]) throws -> R) rethrows -> R {
    var held: [UInt8] = []
    swap(&held, &buffer)
    defer { swap(&held, &buffer) }
    return try body(held)
  }

  private func digestOf(_ file: SourceFile, range: Range<UInt64>) throws -> Digest {
    _ = digest.finish()
    var position = range.lowerBound
    while position < range.upperBound {
      let wanted = Int(min(UInt64(Self.piece), range.upperBound - position))
      guard try file.read(into: &buffer, at: position, count: wanted) > 0 else { break }
      digest.update(buffer.span)
      position += UInt64(buffer.count)
    }
    return digest.finish()
  }

  private func label(_ item: SourceItem, _ file: SourceFile) -> RecordLabel {
    RecordLabel(
      id: item.known?.id ?? item.record, path: Array(item.path), source: job.sources[item.root].name,
      subject: item.subjectAsGiven, title: "", mediaType: MediaType.guess(item.path),
      modified: file.status.mtime,
      mode: UInt32(file.status.mode), sealedAt: job.sealedAt)
  }

  /// The writer with a bundle open that has room: begun only where there is something to put in.
  private func openBundle(
    for label: RecordLabel, size: UInt64, _ customer: SealCustomer, _ seal: ClassSeal
  ) async throws -> BoxWriter {
    let writer = try await openBox(seal)
    if writer.isInBundle {
      if writer.fits(label, size: size) { return writer }
      try writer.endBundle()
    }
    let key = customer.key
    guard let check = KeyCheck(try TwoKeys.keyCheck(subject: key)) else {
      throw VaultError(.failed, "a key check can't be made")
    }
    let id = try Identifier.random()
    bundle = id
    try writer.beginBundle(
      BundleSeal(
        bundle: id, subject: customer.subject, epoch: seal.epoch,
        bundleKey: try TwoKeys.bundleKey(subject: key, epoch: seal.epochKey),
        contentKey: try TwoKeys.contentKey(subject: key), keyCheck: check))
    return writer
  }

  private func openBox(_ seal: ClassSeal) async throws -> BoxWriter {
    if let writer { return writer }
    let spool = try await job.store.spool()
    let made = try BoxWriter(
      vault: job.vault, year: seal.year, classID: seal.id, epoch: seal.epoch, indexKey: seal.indexKey,
      sink: SpoolSink(spool), workspace: workspace)
    self.spool = spool
    writer = made
    return made
  }

  private func finishBox() async throws -> WaitingBox? {
    guard let finished = writer, let spool, let classIndex else { return nil }
    defer {
      writer = nil
      self.spool = nil
      parts = [:]
      inBox = BoxTally()
      records = [:]
      marks = []
    }
    guard finished.bundleCount > 0 else {
      spool.discard()
      return nil
    }
    let box = try finished.finish()
    let name = Layout.box(box.digest)
    _ = try await job.store.put(spool, at: name)
    guard try await job.store.size(name) == box.size else {
      throw VaultError(
        .storage, "\(name) is not as long as it was written", safe: "the ledger doesn't name it",
        hint: "the disk may be failing; verify the vault")
    }
    return WaitingBox(
      box: box, classIndex: classIndex, classID: job.classes[classIndex].id, tally: inBox, parts: parts, records: records, marks: marks)
  }

  private func leaveOut(_ item: SourceItem, _ reason: String) {
    job.tally.withLock {
      $0.read += item.size
      $0.leftOut.append(LeftOut(path: item.file, reason: reason))
    }
  }

  private func note(unchanged size: UInt64, _ mark: SourceMark, _ bundle: BundlePlan) {
    job.tally.withLock { tally in
      tally.read += size
      tally.unchanged += 1
      tally.asSealed.add(mark, bundle)
    }
  }

  private func noteSealed(_ record: Identifier, _ mark: SourceMark?, _ plan: BundlePlan) {
    if let bundle { records[bundle, default: []].append(record) }
    if let mark { marks.add(mark, plan) }
  }

  private func note(sealed size: UInt64, records: UInt64) {
    job.tally.withLock {
      $0.read += size
      $0.sealed += records
    }
  }
}

extension [CustomerMarks] {
  /// Customers come one after the other.
  fileprivate mutating func add(_ mark: SourceMark, _ plan: BundlePlan) {
    if last?.customer.subject != plan.subject || last?.customer.classID != plan.customer.classID {
      append(CustomerMarks(customer: plan.customer, keepsOthers: plan.keepsMarks))
    }
    self[count - 1].marks.append(mark)
  }
}

/// A spool as the box writer sees it.
private final class SpoolSink: BoxSink {
  private let spool: any Spool
  init(_ spool: any Spool) { self.spool = spool }
  func write(_ bytes: Span<UInt8>) throws { try spool.write(bytes) }
}
