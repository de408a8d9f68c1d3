internal import Rules
import ArgumentParser
import Sealing
import Storage
import Vault

extension SharesCommand {
  struct SplitShares: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "split", abstract: "Make a custodian whose secret is split into shares, a sheet each.",
      discussion: """
        A share is 33 words (SLIP-39). Any --threshold of them open the vault, by --shares with any command; fewer tell \
        nothing. The secret itself is kept nowhere. Print each sheet, give each to another person, and remove the files: \
        until then all shares lie together.
        """)

    @Option(name: .long, help: "How many shares are needed to open the vault: 2 or more.")
    var threshold: Int

    @Option(name: .customLong("shares"), help: "How many shares there are: 16 at most.")
    var count: Int

    @Option(name: .long, help: "The folder for the sheets.", completion: .directory)
    var out: String

    @Option(name: .long, help: "Who this is, for the journal (sealed).")
    var label = "recovery shares"

    @Flag(name: .long, help: "Don't ask.")
    var yes = false

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: OwnKeyOptions
    @OptionGroup var talk: OutputOptions

    func validate() throws {
      try Configuration.refuseEmpty(out)
      guard (2...16).contains(count), (2...count).contains(threshold) else {
        throw ValidationError("--shares takes a number from 2 to 16, and --threshold one from 2 to that")
      }
    }

    func run() async throws {
      try Place.refuse(.folder(out), within: Location.folder(out).upwards, for: "a folder of shares")
      try await vault.use(toWrite: true) { opened in
        try await keys.unlock(opened)
        let identity = try Identity.generate()
        let act = Act.grant(
          try IdentityFile.Public(of: identity, kind: "shares"), role: .custodian, classes: [], label: label)
        try await opened.check(act)
        try askWhether(act, custodians: opened.state.activeCustodians.count)
        let sheets = try sheets(of: identity, opened)
        // They can be read before anybody could need them: a grant without sheets is a custodian whom nobody is.
        try sheets.write(of: identity)
        switch try await sheets.kept(for: identity, in: opened, { try await opened.carryOut(act) }) {
        case .done(let outcome): show(sheets, of: identity.publicIdentity.id, outcome)
        case .asked(let request):
          if !talk.json { for file in sheets.files { Output.line("sheet: \(Output.printable(file))") } }
          Output.note(
            "the sheets in \(Output.printable(out)) open nothing until another custodian approves it; where they decline, "
              + "destroy the sheets")
          throw Asking.told(request, act, talk)
        }
      }
    }

    private func askWhether(_ act: Act, custodians: Int) throws {
      if custodians == 1 {
        Output.note(
          "note: whoever brings \(threshold) of these shares is a second custodian. From then on what concerns custodians "
            + "and policy takes two of them: you, and \(threshold) shares or whoever you make a custodian with their help"
        )
      }
      try Asking.confirm("\(act), by \(threshold) of \(count) shares", yes: yes, otherwise: "not split")
    }

    private func sheets(of identity: Identity, _ opened: OpenPlace) throws -> ShareSheets {
      let shares = try RecoveryShare.split(identity, threshold: threshold, count: count)
      return ShareSheets(
        folder: out,
        sheets: shares.map { share in
          ShareSheet(
            share: share, count: count, vault: opened.state.vault, identity: identity.publicIdentity.id,
            made: opened.machine.now())
        })
    }

    private func show(_ sheets: ShareSheets, of id: Identifier, _ outcome: ActOutcome) {
      if let first = sheets.files.first, DurableFile.isOpenToOthers(first) {
        Output.warn(
          .identityOpen,
          "others may read the sheets in \(Output.printable(out)): its file system keeps no permissions",
          quiet: talk.quiet)
      }
      if talk.json {
        return Output.json([
          "files": .array(sheets.files.map { .string($0) }), "generation": .integer(outcome.generation),
          "identity": .string(id.hex), "set": .string(sheets.setName), "shares": .integer(UInt64(count)),
          "threshold": .integer(UInt64(threshold)),
        ])
      }
      Output.line("granted custodian to \(id.hex), by any \(threshold) of \(count) shares")
      Output.line("keyring generation \(outcome.generation)")
      for file in sheets.files { Output.line("sheet: \(Output.printable(file))") }
      Output.note(
        "all shares lie together in \(Output.printable(out)) now: print each page, give each to another person, try them "
          + "(strongroom shares test), and remove the files")
    }
  }
}
