internal import Rules
internal import Sealing
internal import Storage
internal import Synchronization
internal import Vault

/// Compares boxes with their names and with what the ledger says of their indexes, several side by side.
final class BoxHasher: Sendable {
  /// A box that isn't what was sealed.
  struct Unsound: Sendable {
    let hash: Digest
    let finding: Finding
  }

  fileprivate let store: any ObjectStore
  private let boxes: WorkList<KnownBox>
  private let patience: Duration?
  private let begun = Mutex<ContinuousClock.Instant?>(nil)
  private let count: Int
  private let total: UInt64
  private let report: @Sendable (CopyProgress) -> Void
  private let progress = Mutex((bytes: UInt64(0), read: [KnownBox](), unsound: [Unsound]()))

  /// - Parameters:
  ///   - boxes: they are begun in this order.
  ///   - patience: once the first one is begun no other one is begun after so long.
  init(
    _ boxes: [KnownBox], in store: any ObjectStore, for patience: Duration? = nil,
    report: @escaping @Sendable (CopyProgress) -> Void
  ) {
    self.boxes = WorkList(boxes)
    self.patience = patience
    count = boxes.count
    self.store = store
    self.report = report
    total = boxes.reduce(0) { $0 + $1.box.size }
  }

  func run(workers: Int) async throws -> (read: [KnownBox], unsound: [Unsound]) {
    try await boxes.run(workers: workers) { boxes in try await HashWorker(self).run(boxes) }
    let (_, read, unsound) = progress.withLock { $0 }
    guard read.count == count || isOver else {
      throw VaultError(.failed, "only \(read.count) of \(count) boxes were looked at; nothing is verified")
    }
    return (read, unsound.sorted { $0.finding.object < $1.finding.object })
  }

  /// The next box to read, as long as there is time; there is for one.
  fileprivate func next(of boxes: WorkList<KnownBox>) throws -> KnownBox? {
    let isFirst = begun.withLock { begun in
      defer { begun = begun ?? .now }
      return begun == nil
    }
    return isFirst || !isOver ? try boxes.take() : nil
  }

  private var isOver: Bool {
    guard let patience, let begun = begun.withLock({ $0 }) else { return false }
    return begun.duration(to: .now) >= patience
  }

  /// So many bytes more are digested.
  fileprivate func noteDigested(_ count: Int) {
    let told: (bytes: UInt64, items: UInt64)? = progress.withLock { progress in
      let before = progress.bytes
      progress.bytes += UInt64(count)
      // Not for every piece: people see no more than a few of these a second.
      return before >> 22 == progress.bytes >> 22 ? nil : (progress.bytes, UInt64(progress.read.count))
    }
    guard let told else { return }
    report(CopyProgress(stage: "reading boxes", bytes: told.bytes, total: total, items: told.items))
  }

  /// A box is read to its end, or can't be.
  fileprivate func noteDone(_ box: KnownBox, _ reason: Reason?, _ kind: Finding.Kind = .damaged) {
    progress.withLock { progress in
      progress.read.append(box)
      guard let reason else { return }
      let finding = Finding(kind, Layout.box(box.box.hash).text, reason)
      progress.unsound.append(Unsound(hash: box.box.hash, finding: finding))
    }
  }
}

/// Reads one box after the other.
private final class HashWorker {
  private let job: BoxHasher
  private let bytes: ObjectBytes
  private let index: DigestStream

  init(_ job: BoxHasher) throws {
    self.job = job
    bytes = try ObjectBytes()
    index = try DigestStream()
  }

  func run(_ boxes: WorkList<KnownBox>) async throws {
    while let box = try job.next(of: boxes) { try await check(box) }
  }

  private func check(_ box: KnownBox) async throws {
    var place: UInt64 = 0
    _ = index.finish()
    let outcome = try await bytes.read(Layout.box(box.box.hash), of: job.store, size: box.box.size) { piece in
      let end = place + UInt64(piece.count)
      if box.box.offset < end {
        let start = Int(max(box.box.offset, place) - place)
        index.update(piece.extracting(start..<piece.count))
      }
      place = end
      job.noteDigested(piece.count)
    }
    switch outcome {
    case .read(let whole) where whole != box.box.hash: job.noteDone(box, .notAsSealed())
    case .read where index.finish() != box.box.index:
      job.noteDone(box, .otherIndex)
    case .read: job.noteDone(box, nil)
    case .absent: job.noteDone(box, .boxMissing(), .missing)
    case .otherSize(let size): job.noteDone(box, .size(size, expected: box.box.size))
    case .unreadable(let error): job.noteDone(box, .storage(error), Finding.Kind(error))
    }
  }
}
