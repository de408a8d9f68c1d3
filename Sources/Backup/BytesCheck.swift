internal import Rules
internal import Sealing
internal import Storage
internal import Synchronization
internal import Vault

/// Reads the bytes of a place but for its boxes: both copies of ledger and keyring one by one.
struct BytesCheck {
  private let place: OpenPlace
  private let inventory: Inventory
  private let raw: any ObjectStore

  init(of place: OpenPlace, _ inventory: Inventory) {
    self.place = place
    self.inventory = inventory
    raw = place.place.raw
  }

  func run(
    report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> (findings: [Finding], damaged: Set<Digest>) {
    report(CopyProgress(stage: "checking ledger and keyring", bytes: 0, total: 0, items: 0))
    var findings = try await ledger()
    let (keyring, damaged) = try await keyring()
    findings += keyring
    return (findings, damaged)
  }

  /// Folds the ledger once more, from each copy by itself: only folding tells whether a copy is what was signed.
  private func ledger() async throws -> [Finding] {
    var findings: [Finding] = []
    var state: LedgerState?
    for number in place.ledger.numbers {
      try Task.checkCancellation()
      let name = Layout.commit(number)
      guard let second = MirroredStore.second(of: name) else { continue }
      let one = await look(name, limit: LedgerFiles.limit)
      let other = await look(second, limit: LedgerFiles.limit)
      let good = fold(one.bytes, other.bytes, into: &state)
      guard let good else {
        // Opening the place folded it, so it was damaged since.
        findings.append(Finding(.damaged, name.text, .neitherSigned))
        break
      }
      for (copy, look) in [(name, one), (second, other)]
      where inventory.sizes[copy] != nil && look.bytes != good {
        findings.append(look.finding(of: copy) ?? Finding(.damaged, copy.text, .otherThanSigned))
      }
    }
    return findings
  }

  /// Folds the copy that is a commit of the place's ledger. Where both are signed and differ, the one that leads to it.
  private func fold(_ one: [UInt8]?, _ other: [UInt8]?, into state: inout LedgerState?) -> [UInt8]? {
    guard let one, let other, one != other else {
      return (one ?? other).flatMap { state.fold($0) ? $0 : nil }
    }
    for bytes in [one, other] {
      var next = state
      guard next.fold(bytes), let next, place.ledger.root(at: next.size) == next.root else { continue }
      state = next
      return bytes
    }
    return nil
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
      var unread = 0
      for copy in [name, second] where inventory.sizes[copy] != nil {
        let look = await look(copy, limit: MirroredStore.limit)
        if look.bytes.map(Digest.sha256(of:)) == digest {
          sound += 1
        } else if try await wasRemoved(copy, digest) {
          sound += 1
        } else {
          if let finding = look.finding(of: copy) {
            findings.append(finding)
            unread += 1
          } else {
            findings.append(Finding(.damaged, copy.text, .otherThanName))
          }
        }
      }
      if sound + unread == 0 { damaged.insert(digest) }
    }
    return (findings, damaged)
  }

  /// Whether a file that nothing needs went while the place was looked at.
  private func wasRemoved(_ copy: ObjectName, _ digest: Digest) async throws -> Bool {
    guard !inventory.needed.contains(digest) else { return false }
    return try await raw.size(copy) == nil
  }

  /// What a copy holds, or why nobody knows.
  private struct Look {
    /// Nil where it is missing, too large or can't be read.
    let bytes: [UInt8]?
    let error: StorageError?

    /// What is to be said where we may not look at it.
    func finding(of copy: ObjectName) -> Finding? {
      guard let error, Finding.Kind(error) == .unread else { return nil }
      return Finding(.unread, copy.text, .storage(error))
    }
  }

  private func look(_ name: ObjectName, limit: Int) async -> Look {
    do { return Look(bytes: try await raw.get(name, limit: limit), error: nil) } catch {
      return Look(bytes: nil, error: error)
    }
  }
}
