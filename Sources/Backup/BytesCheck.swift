internal import Sealing
internal import Storage
internal import Synchronization
internal import Vault

/// Reads every byte of a place: both copies of ledger and keyring one by one, and every box.
struct BytesCheck {
  private let place: OpenVault
  private let inventory: Inventory
  private let raw: any ObjectStore

  init(of place: OpenVault, _ inventory: Inventory) {
    self.place = place
    self.inventory = inventory
    raw = place.place.raw
  }

  func run(report: @escaping @Sendable (CopyReport) -> Void) async throws -> (
    findings: [Finding], damaged: Set<Digest>
  ) {
    report(CopyReport(stage: "checking ledger and keyring", bytes: 0, total: 0, items: 0))
    var findings = try await ledger()
    let (keyring, damaged) = try await keyring()
    findings += keyring
    let boxes = try await BoxHashing(inventory.boxes, in: raw, report: report).run()
    return (findings + boxes.map(\.finding), damaged.union(boxes.map(\.hash)))
  }

  /// Folds the ledger once more, from each copy by itself: only folding tells whether a copy is what was signed.
  private func ledger() async throws -> [Finding] {
    var findings: [Finding] = []
    var state: State?
    for number in place.chain.numbers {
      try Task.checkCancellation()
      let name = Layout.commit(number)
      guard let second = TwiceKept.second(of: name) else { continue }
      let one = await bytes(name, limit: Log.limit)
      let other = await bytes(second, limit: Log.limit)
      let good = [one, other].compactMap(\.self).first { Self.fold($0, into: &state) }
      guard let good else {
        // Opening the place folded it, so it was damaged since.
        findings.append(Finding(.damaged, name.text, "neither copy is the commit that was signed"))
        break
      }
      for (copy, bytes) in [(name, one), (second, other)] where inventory.sizes[copy] != nil && bytes != good
      {
        findings.append(
          Finding(.damaged, copy.text, "this copy is not the commit that was signed; the other one is"))
      }
    }
    return findings
  }

  private static func fold(_ bytes: [UInt8], into state: inout State?) -> Bool {
    do throws(StateError) {
      if state == nil { state = try State(founding: bytes) } else { try state?.apply(bytes) }
      return true
    } catch {
      return false
    }
  }

  /// Every file under `keyring/` is what its name says, superseded ones too.
  private func keyring() async throws -> ([Finding], Set<Digest>) {
    var findings: [Finding] = []
    var damaged: Set<Digest> = []
    for digest in inventory.keyring.sorted() {
      try Task.checkCancellation()
      let name = Layout.keyringFile(digest)
      guard let second = TwiceKept.second(of: name) else { continue }
      var sound = 0
      for copy in [name, second] where inventory.sizes[copy] != nil {
        if await bytes(copy, limit: TwiceKept.limit).map(Digest.sha256(of:)) == digest {
          sound += 1
        } else {
          findings.append(Finding(.damaged, copy.text, "this copy is not what its name says"))
        }
      }
      if sound == 0 { damaged.insert(digest) }
    }
    return (findings, damaged)
  }

  /// Nil where it is missing, too large or can't be read: not what was written, in any case.
  private func bytes(_ name: ObjectName, limit: Int) async -> [UInt8]? {
    try? await raw.get(name, limit: limit)
  }
}

/// Compares boxes with their names and with what the ledger says of their indexes, some side by side.
final class BoxHashing: Sendable {
  /// A box that isn't what was sealed.
  struct Unsound: Sendable {
    let hash: Digest
    let finding: Finding
  }

  private let boxes: [KnownBox]
  private let store: any ObjectStore
  private let total: UInt64
  private let report: @Sendable (CopyReport) -> Void
  private let progress = Mutex((next: 0, bytes: UInt64(0), unsound: [Unsound]()))

  init(_ boxes: [KnownBox], in store: any ObjectStore, report: @escaping @Sendable (CopyReport) -> Void) {
    self.boxes = boxes
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
      for _ in 0..<workers {
        group.addTask {
          let bytes = try ObjectBytes()
          while let (box, number) = job.take() { try await job.check(box, number, bytes) }
        }
      }
      try await group.waitForAll()
    }
  }

  private func take() -> (KnownBox, Int)? {
    progress.withLock { progress in
      guard progress.next < boxes.count else { return nil }
      defer { progress.next += 1 }
      return (boxes[progress.next], progress.next)
    }
  }

  private func check(_ box: KnownBox, _ number: Int, _ bytes: ObjectBytes) async throws {
    let name = Layout.box(box.box.hash)
    let outcome = try await bytes.read(name, of: store, size: box.box.size, endFrom: box.box.offset) {
      piece in
      let done = progress.withLock { progress in
        progress.bytes += UInt64(piece.count)
        return progress.bytes
      }
      report(CopyReport(stage: "reading boxes", bytes: done, total: total, items: UInt64(number)))
    }
    let finding: Finding? =
      switch outcome {
      case .read(let whole, _) where whole != box.box.hash:
        Finding(.damaged, name.text, "it is not what was sealed")
      case .read(_, let index) where index != box.box.index:
        Finding(.damaged, name.text, "its index is not the one that the ledger names")
      case .read: nil
      case .absent: Finding(.missing, name.text, "the box is missing")
      case .otherSize(let size):
        Finding(.damaged, name.text, "it has \(size) bytes instead of \(box.box.size)")
      case .unreadable(let error): Finding(.damaged, name.text, "\(error)")
      }
    if let finding { progress.withLock { $0.unsound.append(Unsound(hash: box.box.hash, finding: finding)) } }
  }
}
