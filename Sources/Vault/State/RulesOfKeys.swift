internal import Keyring
internal import Sealing

/// The rules about generations, pages and boxes: 2 generation, 3 box, 4 counts, 9 removed.
extension State {
  /// Rule 2: what depends on the keys names the present generation, and none is lost in a race.
  func brokenGeneration(_ event: Event, number: UInt64) -> String? {
    let named: UInt64
    switch event {
    case .keys(let added): named = added.generation
    case .sealed(let sealed): named = sealed.generation
    case .snapshot(let snapshot): named = snapshot.generation
    case .copying(let copying): named = copying.generation
    case .keyring(let change): return brokenSuccession(change, number: number)
    default: return nil
    }
    guard let present = generation else { return "there is no generation of the keyring yet" }
    return named == present.number
      ? nil : "it names generation \(named), but the present one is \(present.number)"
  }

  private func brokenSuccession(_ change: KeyringChange, number: UInt64) -> String? {
    let next = (generation?.number ?? 0) + 1
    guard change.generation == next else {
      return "it names generation \(change.generation), but next is \(next)"
    }
    guard change.previous == generation?.file else {
      return "it doesn't name the present generation as previous"
    }
    guard change.through <= number else { return "its `through` \(change.through) is above its own number" }
    guard change.through >= generation?.change.through ?? 0 else {
      return "its `through` \(change.through) is below the previous generation's"
    }
    if let late = pendingPages.last, late.entry >= change.through {
      return "it takes over additions through \(change.through), but entry \(late.entry) added keys"
    }
    return nil
  }

  /// Rule 3: a box is added once; nothing that was removed comes back.
  func brokenBox(_ event: Event) -> String? {
    switch event {
    case .sealed(let sealed):
      var seen: Set<Digest> = []
      for box in sealed.boxes {
        if !seen.insert(box.hash).inserted { return "it names box \(box.hash) twice" }
        if self.box(box.hash) != nil { return "box \(box.hash) was added before" }
        if wasRemoved(box.hash, .box) { return "box \(box.hash) was removed" }
      }
      return nil
    case .keys(let added):
      let page = added.pages.first { wasRemoved($0.hash, .keyring) }
      return page.map { "page \($0.hash) was removed" }
    case .keyring(let change):
      return wasRemoved(change.file, .keyring) ? "its file was removed" : nil
    default:
      return nil
    }
  }

  /// Rule 4: every row is accounted for.
  func brokenCounts(_ event: Event) -> String? {
    switch event {
    case .keyring(let change): brokenAccount(change)
    case .keys(let added): brokenPages(added)
    default: nil
    }
  }

  /// A page is named once among those not yet taken over, so that *refused* is never ambiguous.
  private func brokenPages(_ added: AddedPages) -> String? {
    var seen: Set<Digest> = []
    for page in added.pages {
      if !seen.insert(page.hash).inserted { return "it names page \(page.hash) twice" }
      if pendingHashes.contains(page.hash) { return "page \(page.hash) was added and isn't taken over yet" }
    }
    return nil
  }

  private func brokenAccount(_ change: KeyringChange) -> String? {
    let rows = change.rows
    let before = generation?.change.rows.after ?? 0
    guard rows.before == before else {
      return "it states \(rows.before) rows before, but there were \(before)"
    }
    var counts: [Digest: UInt64] = [:]
    for pending in pendingPages { counts[pending.page.hash] = pending.page.count }
    for refused in change.refused {
      guard let count = counts.removeValue(forKey: refused.page) else {
        return "it refuses page \(refused.page), which isn't one to take over, or twice"
      }
      guard count == refused.count else {
        return "it refuses page \(refused.page) with \(refused.count) rows instead of \(count)"
      }
    }
    let added = counts.values.reduce(0, +)
    guard rows.added == added else { return "it states \(rows.added) rows added, but \(added) were" }
    guard rows.addUp else { return "its rows don't add up" }
    guard rows.merged == 0 || change.reason == .merged else { return "only reason `merged` may merge rows" }
    guard rows.dropped == 0 || change.reason == .dropped else { return "only reason `dropped` may drop rows" }
    return nil
  }

  /// Rule 9: what is removed is needed by nothing that the ledger knows of.
  func brokenRemoved(_ event: Event) -> String? {
    guard case .removed(let objects) = event else { return nil }
    for object in objects {
      switch object.kind {
      case .box:
        if box(object.hash) != nil { return "box \(object.hash) is live" }
      case .keyring:
        if object.hash == generation?.file { return "\(object.hash) is the present generation" }
        if pendingHashes.contains(object.hash) { return "page \(object.hash) isn't taken over yet" }
      }
    }
    return nil
  }

  private func wasRemoved(_ hash: Digest, _ kind: RemovedObject.Kind) -> Bool {
    removed[RemovedObject(hash: hash, kind: kind)] != nil
  }
}
