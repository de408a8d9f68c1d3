internal import Rules
internal import Boxes
internal import Sealing
internal import Storage
internal import Synchronization

/// One of the workers that each read, digest, compress, seal and write whole bundles into a box of their own.
final class SealWorker {
  private let job: SealJob
  private let workspace: BoxWorkspace
  private let digest: DigestStream
  private var buffer: [UInt8] = []
  private var box: BoxInProgress?
  /// The box before it, which is made durable meanwhile.
  private var putting: Task<UnnamedBox, any Error>?
  private var classIndex: Int?
  private var lastSubject: Identifier?
  private var keys: SubjectKeys?

  /// Up to this a file that may be there already is read whole before anything of it is sealed.
  private static let whole = 4 << 20
  /// A box is closed with so many customers, however little there is of each: what is known of each stays in memory until
  /// the box is named.
  private static let bundles = 16_384
  private static let attempts = 3
  /// Nanoseconds.
  private static let settling: Int64 = 2_000_000_000

  private var writer: BoxWriter? { box?.writer }

  init(_ job: SealJob) throws {
    self.job = job
    workspace = try BoxWorkspace()
    digest = try DigestStream()
    buffer.reserveCapacity(Self.whole + 1)
  }

  /// Works until nothing is left, and hands on each box that is full.
  func run(progress: () -> Void, ask: () -> Void, _ deliver: (UnnamedBox) -> Void) async throws {
    do {
      while let (index, bundle) = await job.queue.next(at: classIndex, ask: ask) {
        try Task.checkCancellation()
        // Within a box bundles are in the order of their subjects; a new stretch begins anew.
        let startsOver = lastSubject.map { bundle.subject < $0 } ?? false
        if let box, index != box.classIndex || startsOver { try await finishBox(deliver) }
        classIndex = index
        lastSubject = bundle.subject
        try await seal(bundle, in: job.classes[index], deliver)
        progress()
        if let writer, writer.isDue || writer.bundleCount >= Self.bundles { try await finishBox(deliver) }
      }
      try await finishBox(deliver)
      try await deliverWritten(deliver)
    } catch {
      // A box that is whole is kept, whatever came of the next.
      _ = try? await deliverWritten(deliver)
      throw error
    }
  }

  private func seal(_ bundle: BundlePlan, in seal: ClassKeys, _ deliver: (UnnamedBox) -> Void) async throws {
    switch bundle.contents {
    case .records(let items):
      for item in items {
        try await sealRecord(item, of: bundle, in: seal)
        guard let writer, writer.mayBeDue else { continue }
        // A good place to close the box within a large bundle: what is left of it goes into the next one.
        try writer.endBundle()
        if writer.isDue { try await finishBox(deliver) }
      }
    case .part(let part):
      try await sealPart(part, of: bundle, in: seal)
    }
    if let writer, writer.isInBundle { try writer.endBundle() }
  }

  /// Seals one file, unless it is what was sealed before.
  private func sealRecord(_ item: SourceItem, of bundle: BundlePlan, in seal: ClassKeys) async throws {
    let source = job.sources[item.root]
    for attempt in 1...Self.attempts {
      let file: SourceFile
      do { file = try source.folder.open(item.file) } catch {
        leaveOut(item, error.code == .absent ? "vanished before it was read" : error.reason)
        return
      }
      do {
        if try await sealOnce(file, item, bundle, seal, isFirst: attempt == 1) { return }
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
      guard attempt == Self.attempts else { continue }
      let isAsFound = (try? file.statusNow()) == file.status
      leaveOut(
        item,
        isAsFound
          ? "gives other bytes than its size of \(file.status.size) says, as files of /proc do; seal a copy of it"
          : "changed while it was read, \(attempt) times")
    }
  }

  /// Reads a file and seals it; false where it changed meanwhile.
  private func sealOnce(
    _ file: SourceFile, _ item: SourceItem, _ bundle: BundlePlan, _ seal: ClassKeys, isFirst: Bool
  ) async throws -> Bool {
    let size = file.status.size
    let known = item.known
    let mark = SourceMark(record: item.record, looks: FileFingerprint(file.status))
    guard size <= BoxLimits.content else {
      leaveOut(item, "grew beyond 64 MiB since it was found; seal again")
      return true
    }
    guard keepsTime(of: file, item) else { return true }
    if try isSecret(file) {
      leaveOut(
        item, "is a secret identity file: sealed, it would open the vault to whoever may read the record")
      return true
    }
    let label = label(item, file)
    // What may be there already is read before anything is opened for it; and what changes again and again, so that
    // no attempt at it leaves bytes behind.
    let mayStandStill = !isFresh(file) && isFirst
    let isRead = !mayStandStill || size <= Self.whole && (known?.size == size || size > BoxWriter.heldBack)
    defer { if buffer.capacity > 2 * Self.whole { buffer = [] } }
    if isRead {
      let count = try file.read(into: &buffer, at: 0, count: Int(size) + 1)
      guard count == Int(size), try file.statusNow() == file.status else { return false }
    } else if try goesOn(file) {
      return false
    }
    if let known, known.size == size {
      let found = isRead ? Digest.sha256(of: buffer.span) : try digest.read(file, 0..<size, through: &buffer)
      guard try isRead || file.statusNow() == file.status else { return false }
      if found == known.digest, !item.tellsMore {
        note(unchanged: size, mark, bundle)
        return true
      }
    }
    let writer = try await openBundle(for: label, size: size, bundle.customer, seal)
    if isRead {
      _ = try lendBuffer { try writer.append(label, content: $0.span) }
    } else {
      try writer.beginRecord(label)
      guard try stream(file, range: 0..<size, into: writer) else {
        writer.abandonRecord()
        return false
      }
      _ = try writer.endRecord()
    }
    box?.tally.note(known: known != nil)
    box?.tally.bytes += size
    box?.note(label.id, mark, bundle)
    note(sealed: size, records: 1)
    return true
  }

  /// Whether a file was written so lately that it may be written just now.
  private func isFresh(_ file: SourceFile) -> Bool {
    file.status.mtime > job.fileClock() - Self.settling
  }

  /// Whether a file's time can be kept; where not it is left out.
  private func keepsTime(of file: SourceFile, _ item: SourceItem) -> Bool {
    if (Int64.min + 1..<Int64.max).contains(file.status.mtime) { return true }
    leaveOut(item, "has a time before 1677 or after 2262, which can't be kept; set another one with touch")
    return false
  }

  /// Whether there is more in a file than its size says.
  private func goesOn(_ file: SourceFile) throws -> Bool {
    try file.read(into: &buffer, at: file.status.size, count: 1) > 0
  }

  private func isSecret(_ file: SourceFile) throws -> Bool {
    guard IdentityFile.canBeSecret(size: file.status.size) else { return false }
    _ = try file.read(into: &buffer, at: 0, count: IdentityFile.beginning)
    return IdentityFile.beginsSecret(buffer)
  }

  /// Seals a part of a large record. A part that can't be sealed leaves its set incomplete: the record is left out.
  private func sealPart(_ part: PartPlan, of bundle: BundlePlan, in seal: ClassKeys) async throws {
    let source = job.sources[part.item.root]
    do {
      let file = try source.folder.open(part.item.file)
      guard part.item.looks == FileFingerprint(file.status) else {
        leaveOut(part.item, "changed since it was found; seal again")
        return
      }
      guard keepsTime(of: file, part.item) else { return }
      var whole: Digest?
      if part.isLast {
        guard try !goesOn(file) else {
          leaveOut(part.item, "gives more bytes than its size says; seal a copy of it")
          return
        }
        whole = try digest.read(file, 0..<part.item.size, through: &buffer)
      }
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
      box?.parts[part.set, default: 0] += 1
      box?.tally.bytes += part.length
      let mark = SourceMark(record: part.item.record, looks: part.item.looks, set: part.set)
      box?.note(label.id, part.isLast ? mark : nil, bundle)
      note(sealed: part.length, records: part.isLast ? 1 : 0)
    } catch let error as StorageError where error.operation == "read" || error.operation == "examine" {
      writer?.abandonRecord()
      leaveOut(part.item, error.reason)
    }
  }

  /// Streams a range of a file into the open record; false where the file changed meanwhile.
  private func stream(_ file: SourceFile, range: Range<UInt64>, into writer: BoxWriter) throws -> Bool {
    let count = Int(range.upperBound - range.lowerBound)
    let got = try writer.fill(count) { (buffer, at, count) in
      _ = try file.read(appendingTo: &buffer, at: range.lowerBound + UInt64(at), count: count)
    }
    guard got == count else { return false }
    return try file.statusNow() == file.status
  }

  /// Lends the buffer while nothing else can touch it.
  private func lendBuffer<R>(_ body: ([UInt8]) throws -> R) rethrows -> R {
    var held: [UInt8] = []
    swap(&held, &buffer)
    defer { swap(&held, &buffer) }
    return try body(held)
  }

  private func label(_ item: SourceItem, _ file: SourceFile) -> RecordLabel {
    RecordLabel(
      id: item.known?.id ?? item.record, path: Array(item.path), source: job.sources[item.root].name,
      subject: item.subjectAsGiven, title: item.title.isEmpty ? item.known?.title ?? "" : item.title,
      mediaType: MediaType.guess(item.path),
      modified: file.status.mtime, mode: UInt32(file.status.mode), sealedAt: job.sealedAt,
      date: (item.date ?? item.known?.date)?.days)
  }

  private func keys(_ customer: SealingSubject) throws -> SubjectKeys {
    if let keys, keys.customer.subject == customer.subject, keys.customer.classID == customer.classID {
      return keys
    }
    let fresh = try SubjectKeys(customer)
    keys = fresh
    return fresh
  }

  /// The writer with a bundle open that has room: begun only where there is something to put in.
  private func openBundle(
    for label: RecordLabel, size: UInt64, _ customer: SealingSubject, _ seal: ClassKeys
  ) async throws -> BoxWriter {
    let box = try await openBox()
    let writer = box.writer
    if writer.isInBundle {
      if writer.fits(label, size: size) { return writer }
      try writer.endBundle()
    }
    let bundle = try keys(customer).bundle(in: seal)
    try writer.beginBundle(bundle)
    box.bundle = bundle.bundle
    return writer
  }

  private func openBox() async throws -> BoxInProgress {
    if let box { return box }
    guard let classIndex else { preconditionFailure("a box is opened for a bundle of a class") }
    let fresh = try await BoxInProgress(job, classIndex: classIndex, workspace: workspace)
    box = fresh
    return fresh
  }

  /// Writes the box to its end. It is made durable while the next one is begun: one at a time, so that no more than
  /// two boxes are under way.
  private func finishBox(_ deliver: (UnnamedBox) -> Void) async throws {
    guard let open = box else { return }
    box = nil
    guard let finished = try open.finish() else { return }
    try await deliverWritten(deliver)
    let store = job.store
    putting = Task(executorPreference: BlockingPool.shared) { try await finished.put(into: store) }
  }

  /// Waits for the box that is being made durable, and hands it on.
  private func deliverWritten(_ deliver: (UnnamedBox) -> Void) async throws {
    guard let waiting = putting else { return }
    putting = nil
    deliver(try await waiting.value)
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

  private func note(sealed size: UInt64, records: UInt64) {
    job.tally.withLock {
      $0.read += size
      $0.sealed += records
    }
  }
}
