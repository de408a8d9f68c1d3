internal import Rules
import ArgumentParser
import Backup
import Glibc
import Sealing
import Storage
import Vault

/// How a command talks.
struct OutputOptions: ParsableArguments {
  @Flag(name: .long, help: "Print the result as JSON on standard output.")
  var json = false

  @Flag(name: .shortAndLong, help: "Say nothing but the result and errors.")
  var quiet = false
}

/// Which vault, and how this machine knows that it is the right one.
struct VaultOptions: ParsableArguments {
  @Option(
    name: .long,
    help:
      "The vault's folder, or a copy's to look at that; by default $STRONGROOM_VAULT, or what the configuration says.",
    completion: .directory)
  var vault: String?

  @Option(
    name: .long,
    help: "The configuration file; by default $STRONGROOM_CONFIG, or ~/.config/strongroom/config.yml.",
    completion: .file(extensions: ["yml", "yaml"]))
  var config: String?

  @Option(name: .long, help: "The vault id that is expected, from the vault card; or $STRONGROOM_VAULT_ID.")
  var vaultID: String?

  @Option(
    name: .long,
    help:
      "How many work side by side; by default as many as there are processors to be used. Each takes memory.")
  var jobs: Int?

  func validate() throws {
    if let jobs, !(1...256).contains(jobs) { throw ValidationError("--jobs takes a number from 1 to 256") }
  }

  /// The vault's location.
  func location(_ configuration: Configuration) throws -> Location {
    if let said = vault ?? environment("STRONGROOM_VAULT") { return configuration.location(said) }
    guard let vault = configuration.vault else {
      throw ValidationError(
        "which vault? say --vault FOLDER, set STRONGROOM_VAULT, or name it in the configuration file")
    }
    return vault
  }

  /// The id that the user expects, if they said one.
  func expected() throws -> Identifier? {
    guard let text = vaultID ?? environment("STRONGROOM_VAULT_ID") else { return nil }
    guard let id = TypedID.identifier(text) else {
      throw ValidationError("'\(text)' is not a vault id: 32 hexadecimal digits are expected")
    }
    return id
  }

  /// Opens the place at a location, by default the vault, remembers it once it is trusted, and works on it.
  ///
  /// What comes up meanwhile is told, whatever becomes of the work; and where anything is left out of order, though the
  /// work was done, the command ends with 2.
  /// - Parameters:
  ///   - location: as the user said it; a name of the configuration or a path.
  ///   - isLook: every commit is read, and a vault that nobody vouched for may be looked at (verify).
  ///   - besideVault: whether the vault was said, too, for another part of the work.
  ///   - tellsDamage: whether the work itself tells all that is out of order, and ends with 2 for it.
  ///   - fork: where the user accepts that it goes on otherwise than this machine saw.
  ///   - new: the place that the work makes, and for whom.
  func use(
    _ location: String? = nil, toWrite: Bool = false, isLook: Bool = false,
    accepting fork: Fork? = nil, besideVault: Bool = false, tellsDamage: Bool = false,
    making new: (place: String, group: GroupOption)? = nil, _ work: (OpenPlace) async throws -> Void
  ) async throws {
    let configuration = try Configuration.read(config)
    try await Configuration.$current.withValue(configuration) {
      guard location == nil || vault == nil || besideVault else {
        throw ValidationError("this command takes the place as its argument; leave --vault out")
      }
      let said = try location.map(configuration.location) ?? self.location(configuration)
      let sharing = try new.flatMap { new in try new.group.sharing(configuration.location(new.place)) }
      let machine = try Machine.here(workers: jobs, sharing: sharing)
      let opened = try await open(said, in: machine, toWrite: toWrite, isLook: isLook, accepting: fork)
      if toWrite { try Self.checkClock(of: opened) }
      try await use(opened, tellsDamage: tellsDamage) { opened in
        try await work(opened)
        if toWrite {
          await opened.compareWhereDue()
          await opened.mergeWhereDue()
        }
      }
    }
  }

  /// Opens a place as the options say, by the current configuration.
  func open(
    _ location: Location, in machine: Machine, toWrite: Bool = false, isLook: Bool = false,
    accepting fork: Fork? = nil
  ) async throws -> OpenPlace {
    let configuration = Configuration.current
    let expected = try expected()
    for leftover in Leftover.removeAll(of: machine) { leftover.tell() }
    // What the configuration says vouches at first contact, as an answer would. It isn't said of each command, so it
    // doesn't stand in for what this machine remembers.
    let opened = try await OpenPlace.open(
      location, in: machine, expecting: expected, toWrite: toWrite, afresh: isLook, accepting: fork,
      allowsUnknown: isLook, askedFor: { $0 == configuration.vaultID || Self.ask($0) })
    if expected == nil, location == configuration.vault, let id = configuration.vaultID,
      opened.state.vault != id
    {
      throw VaultError(
        .unknownVault, "this is vault \(opened.state.vault.hex), the configuration expects \(id.hex)",
        safe: "nothing was written")
    }
    return opened
  }

  /// An archive may rest for a while; what comes after longer than that is asked about, since a time once entered stays.
  private static let longestRest: UInt64 = 90 * 86_400

  private static func checkClock(of opened: OpenPlace) throws {
    guard opened.clockLead > longestRest, environment("STRONGROOM_CLOCK") != "trust" else { return }
    let clock = Output.moment(opened.machine.now())
    let what =
      "this machine's clock says \(clock), \(Output.duration(opened.clockLead)) after the newest entry"
    if Terminal.confirm("\(what); is that the time?") { return }
    throw VaultError(
      .clock, "\(what), and nobody said that it is right", safe: "nothing was written",
      hint: "set the clock; if it is right, set STRONGROOM_CLOCK=trust for this command")
  }

  private func use(
    _ vault: OpenPlace, tellsDamage: Bool, _ work: (OpenPlace) async throws -> Void
  ) async throws {
    let known = vault.remarks.count
    func tell(_ remarks: some Sequence<Notice>, butDamage: Bool) {
      for remark in remarks where !(butDamage && remark.isDamage) {
        Output.warn(Warning(remark), "\(remark)")
      }
    }
    tell(vault.remarks, butDamage: tellsDamage)
    defer { BareIdentities.tell(of: vault) }
    do {
      try await work(vault)
    } catch {
      // What ends with a count of findings told them.
      let isTold = tellsDamage && error is CommandExit
      tell(vault.remarks.prefix(tellsDamage && !isTold ? known : 0).filter(\.isDamage), butDamage: false)
      tell(vault.remarks.dropFirst(known), butDamage: isTold)
      throw error
    }
    tell(vault.remarks.dropFirst(known), butDamage: tellsDamage)
    guard tellsDamage || vault.shortfalls.isEmpty else {
      let count = Output.count(vault.shortfalls.count, "object")
      throw CommandExit.incomplete(
        "done, but \(count) at \(vault.place.location) not as it should be")
    }
  }

  /// Digits of an id that nobody grinds out: eight take an hour.
  private static let typedDigits = 16

  /// First contact on a terminal: the id is asked for as the card has it, and shown only then.
  private static func ask(_ id: Identifier) -> Bool {
    guard Terminal.isPresent else { return false }
    Output.note("this machine has not seen this vault before")
    let answer = Terminal.ask("type the first \(typedDigits) digits of the id on the vault card to go on: ")
    guard let typed = answer.map(TypedID.digits), typed.count >= typedDigits, id.hex.hasPrefix(typed) else {
      return false
    }
    Output.note("it is vault \(id.hex)")
    return true
  }
}

/// How the user proves who they are by themselves.
struct OwnKeyOptions: ParsableArguments {
  @Option(name: .long, help: "The identity file; or $STRONGROOM_IDENTITY.", completion: .file())
  var identity: String?

  @Option(
    name: .long,
    help:
      "A file that holds the passphrase, by itself or that of --identity; or $STRONGROOM_PASSPHRASE_FILE.",
    completion: .file())
  var passphraseFile: String?

  @Option(name: .long, help: "A command that prints the passphrase.")
  var passphraseCommand: String?

  /// Whether the command line names a way in.
  var isSaid: Bool { identity != nil || passphraseFile != nil || passphraseCommand != nil }

  /// Finds the identity by what was given, in the environment, in systemd's credentials, or by a prompt.
  /// - Returns: the key, for another place of the vault.
  @discardableResult
  func unlock(_ vault: OpenPlace) async throws -> KeySource {
    if let key = try given() ?? Terminal.secret("passphrase: ").map({ .passphrase($0) }) {
      try await vault.unlock(with: key)
      return key
    } else {
      throw VaultError(
        .notGranted, "no identity was given and nobody can be asked", safe: "nothing was written",
        hint: "use --identity FILE, --passphrase-file FILE, --shares FILE... or $STRONGROOM_IDENTITY")
    }
  }

  /// The key as given without asking, nil where nothing was.
  func given() throws -> KeySource? {
    if let identity { return .identity(try KeyOptions.readIdentity(identity, source)) }
    if let passphraseFile { return .passphrase(try KeyOptions.readPassphrase(passphraseFile)) }
    if let passphraseCommand { return .passphrase(try KeyOptions.run(passphraseCommand)) }
    if let file = environment("STRONGROOM_IDENTITY") {
      return .identity(try KeyOptions.readIdentity(file, source))
    }
    if let file = environment("STRONGROOM_PASSPHRASE_FILE") {
      return .passphrase(try KeyOptions.readPassphrase(file))
    }
    if let file = Self.credential("strongroom.identity") {
      return .identity(try KeyOptions.readIdentity(file, source))
    }
    if let file = Self.credential("strongroom.passphrase") {
      return .passphrase(try KeyOptions.readPassphrase(file))
    }
    if let file = Configuration.current.identity {
      return .identity(try KeyOptions.readIdentity(file, source))
    }
    return nil
  }

  /// The path of one of systemd's credentials; nil where it isn't there.
  static func credential(_ name: String) -> String? {
    guard let folder = environment("CREDENTIALS_DIRECTORY") else { return nil }
    let file = "\(folder)/\(name)"
    return unsafe access(file, R_OK) == 0 ? file : nil
  }

  /// From where the passphrase of a closed identity file comes.
  private var source: PassphraseSource {
    if let passphraseFile { return .file(passphraseFile) }
    if let passphraseCommand { return .command(passphraseCommand) }
    if let file = environment("STRONGROOM_PASSPHRASE_FILE") { return .file(file) }
    if let file = Self.credential("strongroom.passphrase") { return .file(file) }
    return .asked
  }
}

extension KeyOptions {
  /// Reads the first line of a file as a passphrase.
  static func readPassphrase(_ path: String) throws -> Secret {
    let read = try Interruption.whileAsking { try DurableFile.withSecret(path, limit: 4096, firstLine) }
    guard let passphrase = read else {
      // It may be the passphrase itself, given in place of a path.
      throw VaultError(.input, "there is no passphrase file at the path that was given")
    }
    guard passphrase.count > 0 else {
      throw VaultError(
        .input, "the first line of \(path) is empty: it should hold the passphrase",
        safe: "nothing was written")
    }
    return passphrase
  }

  /// Takes the first line that a command prints as a passphrase.
  static func run(_ command: String) throws -> Secret {
    try Interruption.whileAsking { try output(of: command) }
  }

  private static func output(of command: String) throws -> Secret {
    guard let pipe = unsafe StandardStreams.withUmaskAsGiven({ unsafe popen(command, "re") }) else {
      throw VaultError(.input, "the passphrase command can't be started")
    }
    // Neither the stream's buffer nor an array that grows may keep a copy.
    unsafe setvbuf(pipe, nil, _IONBF, 0)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4096)
    defer { Wiping.wipe(&bytes) }
    while bytes.count < 4096 {
      let byte = unsafe fgetc(pipe)
      if byte == EOF { break }
      bytes.append(UInt8(truncatingIfNeeded: byte))
    }
    guard unsafe pclose(pipe) == 0 else {
      throw VaultError(.input, "the passphrase command failed")
    }
    return firstLine(bytes.span)
  }

  private static func firstLine(_ bytes: Span<UInt8>) -> Secret {
    var count = bytes.indices.first { bytes[$0] == 0x0a } ?? bytes.count
    if count > 0, bytes[count - 1] == 0x0d { count -= 1 }
    return Secret(copying: bytes.extracting(first: count))
  }
}

/// A variable of the environment, nil where it is unset or empty.
func environment(_ name: String) -> String? {
  guard let value = unsafe getenv(name) else { return nil }
  let text = unsafe String(cString: value)
  return text.isEmpty ? nil : text
}
