internal import Sealing
internal import Storage
internal import Synchronization
internal import Vault

/// Compares boxes with their names and with what the ledger says of their indexes, several side by side.
final class BoxHashing: Sendable {
  /// A box that isn't what was sealed.
  struct Unsound: Sendable {
    let hash: Digest
    let finding: Finding
  }

  fileprivate let store: any ObjectStore
  /// The largest first, so that all workers end together.
  private let boxes: [KnownBox]
  private let total: UInt64
  private let report: @Sendable (CopyReport) -> Void
  private let progress = Mutex((next: 0, bytes: UInt64(0), items: UInt64(0), unsound: [Unsound]()))

  init(_ boxes: [KnownBox], in store: any ObjectStore, report: @escaping @Sendable (CopyReport) -> Void) {
    self.boxes = boxes.sorted { $0.box.size > $1.box.size }
    self.store = store
    self.report = report
    total = boxes.reduce(0) { $0 + $1.box.size }
  }

  func run(workers: Int = 2) async throws -> [Unsound] {
    try await Self.work(self, workers: workers)
    return progress.withLock { $0.unsound }.sorted { $0.finding.object < $1.finding.object }
  }

  @concurrent
  private static func work(_ job: BoxHashing, workers: Int) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<workers { group.addTask { try await HashWorker(job).run() } }
      try await group.waitForAll()
    }
  }

  fileprivate func take() -> KnownBox? {
    progress.withLock { progress in
      guard progress.next < boxes.count else { return nil }
      defer { progress.next += 1 }
      return boxes[progress.next]
    }
  }

  /// So many bytes more are digested.
  fileprivate func noteDigested(_ count: Int) {
    let told: (bytes: UInt64, items: UInt64)? = progress.withLock { progress in
      let before = progress.bytes
      progress.bytes += UInt64(count)
      // Not for every piece: people see no more than a few of these a second.
      return before >> 22 == progress.bytes >> 22 ? nil : (progress.bytes, progress.items)
    }
    guard let told else { return }
    report(CopyReport(stage: "reading boxes", bytes: told.bytes, total: total, items: told.items))
  }

  /// A box is read to its end, or can't be.
  fileprivate func noteDone(_ box: KnownBox, _ what: String?, _ kind: Finding.Kind = .damaged) {
    progress.withLock { progress in
      progress.items += 1
      guard let what else { return }
      let finding = Finding(kind, Layout.box(box.box.hash).text, what)
      progress.unsound.append(Unsound(hash: box.box.hash, finding: finding))
    }
  }
}

/// Reads two boxes in turn, since two digests side by side take hardly longer than one.
private final class HashWorker {
  /// A box that is being read.
  private struct Reading {
    let box: KnownBox
    let object: any StoredObject
    var place: UInt64 = 0
  }

  /// So small that both pieces stay in the processor's cache from reading to digesting.
  private static let piece: UInt64 = 256 << 10

  private let job: BoxHashing
  private var readings: [Reading?] = [nil, nil]
  private var buffers: [[UInt8]] = [[], []]
  private let wholes: [PairedDigest]
  private let indexes: [DigestStream]

  init(_ job: BoxHashing) throws {
    self.job = job
    wholes = [try PairedDigest(), try PairedDigest()]
    indexes = [try DigestStream(), try DigestStream()]
  }

  func run() async throws {
    repeat {
      for lane in 0..<2 { try await fill(lane) }
      digest()
      for lane in 0..<2 { finish(lane) }
    } while readings.contains { $0 != nil }
  }

  /// Reads the next piece of the lane's box, or of the first to come that can be read.
  private func fill(_ lane: Int) async throws {
    buffers[lane].removeAll(keepingCapacity: true)
    while true {
      try Task.checkCancellation()
      if readings[lane] == nil {
        guard let box = job.take() else { return }
        readings[lane] = await begin(box)
      }
      guard let reading = readings[lane] else { continue }
      if await read(reading, lane) { return }
      drop(lane)
    }
  }

  /// Nil where it isn't there as it should be, which is noted.
  private func begin(_ box: KnownBox) async -> Reading? {
    let name = Layout.box(box.box.hash)
    do throws(StorageError) {
      guard let there = try await job.store.size(name) else {
        job.noteDone(box, "the box is missing", .missing)
        return nil
      }
      guard there == box.box.size else {
        job.noteDone(box, "it has \(there) bytes instead of \(box.box.size)")
        return nil
      }
      let object = try await job.store.open(name)
      object.expectSequentialReads()
      return Reading(box: box, object: object)
    } catch {
      noteFailure(error, box)
      return nil
    }
  }

  /// False where nothing more can be had of it, which is noted.
  private func read(_ reading: Reading, _ lane: Int) async -> Bool {
    var buffer: [UInt8] = []
    swap(&buffer, &buffers[lane])
    defer { swap(&buffer, &buffers[lane]) }
    let count = Int(min(Self.piece, reading.box.box.size - reading.place))
    do throws(StorageError) {
      if try await reading.object.read(at: reading.place, count: count, into: &buffer) > 0 { return true }
      job.noteDone(reading.box, "it has \(reading.place) bytes instead of \(reading.box.box.size)")
    } catch {
      noteFailure(error, reading.box)
    }
    buffer.removeAll(keepingCapacity: true)
    return false
  }

  private func noteFailure(_ error: StorageError, _ box: KnownBox) {
    if error.code == .absent {
      job.noteDone(box, "the box is missing", .missing)
    } else {
      job.noteDone(box, "\(error)")
    }
  }

  /// Takes in what was read of both. Apart from what waits, since Swift 6.3.1 crashes where spans live in async
  /// functions.
  private func digest() {
    let (one, other) = (buffers[0], buffers[1])
    PairedDigest.update(wholes[0], one.span, wholes[1], other.span)
    for lane in 0..<2 {
      guard var reading = readings[lane] else { continue }
      let piece = buffers[lane]
      let count = piece.count
      let index = reading.box.box.offset
      if index < reading.place + UInt64(count) {
        let start = Int(max(index, reading.place) - reading.place)
        indexes[lane].update(piece.span.extracting(start..<count))
      }
      reading.place += UInt64(count)
      readings[lane] = reading
      job.noteDigested(count)
    }
  }

  /// Judges the lane's box, if it is read to its end.
  private func finish(_ lane: Int) {
    guard let reading = readings[lane], reading.place == reading.box.box.size else { return }
    let (whole, index) = drop(lane)
    if whole != reading.box.box.hash {
      job.noteDone(reading.box, "it is not what was sealed")
    } else if index != reading.box.box.index {
      job.noteDone(reading.box, "its index is not the one that the ledger names")
    } else {
      job.noteDone(reading.box, nil)
    }
  }

  /// Makes room for another box.
  @discardableResult
  private func drop(_ lane: Int) -> (whole: Digest, index: Digest) {
    readings[lane] = nil
    return (wholes[lane].finish(), indexes[lane].finish())
  }
}
