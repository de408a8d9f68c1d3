import ArgumentParser
import Foundation
import Round
import Sealing
import Storage
import Vault

struct RoundSchedule: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule", abstract: "Let systemd, or cron, start the round every day.",
    discussion: """
      Writes the units strongroom-round.service and strongroom-round.timer for what the configuration file says: where \
      the vault, destinations, evidence and metrics lie, and whether there are notices. After a change of these run \
      it again. It starts nothing: it says the commands that do. Docs/Services.md tells more.
      """)

  /// What becomes of the units.
  enum Action: String, EnumerableFlag {
    case print, install, remove

    static func help(for value: Action) -> ArgumentHelp? {
      switch value {
      case .print: "Print them, which is what it does by itself."
      case .install: "Write them to where systemd looks for them."
      case .remove: "Remove them from there."
      }
    }
  }

  @Flag var action = Action.print

  @Flag(
    name: .long, help: "For systemd of the user who calls, or for their crontab, instead of the machine's.")
  var user = false

  @Flag(name: .long, help: "Print lines for cron; that is the way where no systemd runs.")
  var cron = false

  @Flag(name: .long, help: "Print systemd's units where none runs, too, as for another machine.")
  var systemd = false

  @Option(name: .long, help: "When it begins, as 02:00.")
  var at = "02:00"

  @Option(name: [.customLong("as")], help: "The account that it runs as; by default strongroom.")
  var account: String?

  @Option(
    name: .long,
    help: "The configuration file; by default $STRONGROOM_CONFIG, or ~/.config/strongroom/config.yml.",
    completion: .file(extensions: ["yml", "yaml"]))
  var config: String?

  @Option(
    name: .long, help: "The identity file; by default what the configuration says. Only root need read it.",
    completion: .file())
  var identity: String?

  @Option(
    name: .long, help: "The identity file for drills; by default what the configuration's drills say.",
    completion: .file())
  var drillIdentity: String?

  @Option(name: .long, help: "A file with the passphrase of the identity file.", completion: .file())
  var passphraseFile: String?

  @Option(
    name: .long, help: "Which round it is, where this machine has more than one: the units' names end so.")
  var name: String?

  @Option(name: .long, help: "A unit that is started where a round fails; may be said more than once.")
  var onFailure: [String] = []

  @Flag(
    name: .long,
    help:
      "Let what tells people take rights from its file, as most mail systems' sendmail; much hardening goes.")
  var setID = false

  @OptionGroup var talk: OutputOptions

  func validate() throws {
    if user, account != nil { throw ValidationError("--user runs as the one who calls; leave --as out") }
    if cron, systemd { throw ValidationError("--cron and --systemd are two ways: say one") }
    if cron, action != .print {
      throw ValidationError("--cron only prints: put the lines into a crontab, or take them out there")
    }
    try Configuration.refuseEmpty(config, identity, drillIdentity, passphraseFile)
  }

  func run() async throws {
    let files = UnitFiles(folder: try user ? Self.usersFolder() : "/etc/systemd/system")
    let names = try Self.telling { () throws(ScheduleError) in try Schedule.units(named: name) }
    let schedule: Schedule?
    if action == .remove { schedule = nil } else { schedule = try made() }
    let told: [String]
    switch action {
    case .print: told = []
    case .install: told = try files.install(schedule?.units ?? [])
    case .remove: told = try files.remove(names)
    }
    let commands = commands(of: names.timer, changed: !told.isEmpty)
    guard !talk.json else { return json(schedule, files, told, commands) }
    guard action != .print else { return show(schedule, files) }
    let verb = action == .install ? "wrote" : "removed"
    for path in told { Output.line("\(verb) \(Output.printable(path))") }
    if told.isEmpty {
      Output.line(
        action == .install ? "the units are there already, as they should be" : "there are none of ours")
    }
    if action == .install, !Self.hasSystemd {
      Output.note("note: no systemd runs here; --cron prints lines for cron")
    }
    guard !talk.quiet, !commands.isEmpty else { return }
    Output.line(action == .install ? "now enable it:" : "now let systemd know:")
    for command in commands { Output.line("  " + command) }
  }

  private func made() throws -> Schedule {
    let places = try RoundPlaces.read(config)
    let drills = drillIdentity.map { [RoundPlaces.absolute($0)] } ?? places.drillIdentities
    var settings = ScheduleSettings(
      command: [try Self.program(), "round", "--config", places.configuration],
      configuration: places.configuration, folders: places.folders,
      manager: user ? .user : .system(user: account ?? "strongroom"))
    settings.identity = identity.map(RoundPlaces.absolute) ?? places.identity
    settings.drillIdentity = drills.count == 1 ? drills[0] : nil
    settings.passphrase = passphraseFile.map(RoundPlaces.absolute)
    // One credential can't stand for several files: drills read those themselves.
    settings.readings = places.readings + (drills.count > 1 ? drills : [])
    settings.usesNetwork = places.hasNotices || places.hasBuckets
    settings.lendsRights = setID
    settings.onFailure = onFailure
    settings.name = name
    return try Self.telling { () throws(ScheduleError) in
      settings.time = try TimeOfDay(at)
      return try Schedule(settings)
    }
  }

  private static func telling<Value>(_ body: () throws(ScheduleError) -> Value) throws -> Value {
    do { return try body() } catch {
      switch error {
      case .noTime, .noName, .noUser, .noUnit: throw ValidationError("\(error)")
      case .notAbsolute, .notRunnable, .notWritable:
        throw VaultError(.input, "\(error)", safe: "nothing was written")
      }
    }
  }

  private func commands(of timer: String, changed: Bool) -> [String] {
    let systemctl = user ? "systemctl --user" : "systemctl"
    switch action {
    case .print: return []
    case .install:
      return ["\(systemctl) daemon-reload", "\(systemctl) enable --now \(timer)"]
        // Without it a user's units run only while the user is there.
        + (user ? ["loginctl enable-linger"] : [])
    case .remove: return changed ? ["\(systemctl) stop \(timer)", "\(systemctl) daemon-reload"] : []
    }
  }

  private func show(_ schedule: Schedule?, _ files: UnitFiles) {
    guard let schedule else { return }
    guard !cron, systemd || Self.hasSystemd else {
      if !cron { Output.note("note: no systemd runs here, so these are lines for cron") }
      for line in schedule.cron { Output.line(line) }
      return
    }
    for unit in schedule.units { Output.line("# \(files.path(of: unit.name))\n\(unit.text)") }
  }

  private func json(_ schedule: Schedule?, _ files: UnitFiles, _ told: [String], _ commands: [String]) {
    let units = (schedule?.units ?? []).map { unit -> JSONValue in
      .object(["path": .string(files.path(of: unit.name)), "text": .string(unit.text)])
    }
    Output.json([
      "changed": .array(told.map { .string($0) }), "commands": .array(commands.map { .string($0) }),
      "cron": .array((schedule?.cron ?? []).map { .string($0) }),
      "systemd": .integer(Self.hasSystemd ? 1 : 0), "units": .array(units),
    ])
  }

  /// As sd_booted(3) asks.
  private static var hasSystemd: Bool { FileManager.default.fileExists(atPath: "/run/systemd/system") }

  private static func usersFolder() throws -> String {
    if let folder = environment("XDG_CONFIG_HOME"), folder.hasPrefix("/") { return folder + "/systemd/user" }
    guard let home = environment("HOME") else { throw ValidationError("whose units? HOME isn't set") }
    return home + "/.config/systemd/user"
  }

  /// The program's path as it was called, by which it is found when it was replaced; else its file's.
  private static func program() throws -> String {
    let file = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let called = CommandLine.arguments.first ?? ""
    let folders = (environment("PATH") ?? "").split(separator: ":")
    let ways = called.contains("/") ? [RoundPlaces.absolute(called)] : folders.map { "\($0)/\(called)" }
    return ways.first { $0.hasPrefix("/") && Location.folder($0).resolved.description == file } ?? file
  }
}
