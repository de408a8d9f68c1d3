internal import Rules
internal import Keyring
internal import Sealing
internal import Storage
internal import Vault

/// What lies in a place, compared by names and sizes with what must lie there (Format, 5).
struct Inventory {
  /// Every object, by name; both copies of what is kept twice.
  let sizes: [ObjectName: UInt64]
  private(set) var findings: [Finding] = []
  /// Objects that nothing names.
  private(set) var strays: [ObjectName] = []
  /// The boxes that must be there, and are, with their sizes.
  private(set) var boxes: [KnownBox] = []
  /// What must be there and isn't.
  private(set) var missing: Set<Digest> = []
  /// What is there with another size, or can't be read.
  private(set) var damaged: Set<Digest> = []
  /// Numbers of the generations whose files are there.
  private(set) var generations: [UInt64] = []
  /// Digests of all files under `keyring/`.
  private(set) var keyring: Set<Digest> = []
  /// The files of the keyring that must be there.
  private(set) var needed: Set<Digest> = []

  private let place: OpenPlace
  private var named: Set<ObjectName> = [Layout.marker]

  /// Looks at an open place.
  static func take(of place: OpenPlace) async throws -> Inventory {
    let rows = try await place.place.raw.list("")
    var inventory = Inventory(
      place: place,
      sizes: Dictionary(rows.map { ($0.name, $0.size) }, uniquingKeysWith: { first, _ in first }))
    try await inventory.lookAtLedger()
    try await inventory.lookAtKeyring()
    inventory.lookAtBoxes()
    inventory.strays = rows.map(\.name).filter { !inventory.named.contains($0) }
    return inventory
  }

  private init(place: OpenPlace, sizes: [ObjectName: UInt64]) {
    self.place = place
    self.sizes = sizes
    for name in sizes.keys {
      if let digest = Layout.digest(of: name.within("second") ?? name), name.text.contains("keyring/") {
        keyring.insert(digest)
      }
    }
  }

  private mutating func lookAtLedger() async throws {
    let size = place.state.size
    for number in place.ledger.numbers {
      let name = Layout.commit(number)
      try await twice(name, size: nil, .commit)
    }
    var later: Set<UInt64> = []
    for name in sizes.keys {
      guard let number = Layout.commitNumber(of: name.within("second") ?? name), number >= size else {
        continue
      }
      later.insert(number)
      named.insert(name)
    }
    guard let first = later.min(), let last = later.max() else { return }
    let whole = place.ledger.whole.size
    if let error = place.ledger.unusedTail {
      findings.append(Finding(.unfinished, Layout.commit(whole).text, .unusedTail(error)))
    }
    // A listing may miss what another writer was just adding.
    if last >= whole, !later.contains(whole), try await place.ledger.files.commit(at: whole) == nil {
      findings.append(
        Finding(
          .missing, Layout.commit(whole).text,
          .gap(before: nil)))
    }
    if whole > size {
      findings.append(
        Finding(
          .unfinished, Layout.commit(first).text,
          .brokenOff(commits: later.count, behind: size - 1))
      )
    }
  }

  private mutating func lookAtKeyring() async throws {
    let state = place.state
    let files = KeyringFiles(place.place.store)
    if let present = state.generation {
      try await need(present.file, size: present.change.size, .generation(present.number))
      do {
        let generation = try await files.generation(present, vault: state.vault)
        findings += state.strangers(in: generation, enteredAs: present.entry).map {
          Finding(
            .exposed, Layout.keyringFile(present.file).text, .grantsStranger($0),
            hint: "find out who made this keyring")
        }
        for page in generation.pages { try await need(page.digest, size: UInt64(page.size), .page) }
      } catch let error as VaultError where error.code == .damaged || error.code == .missing {
        // That it is missing was said above.
        if error.code == .damaged {
          damaged.insert(present.file)
          findings.append(Finding(.damaged, Layout.keyringFile(present.file).text, .generation(error)))
        }
      }
    }
    for pending in state.pendingPages {
      try await need(pending.page.hash, size: pending.page.size, .page)
    }
    for known in state.generations where keyring.contains(known.file) {
      generations.append(known.number)
      // One that was erased here and is here again is as good as a stray, and goes with the next gc.
      guard known.superseded != nil, !place.wasErased(Layout.keyringFile(known.file)) else { continue }
      name(known.file)
      // One that is damaged is found when its bytes are looked at.
      guard let older = try? await files.generation(known, vault: state.vault) else { continue }
      for page in older.pages { name(page.digest) }
    }
  }

  private mutating func lookAtBoxes() {
    for name in sizes.keys {
      if let digest = Layout.digest(of: name), place.state.box(digest) != nil { named.insert(name) }
    }
    for box in place.boxesHere {
      let name = Layout.box(box.box.hash)
      guard let size = sizes[name] else {
        missing.insert(box.box.hash)
        findings.append(.missing(box: name))
        continue
      }
      guard size == box.box.size else {
        damaged.insert(box.box.hash)
        findings.append(Finding(.damaged, name.text, .size(size, expected: box.box.size)))
        continue
      }
      boxes.append(box)
    }
  }

  private mutating func need(_ digest: Digest, size: UInt64, _ thing: Reason.Thing) async throws {
    guard needed.insert(digest).inserted else { return }
    let name = Layout.keyringFile(digest)
    guard keyring.contains(digest) else {
      missing.insert(digest)
      findings.append(Finding(.missing, name.text, .bothMissing(thing)))
      return
    }
    try await twice(name, size: size, thing)
  }

  private mutating func twice(_ name: ObjectName, size: UInt64?, _ thing: Reason.Thing) async throws {
    guard let second = MirroredStore.second(of: name) else { return }
    named.formUnion([name, second])
    for copy in [name, second] {
      guard let there = sizes[copy] else {
        if let finding = try await absence(of: copy, thing) { findings.append(finding) }
        continue
      }
      if let size, there != size {
        findings.append(
          Finding(.damaged, copy.text, .copySize(there, expected: size, of: thing)))
      }
    }
    if size == nil, let one = sizes[name], let other = sizes[second], one != other {
      findings.append(
        Finding(.damaged, second.text, .copySizes(one, other, of: thing)))
    }
  }

  /// What is to be said of a copy that wasn't listed.
  private func absence(of copy: ObjectName, _ thing: Reason.Thing) async throws -> Finding? {
    do {
      // Whoever was just writing it may have got to its second copy since it was listed, or is about to.
      for _ in 0..<(isNewestCommit(copy) ? Self.looksForTheNewest : 1) {
        if try await place.place.raw.size(copy) != nil { return nil }
        if isNewestCommit(copy) { try? await Task.sleep(for: .milliseconds(50)) }
      }
      return Finding(.missing, copy.text, .copyMissing(thing))
    } catch {
      // A folder, a pipe or a link stands in its place.
      guard error.isOfWhatLiesThere else { throw error }
      return Finding(.damaged, copy.text, .storage(error))
    }
  }

  /// Two seconds, for one commit.
  private static let looksForTheNewest = 40

  private func isNewestCommit(_ copy: ObjectName) -> Bool {
    place.ledger.numbers.last.map { Layout.commit($0) } == copy.within("second") ?? copy
  }

  private mutating func name(_ digest: Digest) {
    let name = Layout.keyringFile(digest)
    named.insert(name)
    if let second = MirroredStore.second(of: name) { named.insert(second) }
  }
}

extension LedgerState {
  /// Identities to which a generation opens and that weren't active when it was entered.
  fileprivate func strangers(in generation: Generation, enteredAs entry: UInt64) -> [Identifier] {
    generation.grants.map(\.identity).filter { identities[$0]?.wasActive(at: entry) != true }
  }
}
