internal import Keyring
internal import Rules
internal import Sealing
internal import Storage
internal import Vault

/// Writes copies of files of the keyring anew, each by itself: one that can't be keeps no other from being mended.
///
/// What was erased meanwhile must not come back, since it may hold a customer's key. So the ledger is read again before and
/// after; what nothing needs is written only where a copy of it still lies.
struct KeyringRepairer {
  private let place: OpenPlace
  private let raw: any ObjectStore
  /// It serves what lies there and mends nothing by itself, so that all that is written is counted.
  private let store: MirroredStore
  private let sources: [ObjectSource]
  private var needed: Set<Digest> = []
  private var touched: [Digest] = []
  /// Copies that were written anew.
  private(set) var written: UInt64 = 0
  /// What could not be.
  private(set) var findings: [Finding] = []

  init(of place: OpenPlace, in raw: any ObjectStore, _ store: MirroredStore, from sources: [ObjectSource]) {
    self.place = place
    self.raw = raw
    self.store = store
    self.sources = sources
  }

  /// Mends what a verification found damaged or missing.
  mutating func run(_ found: [Digest]) async throws {
    guard !found.isEmpty else { return }
    try await place.ledger.catchUp()
    needed = Set(place.state.pendingPages.map(\.page.hash))
    var rest = found
    if let present = place.state.generation {
      needed.insert(present.file)
      if found.contains(present.file) { try await mend(present.file) }
      let pages = await pages(of: present)
      needed.formUnion(pages)
      // Which pages lack nobody could tell without it.
      if found.contains(present.file) { rest += pages }
    }
    var seen: Set<Digest> = Set(touched)
    for digest in rest where seen.insert(digest).inserted { try await mend(digest) }
    try await place.ledger.catchUp()
    for digest in touched where place.wasErased(Layout.keyringFile(digest)) { try await erase(digest) }
  }

  private func pages(of present: KnownGeneration) async -> [Digest] {
    let generation = try? await KeyringFiles(store).generation(present, vault: place.state.vault)
    return generation?.pages.map(\.digest) ?? []
  }

  private mutating func mend(_ digest: Digest) async throws {
    let name = Layout.keyringFile(digest)
    guard !place.wasErased(name), let second = MirroredStore.second(of: name) else { return }
    touched.append(digest)
    guard let good = await bytes(digest, name) else { return }
    for copy in [name, second] { try await mend(copy, digest, good) }
    guard !needed.contains(digest) else { return }
    // Whoever erases begins with one copy.
    for copy in [name, second] where try await isGone(copy) { return try await erase(digest) }
  }

  private mutating func mend(_ copy: ObjectName, _ digest: Digest, _ good: [UInt8]) async throws {
    do {
      if !needed.contains(digest), try await raw.size(copy) == nil { return }
      if try await store.rewrite(copy, with: good) { written += 1 }
    } catch {
      guard error.isOfOneObject else { throw error }
      let reason = Reason.notReplaced(error, wasThere: true)
      findings.append(Finding(Finding.Kind(error) == .unread ? .unread : .damaged, copy.text, reason))
    }
  }

  private func isGone(_ copy: ObjectName) async throws -> Bool {
    do { return try await raw.size(copy) == nil } catch {
      guard error.isOfOneObject else { throw error }
      return false
    }
  }

  private func erase(_ digest: Digest) async throws { _ = try await store.erase(Layout.keyringFile(digest)) }

  /// The right bytes, from this place or another one: what one can't give another one may.
  private func bytes(_ digest: Digest, _ name: ObjectName) async -> [UInt8]? {
    for store in [store as any ObjectStore] + sources.map(\.store) {
      let found = (try? await store.get(name, limit: MirroredStore.limit)).flatMap(\.self)
      if let found, Digest.sha256(of: found) == digest { return found }
    }
    return nil
  }
}
