internal import Rules
import ArgumentParser
import Sealing
import Vault

struct RecoverCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recover",
    abstract: "Make a restored copy the vault: from then on it is written to, and the old one is not.",
    discussion: """
      For a custodian, after a loss; where the vault can still be read, nothing is done. Where this machine saw entries \
      that the copy doesn't have, they are given up: unless they are known to be bookkeeping alone, that takes --accept-fork SIZE:ROOT, which the refusal names. A \
      machine that saw such entries says the same, once, to follow a vault that somebody else recovered. Where the \
      place is the vault already, nothing is done. Where the policy wants two custodians for it, the first one's command \
      writes a request into the copy, and the second one runs the same command there.
      """)

  @Argument(help: "The restored copy.", completion: .directory)
  var place: String

  @Option(name: .long, help: "SIZE:ROOT, to go on from there though later entries are lost.")
  var acceptFork: String?

  @Flag(name: .long, help: "Don't ask.")
  var yes = false

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    let fork = try fork()
    try await vault.use(place, toWrite: true, accepting: fork) { opened in
      guard !opened.isHome else { return tellIsVault(opened) }
      try await keys.unlock(opened)
      guard let planned = try await takeover(opened, accepting: fork) else { return tellIsVault(opened) }
      try Asking.confirm(
        "\(place): \(planned.act), \(Self.telling(planned))", yes: yes, otherwise: "not recovered")
      guard let taken = try await Asking.carryOut(planned.act, in: opened, talk).takeover else {
        return tellIsVault(opened)
      }
      if talk.json { Output.json(Self.json(opened, taken)) } else { show(taken) }
    }
  }

  private func takeover(_ opened: OpenPlace, accepting fork: Fork?) async throws -> Takeover? {
    do { return try await opened.takeover() } catch let error as VaultError
      where error.code == .rollback && fork != nil
    {
      throw VaultError(
        .rollback, "\(error.what); --accept-fork names another point than where it ends", safe: error.safe,
        hint: error.hint)
    }
  }

  private func fork() throws -> Fork? {
    guard let acceptFork else { return nil }
    guard let fork = Fork(acceptFork) else {
      throw ValidationError("'\(acceptFork)' is not SIZE:ROOT")
    }
    return fork
  }

  private func tellIsVault(_ opened: OpenPlace) {
    if talk.json { return Output.json(Self.json(opened, nil)) }
    Output.line("\(Output.printable(place)) is the vault already; nothing was changed")
  }

  private func show(_ taken: Takeover) {
    Output.line(
      "\(Output.printable(place)) is the vault from now on, "
        + "\(taken.snapshot.map { "the newest snapshot that it knows of is \($0)" } ?? "it knows of no snapshot"), \(Self.telling(taken))"
    )
    guard !talk.quiet else { return }
    Output.note("note: what was sealed since then is to be sealed again from its sources")
    Output.note(
      "note: it lies only here until the next snapshot: strongroom snapshot take DESTINATION --vault "
        + "\(Configuration.current.location(place).asArgument)")
  }

  /// How it stands, and what that costs.
  private static func telling(_ takeover: Takeover) -> String {
    let loss =
      takeover.givenUp == 0
      ? "nothing that this machine saw is given up"
      : "\(Output.count(takeover.givenUp, "entry")) that this machine saw beyond it given up (\(takeover.behind?.words ?? ""))"
    let missing =
      takeover.missing == 0
      ? ""
      : "; \(Output.count(takeover.missing, "box")) that the ledger names not there, so their records are lost here"
    let copies =
      takeover.isDestination ? "; it is a destination, and no snapshot can be taken there any more" : ""
    return
      "as of \(Output.moment(takeover.asOf)), \(Output.count(takeover.size, "entry")); \(loss)\(missing)\(copies)"
  }

  private static func json(_ opened: OpenPlace, _ taken: Takeover?) -> JSONObject {
    var object: JSONObject = [
      "place": .string(opened.place.marker.place.hex), "recovered": .integer(taken == nil ? 0 : 1),
      "size": .integer(opened.state.size),
    ]
    guard let taken else { return object }
    object["as_of"] = .integer(taken.asOf)
    object["given_up"] = .integer(taken.givenUp)
    object["goes_on_from"] = .integer(taken.size)
    object["missing"] = .integer(taken.missing)
    if let snapshot = taken.snapshot { object["snapshot"] = .integer(snapshot) }
    return object
  }
}
