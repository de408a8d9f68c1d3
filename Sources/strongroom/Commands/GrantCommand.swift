internal import Rules
import ArgumentParser
import Sealing
import Storage
import Vault

struct GrantCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grant", abstract: "Say who may do what, and open what.",
    subcommands: [Add.self, Change.self, Revoke.self, ListGrants.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Grant a role, and the keys that go with it, to somebody's public identity.",
      discussion: """
        custodian: everything. archivist: seals, and opens the classes given (all by default). clerk: opens \
        the classes given. operator: snapshots and drills; opens nothing unless classes are given. \
        auditor: opens the journal.
        """)

    @Argument(help: "The public identity file (FILE.pub).", completion: .file())
    var file: String

    @Option(
      name: .long, help: "custodian, archivist, clerk, operator or auditor.",
      completion: .list(Role.allCases.map(\.rawValue)))
    var role: String

    @Option(name: .customLong("class"), help: "A class to open; may be given several times.")
    var classes: [String] = []

    @Option(name: .long, help: "Who this is, for the journal (sealed).")
    var label = ""

    @Flag(name: .long, help: "Don't ask.")
    var yes = false

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      guard let role = Role(rawValue: role) else {
        throw ValidationError("'\(role)' is no role: custodian, archivist, clerk, operator or auditor")
      }
      guard let bytes = try DurableFile.read(file, limit: IdentityFile.limit) else {
        throw VaultError(.input, "there is no file \(file)")
      }
      let parsed = try PublicFile.parsed(bytes, of: file, otherwise: "is not a public identity file")
      try await vault.use(toWrite: true) { opened in
        try await keys.unlock(opened)
        let act = Act.grant(parsed, role: role, classes: classes, label: label)
        try await opened.check(act)
        try Asking.confirm(
          "\(act)", yes: yes, otherwise: "not granted",
          hint: "compare the id with its owner's; say --yes where nobody can be asked")
        let outcome = try await Asking.carryOut(act, in: opened, talk)
        if talk.json {
          Output.json([
            "generation": .integer(outcome.generation), "identity": .string(parsed.identity.id.hex),
            "role": .string(role.rawValue),
          ])
        } else {
          Output.line(
            "granted \(role.rawValue) to \(parsed.identity.id.hex), who opens: \(outcome.opens.map(Output.printable).joined(separator: ", "))"
          )
          Output.line("keyring generation \(outcome.generation)")
        }
      }
    }
  }

  struct Change: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give somebody who is active another role, or other classes to open.",
      discussion: """
        What is given here takes the place of all that they had. A section that they open no longer gets a new epoch; \
        what they could open before they may have copied. A class that the policy added later is given to archivists \
        by this.
        """)

    @Argument(help: "The identity's id or the first digits of it, or its label.")
    var identity: String

    @Option(
      name: .long, help: "custodian, archivist, clerk, operator or auditor.",
      completion: .list(Role.allCases.map(\.rawValue)))
    var role: String

    @Option(name: .customLong("class"), help: "A class to open; may be given several times.")
    var classes: [String] = []

    @Option(name: .long, help: "Who this is, for the journal (sealed); as before if it isn't given.")
    var label: String?

    @Flag(name: .long, help: "Don't ask.")
    var yes = false

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      guard let role = Role(rawValue: role) else {
        throw ValidationError("'\(role)' is no role: custodian, archivist, clerk, operator or auditor")
      }
      try await vault.use(toWrite: true) { opened in
        try await keys.unlock(opened)
        let id = try await opened.identity(matching: TypedID.digits(identity), orLabel: identity)
        let known = try await opened.people()[id]
        let act = Act.change(id, role: role, classes: classes, label: label ?? known ?? "")
        try await opened.check(act)
        try Asking.confirm("\(act)", yes: yes, otherwise: "not changed")
        let outcome = try await Asking.carryOut(act, in: opened, talk)
        let opens = outcome.opens.map(Output.printable).joined(separator: ", ")
        if talk.json {
          Output.json([
            "generation": .integer(outcome.generation), "identity": .string(id.hex),
            "role": .string(role.rawValue),
          ])
        } else {
          Output.line("\(id.hex) is \(role.rawValue) from now on, who opens: \(opens)")
          Output.line("keyring generation \(outcome.generation)")
          if !outcome.rotated.isEmpty {
            Output.line("new epochs: \(outcome.rotated.map(Output.printable).joined(separator: ", "))")
          }
        }
      }
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Revoke an identity: it counts at once, and every section it could open gets a new epoch.")

    @Argument(help: "The identity's id or the first digits of it, or its label.")
    var identity: String

    @Option(name: .long, help: "Why, for the journal (sealed).")
    var reason = ""

    @Flag(name: .long, help: "Don't ask.")
    var yes = false

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use(toWrite: true) { opened in
        try await keys.unlock(opened)
        let id = try await opened.identity(matching: TypedID.digits(identity), orLabel: identity)
        let act = Act.revoke(id, reason: reason)
        try await opened.check(act)
        try Asking.confirm("\(act)", yes: yes, otherwise: "not revoked")
        let outcome = try await Asking.carryOut(act, reason: reason, in: opened, talk)
        if talk.json {
          Output.json(["generation": .integer(outcome.generation), "identity": .string(id.hex)])
          return
        }
        Output.line("revoked \(id.hex); keyring generation \(outcome.generation)")
        Output.line(
          "new epochs: \(outcome.rotated.isEmpty ? "none, it opened nothing" : outcome.rotated.map(Output.printable).joined(separator: ", "))"
        )
        Output.note(
          "note: what that identity could open before it may have copied; what is sealed from now on it can't open"
        )
      }
    }
  }

  struct ListGrants: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List who is granted what.")

    @OptionGroup var vault: VaultOptions
    @OptionGroup var keys: KeyOptions
    @OptionGroup var talk: OutputOptions

    func run() async throws {
      try await vault.use { opened in
        if let key = try keys.given() { try await opened.unlock(with: key) }
        let grants = try await opened.grants()
        for grant in grants {
          if talk.json {
            Output.item([
              "active": .integer(grant.isActive ? 1 : 0), "identity": .string(grant.id.hex),
              "kind": .string(grant.kind), "label": .string(grant.label ?? ""),
              "opens": .array(grant.opens.map { .string($0) }),
              "opens_known": .string(grant.isKnownWhole ? "all" : "some"),
              "roles": .array(grant.roles.map { .string($0) }),
            ])
          }
        }
        if !talk.json { for line in Self.table(grants) { Output.line(line) } }
      }
    }

    private static func table(_ grants: [GrantListing]) -> [String] {
      let header = ["identity", "role", "secret", "opens", "label"]
      let rows = grants.map { grant in
        let opens = grant.opens.map { Output.printable($0) }.joined(separator: ", ")
        let known = grant.isKnownWhole || !grant.isActive ? "" : "?"
        return [
          grant.id.hex, grant.isActive ? grant.roles.joined(separator: "+") : "revoked", grant.kind,
          grant.opens.isEmpty ? (known.isEmpty ? "nothing" : known) : opens + (known.isEmpty ? "" : ", ?"),
          grant.label.map { Output.printable($0) } ?? "",
        ]
      }
      return Output.table([header] + rows)
    }
  }
}
