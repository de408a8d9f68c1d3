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
    try await forEach(place.ledger.numbers.map { Layout.commit($0) }, limit: LedgerFiles.limit) { pair in
      let good = fold(pair.one.bytes, pair.other.bytes, into: &state)
      guard let good else {
        // Opening the place folded it, so it was damaged since.
        findings.append(Finding(.damaged, pair.name.text, .neitherSigned))
        return false
      }
      for (copy, look) in pair.copies where inventory.sizes[copy] != nil && look.bytes != good {
        findings.append(look.finding(of: copy) ?? Finding(.damaged, copy.text, .otherThanSigned))
      }
      return true
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
    let names = inventory.keyring.sorted().map { Layout.keyringFile($0) }
    try await forEach(names, limit: MirroredStore.limit) { pair in
      guard let digest = Layout.digest(of: pair.name) else { return true }
      var sound = 0
      var unread = 0
      for (copy, look) in pair.copies where inventory.sizes[copy] != nil {
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
      return true
    }
    return (findings, damaged)
  }

  /// Whether a file that nothing needs went while the place was looked at.
  private func wasRemoved(_ copy: ObjectName, _ digest: Digest) async throws -> Bool {
    guard !inventory.needed.contains(digest) else { return false }
    return try await raw.size(copy) == nil
  }

  /// What is kept twice, as it was read.
  private struct Pair: Sendable {
    let name: ObjectName
    let second: ObjectName
    let one: Look
    let other: Look

    var copies: [(ObjectName, Look)] { [(name, one), (second, other)] }
  }

  /// So many pairs are read side by side behind a network, as long as they are small.
  private static let pairsAtOnce = 16
  private static let bytesAtOnce: UInt64 = 8 << 20

  /// Reads both copies of objects, and hands them on in order, until `body` says that it is enough.
  private func forEach(
    _ names: [ObjectName], limit: Int, _ body: (Pair) async throws -> Bool
  ) async throws {
    var rest = names[...]
    while !rest.isEmpty {
      try Task.checkCancellation()
      var bytes: UInt64 = 0
      let batch = rest.prefix(raw.isRemote ? Self.pairsAtOnce : 1).prefix { name in
        let size = inventory.sizes[name] ?? 0
        defer { bytes = bytes.adding(size).adding(size) }
        return bytes < Self.bytesAtOnce
      }
      rest.removeFirst(batch.count)
      for pair in await Self.pairs(batch, in: raw, limit: limit) where try await !body(pair) { return }
    }
  }

  private static func pair(_ name: ObjectName, in store: any ObjectStore, limit: Int) async -> Pair? {
    guard let second = MirroredStore.second(of: name) else { return nil }
    return Pair(
      name: name, second: second, one: await look(name, in: store, limit: limit),
      other: await look(second, in: store, limit: limit))
  }

  private static func pairs(
    _ names: ArraySlice<ObjectName>, in store: any ObjectStore, limit: Int
  ) async -> [Pair] {
    if names.count == 1, let name = names.first {
      return [await pair(name, in: store, limit: limit)].compactMap(\.self)
    }
    return await withTaskGroup(of: Pair?.self) { group in
      for name in names { group.addTask { await pair(name, in: store, limit: limit) } }
      let found = await group.reduce(into: [:]) { (pairs: inout [ObjectName: Pair], pair: Pair?) in
        if let pair { pairs[pair.name] = pair }
      }
      return names.compactMap { found[$0] }
    }
  }

  /// What a copy holds, or why nobody knows.
  private struct Look: Sendable {
    /// Nil where it is missing, too large or can't be read.
    let bytes: [UInt8]?
    let error: StorageError?

    /// What is to be said where we may not look at it.
    func finding(of copy: ObjectName) -> Finding? {
      guard let error, Finding.Kind(error) == .unread else { return nil }
      return Finding(.unread, copy.text, .storage(error))
    }
  }

  private static func look(_ name: ObjectName, in store: any ObjectStore, limit: Int) async -> Look {
    do { return Look(bytes: try await store.get(name, limit: limit), error: nil) } catch {
      return Look(bytes: nil, error: error)
    }
  }
}
