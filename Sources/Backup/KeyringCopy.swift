internal import Rules
internal import Keyring
internal import Sealing
internal import Storage
internal import Vault

/// Copies files of the keyring, page by page and the generation last, and reads both copies back.
struct KeyringCopy {
  /// Where they are had from; it keeps them twice.
  let source: any ObjectStore
  let target: Target
  /// Files that could not be had.
  private(set) var findings: [Finding] = []
  /// Files that were dealt with, had or not.
  private(set) var seen: Set<Digest> = []
  private var failed: Set<Digest> = []
  /// Bytes of files that were not there before.
  private(set) var copiedBytes: UInt64 = 0

  private let started: UInt64
  /// What lay at the target, behind a network.
  private var listed: [ObjectName: UInt64]?

  /// - Parameter started: when the copy was begun, in seconds since 1970.
  init(from source: any ObjectStore, to target: Target, started: UInt64) {
    self.started = started
    self.source = source
    self.target = target
  }

  /// Copies the pages of a generation, those that were added since, and then the generation. Of another one that was copied
  /// before what isn't needed any more is nobody's loss, and what was had is there.
  mutating func copy(_ generation: Generation, pending: [PendingPage]) async throws {
    seen.subtract(failed)
    (failed, findings) = ([], [])
    for page in generation.pages { try await copyPage(page.digest, size: UInt64(page.size)) }
    for page in pending { try await copyPage(page.page.hash, size: page.page.size) }
    seen.insert(generation.digest)
    try await put(generation.bytes, as: generation.digest)
  }

  /// Copies a page. One that can't be had is named and doesn't stop the copy: an archivist could have named a page
  /// that never was, and the rest of the keyring is worth having.
  mutating func copyPage(_ digest: Digest, size: UInt64) async throws {
    guard seen.insert(digest).inserted else { return }
    let name = Layout.keyringFile(digest)
    if !isInTurn(digest), try await isTakenForWhole(name, size: size) { return }
    if try await isWhole(name, digest) { return }
    guard let bytes = try await source.get(name, limit: KeyringFiles.pageLimit) else {
      return lost(digest, .missing, .bothMissing(.page))
    }
    guard Digest.sha256(of: bytes) == digest else {
      return lost(digest, .damaged, .bothDamaged(.page))
    }
    try await put(bytes, as: digest)
  }

  private mutating func lost(_ page: Digest, _ kind: Finding.Kind, _ reason: Reason) {
    failed.insert(page)
    findings.append(Finding(kind, Layout.keyringFile(page).text, reason))
  }

  /// Each day another sixteenth is read where the rest is taken for whole.
  private static let turns: UInt64 = 16

  private func isInTurn(_ digest: Digest) -> Bool {
    let number = UInt64(digest.bytes.first ?? 0) &+ started / 86_400
    return number % Self.turns == 0
  }

  /// Behind a network what lies there in both copies with its size is taken for whole, unless it is its turn to be read.
  private mutating func isTakenForWhole(_ name: ObjectName, size: UInt64) async throws -> Bool {
    guard target.raw.isRemote, let second = MirroredStore.second(of: name) else { return false }
    if listed == nil {
      let rows =
        try await target.raw.list(Layout.keyring) + target.raw.list("second/" + Layout.keyring)
      listed = Dictionary(rows.map { ($0.name, $0.size) }, uniquingKeysWith: { first, _ in first })
    }
    return listed?[name] == size && listed?[second] == size
  }

  private mutating func put(_ bytes: [UInt8], as digest: Digest) async throws {
    let name = Layout.keyringFile(digest)
    if try await isWhole(name, digest) { return }
    if let twice = target.store as? MirroredStore, let second = MirroredStore.second(of: name),
      try await twice.size(name) != nil
    {
      // What isn't what its name says opens nothing.
      for copy in [name, second] { _ = try await twice.rewrite(copy, with: bytes) }
    } else {
      _ = try await target.store.put(bytes, at: name)
    }
    guard try await isWhole(name, digest) else {
      throw VaultError(
        .storage, "\(name) does not read back from \(target.location) as it was written",
        safe: "nothing was entered", hint: "the disk may be failing")
    }
    copiedBytes += UInt64(bytes.count)
  }

  /// Whether both copies are there and what their name says.
  private func isWhole(_ name: ObjectName, _ digest: Digest) async throws -> Bool {
    guard let second = MirroredStore.second(of: name) else { return false }
    for copy in [name, second] {
      guard let bytes = try await target.raw.get(copy, limit: MirroredStore.limit),
        Digest.sha256(of: bytes) == digest
      else { return false }
    }
    return true
  }
}
