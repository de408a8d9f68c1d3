internal import Keyring
internal import Rules
internal import Sealing

/// What a person is told who is to say that a move rightly leaves something out.
public struct MoveLook: Hashable, Sendable {
  /// The move.
  public let move: MoveListing
  /// The retention year of what it replaced.
  public let year: UInt64
  /// What it leaves out.
  public let leftOut: MoveLeavings
  /// On what it hangs that this is right.
  let basis: LookBasis
}

/// What is left out for good another custodian looks at, and says so: no program does it in passing (Format.md, 4.4).
extension OpenPlace {
  /// Compares a move with what it replaced, for somebody who is to confirm it.
  /// - Throws: `VaultError` `.input` where it isn't there to be confirmed, `.refused` where it isn't right.
  public func look(atMove entry: UInt64) async throws -> MoveLook {
    let identity = try writer()
    try await requireHome()
    try await ledger.catchUp()
    try await refreshKeys()
    let move = try moveToConfirm(entry, by: identity.publicIdentity.id)
    let basis = LookBasis(state)
    var due: DueBundles?
    if move.reason == .disposed {
      due = DueBundles(try await retention(), state, try await updatedCatalog(whole: true).0)
    }
    let gone = try await finallyErasedKeys()
    var loss: LossMaking?
    if move.reason == .lost {
      loss = try await LossMaking(self, try await updatedCatalog(whole: true).0, gone)
    }
    let found = try await difference(of: move, gone, due, loss) { _ in }
    if let problem = found.problem {
      throw VaultError(
        .refused, "what entry \(entry) put in the place of other boxes isn't right: \(problem)",
        safe: "nothing is erased", hint: "take it back: strongroom move undo \(entry)")
    }
    guard let listing = moveListing().first(where: { $0.entry == entry }) else {
      throw VaultError(.failed, "entry \(entry) isn't among the moves", safe: "nothing was changed")
    }
    return MoveLook(
      move: listing, year: state.boxes[Int(move.replaced[0])].box.year, leftOut: found.leftOut,
      basis: basis)
  }

  /// Enters that somebody looked at a move, and that it is right.
  /// - Throws: `VaultError` `.busy` where a hold or a policy came meanwhile.
  public func confirm(_ look: MoveLook) async throws {
    let (identity, entry) = (try writer(), look.move.entry)
    _ = try moveToConfirm(entry, by: identity.publicIdentity.id)
    let written = try await enterCompared([entry], as: identity, on: look.basis)
    guard !written.isEmpty, state.moves[entry]?.isToBeLookedAt(in: state) == false else {
      throw VaultError(
        .busy, "a hold or a policy came meanwhile, or the move of entry \(entry) was taken back",
        safe: "nothing was changed", hint: "look at it again")
    }
  }

  private func moveToConfirm(_ entry: UInt64, by me: Identifier) throws -> KnownMove {
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
    guard !waitsForAnother(move) else {
      throw VaultError(
        .refused, "it goes on from a move that nobody has compared yet", safe: "nothing was changed",
        hint: "gc compares that one, or move confirm")
    }
    return move
  }
}
