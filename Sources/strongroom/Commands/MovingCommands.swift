import Rules
import ArgumentParser
import Sealing
import Vault

/// What commands that move boxes have in common.
struct MovingOptions: ParsableArguments {
  @Option(
    name: .customLong("for"), help: "Begin nothing more after so long (20m, 2h); another run goes on.",
    transform: TimeSpan.init)
  var limit: TimeSpan?

  @Flag(help: "Say what would be moved, and change nothing.")
  var dryRun = false

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  /// Moves, and tells.
  func move(_ stage: String, _ purpose: @escaping (OpenPlace) async throws -> MovePurpose) async throws {
    try await vault.use(toWrite: !dryRun) { opened in
      try await keys.unlock(opened)
      // What others moved is moved on once it is compared.
      if !dryRun { await Self.compare(opened, talk) }
      let moving = Mover(in: opened, for: try await purpose(opened), within: limit?.seconds)
      guard !dryRun else { return try tell(try await moving.plan()) }
      let progress = Progress(stage, of: "byte", talk)
      let outcome = try await moving.run { bytes, total in
        progress.update(stage: stage, done: bytes, total: total, items: bytes)
      }
      progress.finish()
      try tell(outcome)
    }
  }

  /// Compares what other custodians moved.
  static func compare(_ opened: OpenPlace, _ talk: OutputOptions) async {
    let progress = Progress("comparing", of: "byte", talk)
    await opened.compareMovesWhereDue { done, total in
      progress.update(stage: "comparing moved boxes", done: done, total: total, items: done)
    }
    progress.finish()
  }

  private func tell(_ outcome: Mover.Outcome) throws {
    for finding in outcome.findings { finding.tell() }
    show(outcome)
    if !outcome.findings.isEmpty { throw CommandExit.incomplete(findings: outcome.findings.count) }
  }

  private func show(_ outcome: Mover.Outcome) {
    if talk.json { return Output.json(json(outcome)) }
    if outcome.uncompared > 0 {
      Output.line(
        "\(Output.count(outcome.uncompared, "box")) can be moved once how \(outcome.uncompared == 1 ? "it" : "they") came is compared (another custodian's strongroom gc, or move confirm), and what was left out then is erased"
      )
    }
    let wanted = "\(Output.count(outcome.wanted.boxes, "box")) (\(Output.size(outcome.wanted.bytes)))"
    guard outcome.wanted.boxes > 0 else { return Output.line("nothing is to be moved now") }
    if dryRun { return showPlan(outcome, wanted) }
    if outcome.bundles > 0 {
      Output.line(
        "moved \(Output.count(outcome.bundles, "bundle")) from \(Output.count(outcome.replaced.boxes, "box")) "
          + "(\(Output.size(outcome.replaced.bytes))) to \(Output.count(outcome.new.boxes, "box")) "
          + "(\(Output.size(outcome.new.bytes)))")
    }
    if outcome.leftOut.erased > 0 {
      Output.line("left out: \(Output.count(outcome.leftOut.erased, "bundle")) of customers who were erased")
    }
    if outcome.leftOut.bundles > 0 {
      let how = outcome.reason == .lost ? "given up, since no key opens them" : "disposed of"
      Output.line(
        "\(how): \(Output.count(outcome.leftOut.records, "record version")) in \(Output.count(outcome.leftOut.bundles, "bundle"))"
      )
    }
    if outcome.held > 0 {
      Output.line("held: \(Output.count(outcome.held, "bundle")) that would go, and stay while a hold lasts")
    }
    if outcome.waiting > 0 {
      Output.line("\(Output.count(outcome.waiting, "box")) can be moved once an erasure is final")
    }
    if outcome.left > outcome.waiting {
      let why = outcome.isTimeOver ? "the time is over; " : ""
      Output.line(
        "\(why)not moved: \(Output.count(outcome.left - outcome.waiting, "box")); run it again to go on")
    }
    if outcome.replaced.boxes > 0, outcome.reason.takesAPerson {
      Output.note(
        "note: what was replaced stays until another custodian has confirmed it (strongroom move confirm), where there is one, and the hold-back is over; until then it can be taken back (strongroom move undo); then strongroom gc erases it"
      )
    } else if outcome.replaced.boxes > 0 {
      Output.note(
        "note: what was replaced stays until another custodian has compared it, where there is one, and the hold-back is over; then strongroom gc erases it"
      )
    }
  }

  private func showPlan(_ outcome: Mover.Outcome, _ wanted: String) {
    Output.line("\(wanted) would be moved")
    if outcome.leftOut.bundles > 0 {
      Output.line(
        "\(Output.count(outcome.leftOut.records, "record version")) in \(Output.count(outcome.leftOut.bundles, "bundle")) would be disposed of"
      )
    }
    if outcome.held > 0 {
      Output.line("\(Output.count(outcome.held, "bundle")) would stay: a hold holds them")
    }
  }

  private func json(_ outcome: Mover.Outcome) -> JSONObject {
    [
      "bundles": .integer(outcome.bundles), "bytes": .integer(outcome.wanted.bytes),
      "boxes": .integer(outcome.wanted.boxes), "dry_run": .integer(dryRun ? 1 : 0),
      "entries": .array(outcome.entries.map { .integer($0) }),
      "findings": .array(outcome.findings.map(\.told)), "left": .integer(outcome.left),
      "disposed": .integer(outcome.leftOut.bundles), "held": .integer(outcome.held),
      "left_out": .integer(outcome.leftOut.erased), "new_boxes": .integer(outcome.new.boxes),
      "new_bytes": .integer(outcome.new.bytes), "replaced": .integer(outcome.replaced.boxes),
      "time_over": .integer(outcome.isTimeOver ? 1 : 0), "uncompared": .integer(outcome.uncompared),
      "waiting": .integer(outcome.waiting),
    ]
  }
}

struct CompactCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact", abstract: "Put small boxes together, and leave out what was erased.",
    discussion: """
      Boxes below 32 MiB go together once eight of a class and year have gathered, as many seals leave them; boxes of \
      which a quarter belongs to customers who were erased for good are written without them. Nothing is decompressed. \
      Needs a custodian; may be interrupted and run again, and others may seal, read and copy meanwhile.
      """)

  @OptionGroup var options: MovingOptions

  func run() async throws { try await options.move("compacting") { _ in .compact } }
}

struct ResealKeys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reseal", abstract: "Seal what is under older epochs under the newest.",
    discussion: """
      After a rotation: bundles are opened with the older epochs' keys and sealed with the newest one's, box by box, \
      without being decompressed. Afterwards strongroom gc erases the replaced boxes, keys retire says that an older \
      epoch is needed no more, and keys destroy erases its key. Needs a custodian; may be interrupted and run again, by \
      several at once, and others may seal, read and copy meanwhile.
      """)

  @Option(name: .customLong("class"), help: "Only this class; may be said several times.")
  var classes: [String] = []

  @OptionGroup var options: MovingOptions

  func run() async throws {
    try await options.move("resealing") { opened in .reseal(try opened.classIDs(named: classes)) }
  }
}

struct MoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "move", abstract: "List moves of boxes, confirm one, or take one back.",
    discussion: """
      What keys reseal, compact and retention apply entered: which boxes stand in the place of which, and whether that is \
      for good.
      """,
    subcommands: [ListMoves.self, GiveUp.self, ConfirmMove.self, UndoMove.self])

  struct ListMoves: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List moves of boxes.")

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use { opened in
        if let key = try keys.given() { try await opened.unlock(with: key) }
        let moves = opened.moveListing()
        let disposals = try await opened.disposals()
        for move in moves {
          let disposal = disposals[move.entry]
          if talk.json {
            Output.item(Self.json(move, disposal))
          } else {
            Output.line(
              "\(move.entry)  \(Output.moment(move.time))  \(move.reason): \(Output.count(move.boxes, "box")) in place of \(move.replaced)"
                + Self.state(of: move))
            if let disposal {
              Output.line(
                "  left out: \(Output.count(disposal.records, "record version")) of \(Output.count(disposal.customers, "customer")), counted by class"
              )
            }
          }
        }
        if moves.isEmpty, !talk.json { Output.line("nothing was moved") }
      }
    }

    private static func json(
      _ move: MoveListing, _ disposal: (bundles: UInt64, customers: UInt64, records: UInt64)?
    ) -> JSONObject {
      [
        "bundles": .integer(disposal?.bundles ?? 0), "by": .string(move.by.hex),
        "compared": .integer(move.compared ?? 0), "customers": .integer(disposal?.customers ?? 0),
        "ended": .integer(move.ended ?? 0), "entry": .integer(move.entry),
        "known": .integer(disposal != nil || move.reason == "rewritten" ? 1 : 0), "new": .integer(move.boxes),
        "reason": .string(move.reason), "records": .integer(disposal?.records ?? 0),
        "removed": .integer(move.removed), "replaced": .integer(move.replaced), "time": .integer(move.time),
      ]
    }

    private static func state(of move: MoveListing) -> String {
      if let ended = move.ended { return ", taken back by entry \(ended)" }
      guard let compared = move.compared else {
        return ", waits for another custodian to \(move.takesAPerson ? "confirm" : "compare") it"
      }
      if move.waits, move.removed < move.replaced {
        return
          ", waits to be looked at again, since a hold, a policy or a clock that was put right came since"
      }
      let by =
        compared == move.entry ? ", no other custodian could compare it" : ", compared by entry \(compared)"
      return by + (move.removed == 0 ? "" : ", \(Output.grouped(move.removed)) removed")
    }
  }

  struct GiveUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "give-up",
      abstract: "Give up what no key opens in boxes, so that it holds no epoch for ever.",
      discussion: """
        For boxes that strongroom verify, keys reseal or compact name: of bundles whose keys are in no keyring, and that no \
        erasure accounts for; that no key opens at all; or with a bundle that another box has by the same name. What opens is \
        carried into new boxes. It takes a keyring that is settled: every page of it opens, every generation is compared, and \
        the ones before are removed, so that no key comes back. A box that is damaged or missing is put right first \
        (strongroom verify --repair). Needs a custodian; another one, where there is one, confirms it (strongroom move confirm).
        """)

    @Argument(help: "The boxes, as a finding names them.")
    var boxes: [String]

    @Flag(name: .long, help: "Don't ask.")
    var yes = false

    @OptionGroup var options: MovingOptions

    func run() async throws {
      try await options.move("giving up") { opened in
        let digests = try opened.boxes(named: boxes)
        if !options.dryRun {
          try Asking.confirm(
            "give up what no key opens in \(Output.count(digests.count, "box"))", yes: yes,
            otherwise: "nothing was given up")
        }
        return .giveUp(digests)
      }
    }
  }

  struct ConfirmMove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "confirm",
      abstract: "Look at what another custodian left out for good, and say that it is right.",
      discussion: """
        For what retention apply disposed of, or move give-up gave up. All of it is compared with what was there before: \
        what is gone was kept for long enough, and nothing holds it, or no key opens it. From then on, when the hold-back is over, strongroom gc erases it.
        """)

    @Argument(help: "The number of its entry.")
    var number: UInt64

    @Flag(name: .long, help: "Don't ask.")
    var yes = false

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use(toWrite: true) { opened in
        try await keys.unlock(opened)
        var looks: [MoveLook] = []
        for entry in opened.moves(enteredWith: number) where opened.isToBeConfirmed(entry) || entry == number
        {
          looks.append(try await opened.look(atMove: entry, knowing: looks))
        }
        if !talk.json { for look in looks { Self.tell(look) } }
        let entries = looks.map { "\($0.move.entry)" }.joined(separator: ", ")
        try Asking.confirm("confirm entry \(entries)", yes: yes, otherwise: "not confirmed")
        try await opened.confirm(looks)
        if talk.json {
          Output.json([
            "bundles": .integer(looks.reduce(0) { $0 + $1.leftOut.bundles }),
            "customers": .integer(looks.reduce(0) { $0 + UInt64($1.leftOut.customers) }),
            "moves": .array(looks.map { .integer($0.move.entry) }),
            "records": .integer(looks.reduce(0) { $0 + $1.leftOut.records }),
          ])
        } else {
          Output.line("entry \(entries) is confirmed")
        }
      }
    }

    private static func tell(_ look: MoveLook) {
      Output.line(
        "entry \(look.move.entry) by \(look.move.by.hex), \(Output.moment(look.move.time)): \(look.move.reason), year \(look.year)"
      )
      Output.line(
        "  left out: \(Output.count(look.leftOut.records, "record version")) of \(Output.count(look.leftOut.customers, "customer")) in \(Output.count(look.leftOut.bundles, "bundle"))"
      )
      for (name, records) in look.records {
        Output.line("    \(Output.printable(name)): \(Output.count(records, "record version"))")
      }
      Output.line("  kept: \(Output.count(look.move.boxes, "box")) in place of \(look.move.replaced)")
    }
  }

  struct UndoMove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "undo", abstract: "Take a move of boxes back, while what it replaced is there.",
      discussion: """
        One that nobody has compared yet any custodian takes back alone; else, where there are two custodians or more, \
        another one approves it.
        """)

    @Argument(help: "The number of its entry.")
    var number: UInt64

    @Option(name: .long, help: "Why (sealed).")
    var reason = ""

    @Flag(name: .long, help: "Don't ask.")
    var yes = false

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use(toWrite: true) { opened in
        try await keys.unlock(opened)
        guard opened.moveListing().contains(where: { $0.entry == number }) else {
          throw VaultError(.input, "entry \(number) moved nothing", safe: "nothing was changed")
        }
        // A record of several boxes comes back as a whole.
        let together = opened.moves(enteredWith: number)
        for entry in together { try await opened.check(.end(entry, reason: reason)) }
        let entries = together.map(String.init).joined(separator: ", ")
        try Asking.confirm("take back the move of entry \(entries)", yes: yes, otherwise: "not taken back")
        for entry in together {
          _ = try await Asking.carryOut(.end(entry, reason: reason), reason: reason, in: opened, talk)
        }
        if talk.json {
          Output.json(["moves": .array(together.map { .integer($0) })])
        } else {
          Output.line("the move of entry \(entries) is taken back: what it replaced is read again")
        }
      }
    }
  }
}
