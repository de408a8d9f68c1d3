internal import Keyring
internal import Rules
internal import Sealing

/// What a person is told who is to say that a move rightly leaves something out.
public struct MoveLook: Sendable {
  /// The move.
  public let move: MoveListing
  /// The retention year of what it replaced.
  public let year: UInt64
  /// What it leaves out.
  public let leftOut: MoveLeavings
  /// Record versions among it, by the class's name.
  public let records: [(name: String, records: UInt64)]
  /// On what it hangs that this is right.
  let basis: LookBasis
}

/// What is left out for good another custodian looks at, and says so: no program does it in passing (Format.md, 4.4).
extension OpenPlace {
  /// Compares a move with what it replaced, for somebody who is to confirm it.
  /// - Throws: `VaultError` `.input` where it isn't there to be confirmed, `.refused` where it isn't right.
  /// - Parameter known: those that were looked at already, to be confirmed with it.
  public func look(atMove entry: UInt64, knowing known: [MoveLook] = []) async throws -> MoveLook {
    let identity = try writer()
    try await requireHome()
    try await ledger.catchUp()
    try await refreshKeys()
    let move = try moveToConfirm(
      entry, by: identity.publicIdentity.id, knowing: known.map(\.move.entry))
    let basis = LookBasis(state)
    for box in move.replaced.map({ state.boxes[Int($0)] }) where !state.wasRemoved(box.box.hash, .box) {
      guard try await BoxReading.isSound(box, in: place.store) else {
        throw VaultError(
          .refused, "box \(box.box.hash), which it replaced, isn't there as its name says",
          safe: "nothing was changed", hint: "bring it back from another place first, or take the move back")
      }
    }
    let found = try await leavings(of: move, finallyErasedKeys())
    if let problem = found.problem {
      throw VaultError(
        .refused, "what entry \(entry) put in the place of other boxes isn't right: \(problem)",
        safe: "nothing is erased", hint: "take it back")
    }
    return MoveLook(
      move: listing(of: move), year: state.boxes[Int(move.replaced[0])].box.year, leftOut: found.leftOut,
      records: found.leftOut.over.map { (classNames[$0.key] ?? $0.key.hex, $0.value.records) }
        .sorted { $0.0 < $1.0 }, basis: basis)
  }

  /// Compares a leaving move with what it replaced, as of now.
  /// - Parameter gone: whose keys were erased for good.
  private func leavings(of move: KnownMove, _ gone: ErasedKeys) async throws -> MoveDifference {
    let (file, _) = try await updatedCatalog(whole: true)
    guard move.reason == .disposed else {
      return try await difference(of: move, gone, nil, LossMaking(self, file, gone)) { _ in }
    }
    let retention = try await retention()
    try checkOlderAreRead(file, retention)
    return try await difference(of: move, gone, DueBundles(retention, state, file)) { _ in }
  }

  /// Leaving moves that left out what is to stay by now, or of which that can't be told: nothing of them falls.
  func wrongDisposals() async throws -> Set<UInt64> {
    let due = state.standingMoves.filter { move in
      move.reason.takesAPerson && move.compared != nil
        && move.replaced.contains { !state.wasRemoved(state.boxes[Int($0)].box.hash, .box) }
    }
    guard !due.isEmpty else { return [] }
    var wrong: Set<UInt64> = []
    let gone = try await finallyErasedKeys()
    for move in due {
      do {
        if let problem = try await leavings(of: move, gone).problem {
          // What came since somebody looked is told as that, and accuses nobody.
          if state.waitsForLook(move) == nil { note(.moveDiffers(move.entry, by: move.by, problem)) }
          wrong.insert(move.entry)
        }
      } catch let error as VaultError where error.code == .refused || error.code == .damaged {
        note(.notCompared(error))
        wrong.insert(move.entry)
      }
    }
    return wrong
  }

  /// Whether somebody has still to say of a move that it is right.
  public func isToBeConfirmed(_ entry: UInt64) -> Bool {
    state.moves[entry].map { $0.isToBeLookedAt(in: state) } ?? false
  }

  /// Enters that somebody looked at moves, and that they are right.
  /// - Throws: `VaultError` `.busy` where a hold or a policy came meanwhile.
  public func confirm(_ looks: MoveLook...) async throws { try await confirm(looks) }

  /// The same.
  public func confirm(_ looks: [MoveLook]) async throws {
    guard let first = looks.first else { return }
    let (identity, entries) = (try writer(), looks.map(\.move.entry).sorted())
    for entry in entries {
      _ = try moveToConfirm(
        entry, by: identity.publicIdentity.id, knowing: entries.filter { $0 < entry })
    }
    guard looks.allSatisfy({ $0.basis == first.basis }) else { throw Self.overtaken }
    let written = try await enterCompared(entries, as: identity, on: first.basis)
    guard !written.isEmpty, !entries.contains(where: isToBeConfirmed) else { throw Self.overtaken }
  }

  private static var overtaken: VaultError {
    VaultError(
      .busy, "a hold or a policy came meanwhile, or somebody else confirmed or took it back",
      safe: "nothing was changed", hint: "look at it again")
  }

  private func moveToConfirm(
    _ entry: UInt64, by me: Identifier, knowing known: [UInt64]
  ) throws -> KnownMove {
    guard let move = state.moves[entry] else {
      throw VaultError(.input, "entry \(entry) moved nothing", safe: "nothing was changed")
    }
    guard state.may(me, .moved), try unlocked().opened.isWhole else {
      throw VaultError(
        .notGranted, "this identity may not confirm it: only custodians do", safe: "nothing was changed")
    }
    if let ended = move.ended {
      throw VaultError(.input, "entry \(entry) was taken back by entry \(ended)", safe: "nothing was changed")
    }
    if let compared = move.compared, !move.isToBeLookedAt(in: state) {
      throw VaultError(
        .input,
        compared == entry
          ? "entry \(entry) waits for nobody"
          : "entry \(entry) was confirmed by entry \(compared) already", safe: "nothing was changed")
    }
    guard move.by != me || move.compared == entry else {
      throw VaultError(
        .refused, "whoever moved something doesn't confirm it", safe: "nothing was changed",
        hint: "another custodian does")
    }
    // What is older may be live again where that one is taken back.
    if let earlier = state.uncomparedMoves.first(where: {
      $0.reason.takesAPerson && $0.entry < entry && !known.contains($0.entry)
    }) {
      throw VaultError(
        .refused, "entry \(earlier.entry) waits before it", safe: "nothing was changed",
        hint: "confirm that one first, or take it back")
    }
    guard !waitsForAnother(move) else {
      throw VaultError(
        .refused, "it goes on from a move that nobody has compared yet", safe: "nothing was changed",
        hint: "gc compares that one, or move confirm")
    }
    return move
  }
}
