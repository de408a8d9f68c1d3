internal import Ledger
internal import Sealing

/// What an entry that counts changes.
extension State {
  mutating func enter(_ event: Event, _ entry: Entry, number: UInt64) {
    if needsRequest(event), let request = entry.request { requests[request]?.used = number }
    time.note(entry.time, by: entry.by, settles: event.settlesTime)
    func entered<Content>(_ content: Content) -> Entered<Content> {
      Entered(number: number, by: entry.by, time: entry.time, content: content)
    }
    switch event {
    case .founded, .clock:
      break
    case .granted(let grantee):
      identities[grantee.identity.id] = KnownIdentity(
        identity: grantee.identity, kind: grantee.kind, roles: grantee.roles, granted: number)
    case .revoked(let id):
      identities[id]?.revoked = number
    case .requested(let asked):
      requests[number] = KnownRequest(asked: entered(asked))
    case .policy(let policy):
      self.policy = policy
      policyEntry = number
    case .keyring(let change):
      enter(change, number: number, stated: entry.time)
    case .keys(let added):
      for page in added.pages {
        pendingPages.append(PendingPage(entry: number, generation: added.generation, page: page))
        pendingHashes.insert(page.hash)
      }
    case .sealed(let sealed):
      for box in sealed.boxes {
        ordinals.add(box.hash, boxes.count)
        boxes.append(KnownBox(ordinal: boxes.count, entry: number, generation: sealed.generation, box: box))
      }
    case .copying(let copying):
      places[copying.place, default: KnownPlace(copying.place)].copyings.append(entered(copying))
    case .snapshot(let snapshot):
      places[snapshot.place, default: KnownPlace(snapshot.place)].snapshots.append(entered(snapshot))
    case .verified(let verification):
      let known = verification.reaching(boxes.count)
      places[known.place, default: KnownPlace(known.place)].verifications.append(entered(known))
    case .drilled(let outcome):
      drills.append(entered(outcome))
    case .recovered(let recovery):
      recoveries.append(entered(recovery))
      home = recovery.home
      if places[home] == nil { places[home] = KnownPlace(home) }
    case .removed(let objects):
      for object in objects where removed[object] == nil {
        removed[object] = Removal(entry: number, since: time.newest)
      }
    }
  }

  private mutating func enter(_ change: KeyringChange, number: UInt64, stated: UInt64) {
    // Not the stated time: who holds a stolen key could state one so old that the hold-back is over at once.
    if !generations.isEmpty { generations[generations.count - 1].superseded = time.newest }
    generations.append(KnownGeneration(entry: number, time: stated, change: change))
    // Rule 2 saw to it that all of them stand before its `through`.
    pendingPages.removeAll()
    pendingHashes.removeAll()
  }
}

extension Verification {
  /// This, with its ranges cut to the boxes that there are: nobody has verified what isn't there yet.
  func reaching(_ count: Int) -> Verification {
    let end = UInt64(count)
    let known = boxes.prefix { $0.lowerBound < end }
      .map { $0.lowerBound...min($0.upperBound, end - 1) }
    return Verification(
      boxes: known, damaged: damaged, generations: generations, level: level, missing: missing, place: place,
      size: size, strays: strays)
  }
}
