internal import Rules
internal import Keyring
internal import Sealing
internal import Storage

/// Removes from the vault what nothing needs any more: enters it as `removed`, then erases it (design, "gc").
///
/// From the entry on none of it can ever count again: whoever was about to name a stray finds it removed, and writes it
/// anew under another name. So erasing needs no lock, and after a crash at any point the next run goes on.
public final class Remover {
  /// What came of it.
  public struct Outcome: Sendable {
    /// Objects that nothing needs.
    public internal(set) var falling: UInt64 = 0
    /// Their bytes.
    public internal(set) var fallingBytes: UInt64 = 0
    /// Objects that this run entered as removed.
    public internal(set) var entered: UInt64 = 0
    /// Objects that are gone now.
    public internal(set) var erased: UInt64 = 0
    /// Their bytes.
    public internal(set) var erasedBytes: UInt64 = 0
    /// Objects of superseded generations that may not fall yet.
    public internal(set) var held: UInt64 = 0
    /// Generations that hold others back until another custodian compares them with the ones before.
    public internal(set) var uncompared: [UInt64] = []
    /// The same, of moves of boxes.
    public internal(set) var uncomparedMoves: [UInt64] = []
    /// Moves that left something out for good, and that somebody has to look at anew.
    public internal(set) var unlooked: [UInt64] = []
    /// Moves that left out what is to stay by now, or of which that can't be told.
    public internal(set) var wrong: [UInt64] = []
    /// Moves that left something out for good, and whose hold-back another custodian's entry has to show to be over.
    public internal(set) var unstated: [UInt64] = []
    /// Boxes in whose place others stand, and that may not fall yet.
    public internal(set) var waiting: UInt64 = 0
    /// Objects that nothing names, too young to fall.
    public internal(set) var young: UInt64 = 0
    /// Files that went from the spool.
    public internal(set) var spool: UInt64 = 0
    /// Whether it is more than may fall unasked; then a run without leave changes nothing.
    public internal(set) var isBeyondLimit = false
    /// What the store still holds, and what could not be looked at.
    public internal(set) var findings: [Finding] = []
  }

  private let vault: OpenPlace
  private let ignoresLimit: Bool

  /// So many objects fit into one entry's 32 KiB, and so many entries go into one commit.
  private static let objectsAnEntry = 250
  private static let entriesACommit = 32
  /// Whoever is just writing a stray puts its second copy after both were erased: then they are erased once more.
  private static let rounds = 3
  /// What an interrupted run left in the spool is cleared when it is so old.
  private static let spoolAge: Int64 = 86_400

  /// - Parameters:
  ///   - vault: opened to write, and unlocked by a custodian.
  ///   - ignoresLimit: remove also where that is more than the policy's limit.
  public init(from vault: OpenPlace, ignoresLimit: Bool = false) {
    self.vault = vault
    self.ignoresLimit = ignoresLimit
  }

  /// Says what `run` would do, and does nothing.
  public func plan() async throws -> Outcome {
    _ = try check()
    try await vault.ledger.catchUp()
    return outcome(of: try await look())
  }

  /// Removes.
  /// - Throws: `VaultError` `.refused` where more would fall than the policy allows unasked, or this isn't the vault;
  ///   `.damaged` or `.missing` where the present keyring can't be read: then nothing is erased; `.busy`.
  public func run() async throws -> Outcome {
    let identity = try check()
    try await vault.requireHome()
    for _ in 0..<OpenLedger.tries {
      try await vault.ledger.catchUp()
      let removable = try await look()
      var outcome = outcome(of: removable)
      try checkLimit(removable)
      guard let entered = try await enter(removable, as: identity) else { continue }
      outcome.entered = entered
      try await erase(removable, &outcome)
      outcome.spool = UInt64(try await vault.place.store.clearSpool(olderThan: Self.spoolAge))
      return outcome
    }
    throw VaultError(.busy, "other writers kept changing the keyring", safe: "nothing was erased")
  }

  /// Only a custodian removes, and only at home: what a destination doesn't need, its snapshots erase.
  private func check() throws -> Identity {
    let identity = try vault.writer()
    guard vault.state.may(identity.publicIdentity.id, .removed) else {
      throw VaultError(
        .notGranted, "this identity may not remove anything: only custodians do", safe: "nothing was changed")
    }
    guard vault.isHome else {
      throw VaultError(
        .refused, "\(vault.place.location) is a copy, not the vault", safe: "nothing was changed",
        hint: .tidyOrRecover(vault.place.location))
    }
    return identity
  }

  /// Looks at what is there. The present generation must open before anything falls.
  private func look() async throws -> RemovalPlan {
    // Before the ledger is asked what of it is named: what comes later is younger than the list.
    let stock = try await PlaceListing(of: vault.place.store)
    try await vault.ledger.catchUp()
    try await vault.refreshKeys()
    let state = vault.state
    let keys = try vault.unlocked()
    guard keys.isPresent(in: state), let known = state.generation else {
      throw VaultError(.failed, "the present keyring is not open", safe: "nothing was erased")
    }
    let files = keys.files
    let present = try await files.generation(known, vault: state.vault)
    let store = vault.place.store
    return try await RemovalPlan(
      stock, at: state.home, state: state, present: present, boxes: .unnamed, files: files,
      now: vault.machine.now(), by: try vault.writer().publicIdentity.id,
      wrong: try await vault.wrongDisposals(),
      isSound: { try await BoxReading.isSound($0, in: store) })
  }

  private func outcome(of removable: RemovalPlan) -> Outcome {
    var outcome = Outcome()
    outcome.falling = UInt64(removable.falling.count)
    outcome.fallingBytes = removable.bytes
    outcome.held = removable.held
    outcome.uncompared = removable.uncompared
    outcome.uncomparedMoves = removable.uncomparedMoves
    outcome.unlooked = removable.unlooked.sorted()
    outcome.wrong = removable.keptWrong.sorted()
    outcome.unstated = removable.unstated.sorted()
    outcome.waiting = removable.waiting
    outcome.young = removable.young
    outcome.findings = removable.findings
    outcome.isBeyondLimit = removable.isBeyondLimit
    return outcome
  }

  private func checkLimit(_ removable: RemovalPlan) throws(VaultError) {
    guard removable.isBeyondLimit, !ignoresLimit else { return }
    throw VaultError(
      .refused,
      "what nothing needs, \(removable.falling.count == 1 ? "an object" : "\(removable.falling.count) objects"), is \(Int(removable.percent)) % of the bytes here, more "
        + "than the policy's \(vault.state.policy.erasePercent) %",
      safe: "nothing was erased", hint: .lookThenEraseBeyondLimit)
  }

  /// Enters what falls. Nil where the keyring changed since it was looked at: another generation may need it.
  private func enter(_ removable: RemovalPlan, as identity: Identity) async throws -> UInt64? {
    var entered: UInt64 = 0
    let (now, me) = (vault.machine.now(), identity.publicIdentity.id)
    let new = (removable.falling.map(\.object) + removable.gone).filter { vault.state.removed[$0] == nil }
    let atOnce = Self.objectsAnEntry * Self.entriesACommit
    for start in stride(from: 0, to: new.count, by: atOnce) {
      let part = new[start..<min(start + atOnce, new.count)]
      var isSuperseded = false
      try await vault.commit(as: identity) { state in
        isSuperseded = state.generation?.file != removable.generation
        if isSuperseded { return [] }
        let objects = part.filter { state.removed[$0] == nil && !state.isNamed($0, at: now, by: me) }
        entered += UInt64(objects.count)
        return stride(from: 0, to: objects.count, by: Self.objectsAnEntry).map { start in
          OpenLedger.Draft(.removed(Array(objects[start..<min(start + Self.objectsAnEntry, objects.count)])))
        }
      }
      if isSuperseded { return nil }
    }
    return entered
  }

  /// Erases what the ledger says is removed, lists, and says what is left.
  private func erase(_ removable: RemovalPlan, _ outcome: inout Outcome) async throws {
    let store = vault.place.store
    let removed = removable.falling.filter { vault.state.removed[$0.object] != nil }
    var left = removed
    for _ in 0..<Self.rounds where !left.isEmpty {
      for object in left {
        try Task.checkCancellation()
        _ = try await store.erase(object.name)
      }
      let there = Set(try await store.names(Layout.keyring)).union(try await store.names(Layout.boxes))
      left.removeAll { !there.contains($0.name) }
    }
    outcome.erased = UInt64(removed.count - left.count)
    let bytes = left.reduce(UInt64(0)) { $0.adding($1.size) }
    outcome.erasedBytes = removed.reduce(UInt64(0)) { $0.adding($1.size) } - bytes
    for object in left {
      outcome.findings.append(
        Finding(.unfinished, object.name.text, .stillThere))
    }
  }
}

extension LedgerState {
  /// Whether an entry that counts names an object so that it is needed; what a generation's file names isn't known here.
  fileprivate func isNamed(_ object: RemovedObject, at now: UInt64, by remover: Identifier) -> Bool {
    switch object.kind {
    case .box: box(object.hash).map { keeps($0, at: now, by: remover) != nil } ?? false
    case .keyring: generation?.file == object.hash || pendingKeys.contains(object.hash)
    }
  }
}
