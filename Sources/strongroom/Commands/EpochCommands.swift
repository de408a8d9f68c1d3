import ArgumentParser
import Sealing
import Vault

struct RetireKeys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retire", abstract: "Say that older epochs are needed no more.",
    discussion: """
      Every box at the vault is looked at: where nothing is sealed under an older epoch any more, neither in live boxes nor \
      in replaced ones that gc has yet to erase, the epoch is retired. Its key stays until keys destroy. Needs a \
      custodian; another one, where there is one, compares it. Where nothing can be retired it ends with 13.
      """)

  @Option(name: .customLong("class"), help: "Only this class; may be said several times.")
  var classes: [String] = []

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    try await vault.use(toWrite: true) { opened in
      try await keys.unlock(opened)
      try EpochText.show(try await opened.retireEpochs(of: classes), "retired", talk)
    }
  }
}

struct DestroyKeys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "destroy", abstract: "Erase the keys of retired epochs.",
    discussion: """
      The next generation of the keyring is without them. The one that has them falls as every superseded one does: \
      behind its hold-back, once another custodian, where there is one, has compared the two. Waits for a newer snapshot at \
      every place to which was copied before the epoch was retired: boxes there may need it. Needs a custodian. Where \
      nothing can be destroyed it ends with 13.
      """)

  @Option(name: .customLong("class"), help: "Only this class; may be said several times.")
  var classes: [String] = []

  @Flag(name: .long, help: "Don't ask.")
  var yes = false

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    try await vault.use(toWrite: true) { opened in
      try await keys.unlock(opened)
      try Asking.confirm("erase the keys of retired epochs, for good", yes: yes, otherwise: "not erased")
      try EpochText.show(try await opened.destroyEpochs(of: classes), "destroyed", talk)
    }
  }
}

struct CompromiseKeys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compromise", abstract: "Begin new keys where somebody may have the present ones.",
    discussion: """
      Begins a new epoch of the class and marks the one before as compromised. Whoever has its key can read what was \
      sealed under it, with the customers' keys; keys reseal and the end of the epoch follow.
      """)

  @Option(name: .customLong("class"), help: "The class; may be said several times.")
  var classes: [String] = []

  @OptionGroup var vault: VaultOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var talk: OutputOptions

  func validate() throws {
    if classes.isEmpty { throw ValidationError("which class? say --class NAME") }
  }

  func run() async throws {
    try await vault.use(toWrite: true) { opened in
      try await keys.unlock(opened)
      let (generation, exposed) = try await opened.compromise(classes)
      if talk.json {
        Output.json([
          "exposed": .array(
            exposed.map {
              .object([
                "bundles": .integer($0.coverage.bundles), "bytes": .integer($0.coverage.bytes),
                "class": .string($0.epoch.section), "epoch": .integer(UInt64($0.epoch.epoch)),
                "since": .integer($0.since),
              ])
            }), "generation": .integer(generation),
        ])
        return
      }
      for one in exposed {
        Output.line(
          "\(Output.printable(one.epoch.section)) epoch \(one.epoch.epoch) is marked as compromised: exposed are \(Output.count(one.coverage.bundles, "bundle")) (\(Output.size(one.coverage.bytes))) sealed since \(Output.moment(one.since))"
        )
      }
      Output.line("keyring generation \(generation), read back and compared: no key is missing")
      Output.note(
        "note: seal it anew with strongroom keys reseal, then end the epochs with keys retire and keys destroy"
      )
    }
  }
}

/// What is said of epochs that were to end.
enum EpochText {
  static func show(_ outcome: EpochOutcome, _ done: String, _ talk: OutputOptions) throws {
    if talk.json {
      Output.json([
        "ended": .array(outcome.ended.map { .object(json($0)) }), "generation": .integer(outcome.generation),
        "needed": .array(
          outcome.needed.map { epoch, need in
            var object = json(epoch)
            object["why"] = .string(words(need))
            return .object(object)
          }),
      ])
    } else {
      for epoch in outcome.ended {
        Output.line("\(done): \(Output.printable(epoch.section)) epoch \(epoch.epoch)")
      }
      for (epoch, need) in outcome.needed {
        Output.line("needed: \(Output.printable(epoch.section)) epoch \(epoch.epoch): \(words(need))")
      }
      if outcome.ended.isEmpty, outcome.needed.isEmpty { Output.line("no epoch is to be \(done)") }
      if !outcome.ended.isEmpty {
        Output.line(
          "keyring generation \(outcome.generation), read back and compared: no other key is missing")
      }
    }
    if outcome.ended.isEmpty, !outcome.needed.isEmpty {
      throw VaultError(.refused, "no epoch can be \(done) yet", safe: "nothing was changed")
    }
  }

  private static func json(_ epoch: EpochName) -> JSONObject {
    ["class": .string(epoch.section), "epoch": .integer(UInt64(epoch.epoch))]
  }

  private static func words(_ need: EpochNeed) -> String {
    switch need {
    case .sealed(let coverage):
      "\(Output.count(coverage.bundles, "bundle")) and \(Output.count(coverage.boxes, "box")) are sealed under it; strongroom keys reseal"
    case .unread(let boxes):
      "\(Output.count(boxes, "box")) can't be opened, so nobody knows what they are sealed under; strongroom verify names them"
    case .replaced(let boxes):
      "\(Output.count(boxes, "box")) in whose place others stand \(boxes == 1 ? "isn't" : "aren't") removed yet; strongroom gc does it once the hold-back is over"
    case .uncompared(let moves):
      "\(Output.count(moves, "move")) of boxes \(moves == 1 ? "waits" : "wait") for another custodian, whose strongroom gc compares"
    case .places(let places):
      "\(Output.count(places.count, "place")) may hold boxes that need it: \(places.map { String($0.hex.prefix(8)) }.joined(separator: ", ")); take a snapshot there, or destination forget"
    }
  }
}
