import ArgumentParser
import Drill
import Foundation
import S3
import Sealing
import Storage
import Vault

struct AddDestination: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Give a destination a name, in the configuration file.",
    discussion: """
      Nothing is written at the destination: its first snapshot does, with --new. How the bucket of an address is reached is \
      written down with it where options say so; else the environment says it. Keys never stand in the file. See Docs/S3.md.
      """)

  @Argument(help: "Its name: a-z, 0-9 and -.")
  var name: String

  @Argument(help: "A folder, or the address of a bucket: s3://BUCKET/PREFIX.", completion: .directory)
  var place: String

  @Option(name: .long, help: "For a bucket: the server's address, https://HOST:PORT.")
  var endpoint: String?

  @Option(name: .long, help: "For a bucket: the region that requests are signed for.")
  var region: String?

  @Option(name: .long, help: "For a bucket: which profile of the files of AWS's tools has the keys.")
  var profile: String?

  @Option(
    name: .long, help: "For a bucket: a PEM file with the certificates of who vouches for the server.",
    completion: .file())
  var ca: String?

  @OptionGroup var file: ConfigurationFileOption
  @OptionGroup var talk: OutputOptions

  func validate() throws {
    try Configuration.refuseEmpty(name, place)
    guard settings.isEmpty || Location(place).path == nil else {
      throw ValidationError("--endpoint, --region, --profile and --ca are for buckets")
    }
  }

  private var settings: [(String, String)] {
    [
      ("endpoint", endpoint), ("region", region), ("profile", profile), ("ca", ca.map(RoundPlaces.absolute)),
    ]
    .compactMap { name, value in value.map { (name, $0) } }
  }

  /// Refuses settings with which nothing could be reached; nothing is sent.
  private func checkSettings(of address: BucketAddress) async throws {
    guard !settings.isEmpty else { return }
    var options = S3Options()
    options.endpoint = endpoint
    // What isn't said may be in the environment of whoever uses it.
    options.region = region ?? "us-east-1"
    options.caFile = ca.map(RoundPlaces.absolute)
    let store = try S3Store(
      address, settings: S3Settings(options, environment: [:]), spoolFolder: "/nowhere")
    await store.close()
  }

  func run() async throws {
    let location = Location(place)
    // What looks like one and is none says why.
    try location.requireMeant()
    if case .bucket(let address) = location { try await checkSettings(of: address) }
    let written = location.path.map(RoundPlaces.absolute) ?? location.description
    try file.change { configuration, text in
      guard configuration.destinations[name] == nil else {
        throw VaultError(
          .exists, "there is a destination '\(name)' already", safe: "nothing was written",
          hint: "strongroom destination remove \(name) takes its name away")
      }
      text.add(name, .text(written), to: "destinations")
      guard case .bucket(let address) = location, !settings.isEmpty else { return }
      guard configuration.buckets[address.bucket] == nil else {
        throw VaultError(
          .exists, "the configuration says already how bucket \(address.bucket) is reached",
          safe: "nothing was written", hint: "leave the options out, or change it there by hand")
      }
      text.add(address.bucket, .members(settings), to: "buckets")
    } expecting: { configuration in
      configuration.destinations[name]?.description == written
    }
    if talk.json {
      Output.json(["location": .string(written), "name": .string(name)])
    } else {
      Output.line("\(name) is \(Output.printable(written)) from now on")
      Output.note("hint: where no snapshot is yet: strongroom snapshot take \(name) --new")
    }
  }
}

struct RemoveDestination: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Take a destination's name out of the configuration file.",
    discussion: """
      How its bucket is reached goes with it, where nothing else of the file lies in that bucket. What is there stays, and the vault's ledger goes on expecting snapshots of it: destination forget ends that.
      """)

  @Argument(help: "Its name.")
  var name: String

  @OptionGroup var file: ConfigurationFileOption
  @OptionGroup var talk: OutputOptions

  func run() async throws {
    try file.change { configuration, text in
      guard configuration.destinations[name] != nil else {
        throw VaultError(.input, "there is no destination '\(name)' in the configuration")
      }
      let isUsed = configuration.drills.first { $0.value.destination == name }
      if let isUsed {
        throw VaultError(
          .refused, "drill '\(isUsed.key)' restores from '\(name)'", safe: "nothing was written",
          hint: "change the drill first")
      }
      _ = text.remove(name, from: "destinations")
      guard case .bucket(let address)? = configuration.destinations[name],
        !configuration.uses(address.bucket, besides: name)
      else { return }
      _ = text.remove(address.bucket, from: "buckets")
    } expecting: { configuration in
      configuration.destinations[name] == nil
    }
    if talk.json {
      Output.json(["name": .string(name)])
    } else {
      Output.line("\(Output.printable(name)) is no name any more; what is there stays")
    }
  }
}

/// The configuration file that is changed.
struct ConfigurationFileOption: ParsableArguments {
  @Option(
    name: .long,
    help: "The configuration file; by default $STRONGROOM_CONFIG, or ~/.config/strongroom/config.yml.",
    completion: .file(extensions: ["yml", "yaml"]))
  var config: String?

  /// Changes the file's text, and puts it in its place once it reads as it should.
  /// - Parameters:
  ///   - edit: changes the text of a configuration.
  ///   - isRight: whether the changed one says what it should.
  func change(
    _ edit: (Configuration, inout ConfigurationText) throws -> Void,
    expecting isRight: (Configuration) -> Bool
  ) throws {
    guard let path = config ?? environment("STRONGROOM_CONFIG") ?? Configuration.usualPath else {
      throw VaultError(.input, "which configuration file? say --config FILE")
    }
    let bytes = try DurableFile.read(path, limit: Configuration.limit)
    guard let old = bytes.map({ String(validating: $0, as: UTF8.self) }) ?? "" else {
      throw VaultError(.input, "\(path) is not UTF-8 text", safe: "nothing was written")
    }
    do {
      let configuration = try Configuration(yaml: old, at: path)
      var text = ConfigurationText(old)
      try edit(configuration, &text)
      // A mapping that stands in one line, as {a: b}, isn't even YAML then.
      let changed = try Self.read(text, at: path)
      guard let changed, isRight(changed), changed.isEqual(to: configuration) else {
        throw VaultError(
          .refused, "\(path) is written in a way that can't be changed line by line",
          safe: "nothing was written", hint: "change it by hand: Docs/Configuration.md")
      }
      if bytes == nil {
        if let slash = path.lastIndex(of: "/") { try DurableFile.makeFolder(String(path[..<slash])) }
        try DurableFile.writeNew(Array(text.text.utf8), to: path)
      } else {
        // The file itself, where the path is a link to it.
        let file = Location.folder(path).resolved.description
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        try DurableFile.replace(Array(text.text.utf8), at: file, mode: UInt16(mode ?? 0o600) & 0o666)
      }
    } catch let fault as YAMLFault { throw VaultError(.input, fault.what, safe: "nothing was written") }
  }
}

extension ConfigurationFileOption {
  /// Nil where it is no YAML any more.
  private static func read(_ text: ConfigurationText, at path: String) throws(YAMLFault) -> Configuration? {
    do { return try Configuration(yaml: text.text, at: path) } catch {
      guard error.what.contains("it isn't YAML") else { throw error }
      return nil
    }
  }
}

extension Configuration {
  /// Whether the vault or another destination lies in a bucket.
  fileprivate func uses(_ bucket: String, besides name: String) -> Bool {
    let others = destinations.filter { $0.key != name }.map(\.value)
    return ([vault].compactMap(\.self) + others).contains { location in
      if case .bucket(let address) = location { address.bucket == bucket } else { false }
    }
  }

  /// Whether all but destinations and buckets is the same.
  fileprivate func isEqual(to other: Configuration) -> Bool {
    var (mine, its) = (self, other)
    (mine.destinations, its.destinations) = ([:], [:])
    (mine.buckets, its.buckets) = ([:], [:])
    return mine == its
  }
}
