internal import Rules
internal import Sealing
internal import Storage
internal import Synchronization
internal import Vault

/// Reads the bytes of a place: both copies of ledger and keyring one by one, and every box.
struct BytesCheck {
  private let place: OpenPlace
  private let inventory: Inventory
  private let raw: any ObjectStore

  init(of place: OpenPlace, _ inventory: Inventory) {
    self.place = place
    self.inventory = inventory
    raw = place.place.raw
  }

  /// - Parameter boxes: whether boxes are read too.
  func run(boxes: Bool, report: @escaping @Sendable (CopyProgress) -> Void) async throws -> (
    findings: [Finding], damaged: Set<Digest>
  ) {
    report(CopyProgress(stage: "checking ledger and keyring", bytes: 0, total: 0, items: 0))
    var findings = try await ledger()
    let (keyring, damaged) = try await keyring()
    findings += keyring
    guard boxes else { return (findings, damaged) }
    let unsound = try await BoxHasher(inventory.boxes, in: raw, report: report).run(
      workers: place.machine.workers)
    return (findings + unsound.map(\.finding), damaged.union(unsound.map(\.hash)))
  }

  /// Folds the ledger once more, from each copy by itself: only folding tells whether a copy is what was signed.
  private func ledger() async throws -> [Finding] {
    var findings: [Finding] = []
    var state: LedgerState?
    for number in place.ledger.numbers {
      try Task.checkCancellation()
      let name = Layout.commit(number)
      guard let second = MirroredStore.second(of: name) else { continue }
      let one = await bytes(name, limit: LedgerFiles.limit)
      let other = await bytes(second, limit: LedgerFiles.limit)
      let good = [one, other].compactMap(\.self).first { state.fold($0) }
      guard let good else {
        // Opening the place folded it, so it was damaged since.
        findings.append(Finding(.damaged, name.text, .neitherSigned))
        break
      }
      for (copy, bytes) in [(name, one), (second, other)] where inventory.sizes[copy] != nil && bytes != good
      {
        findings.append(
          Finding(.damaged, copy.text, .otherThanSigned))
      }
    }
    return findings
  }

  /// Every file under `keyring/` is what its name says, superseded ones too.
  private func keyring() async throws -> ([Finding], Set<Digest>) {
    var findings: [Finding] = []
    var damaged: Set<Digest> = []
    for digest in inventory.keyring.sorted() {
      try Task.checkCancellation()
      let name = Layout.keyringFile(digest)
      guard let second = MirroredStore.second(of: name) else { continue }
      var sound = 0
      for copy in [name, second] where inventory.sizes[copy] != nil {
        if await bytes(copy, limit: MirroredStore.limit).map(Digest.sha256(of:)) == digest {
          sound += 1
        } else if try await wasRemoved(copy, digest) {
          sound += 1
        } else {
          findings.append(Finding(.damaged, copy.text, .otherThanName))
        }
      }
      if sound == 0 { damaged.insert(digest) }
    }
    return (findings, damaged)
  }

  /// Whether a file that nothing needs went while the place was looked at.
  private func wasRemoved(_ copy: ObjectName, _ digest: Digest) async throws -> Bool {
    guard !inventory.needed.contains(digest) else { return false }
    return try await raw.size(copy) == nil
  }

  /// Nil where it is missing, too large or can't be read: not what was written, in any case.
  private func bytes(_ name: ObjectName, limit: Int) async -> [UInt8]? {
    try? await raw.get(name, limit: limit)
  }
}
