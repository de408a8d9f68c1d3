import ArgumentParser

/// From where a passphrase comes that belongs to a file, or is to.
struct PassphraseOptions: ParsableArguments {
  @Option(name: .long, help: "A file that holds the passphrase.", completion: .file())
  var passphraseFile: String?

  @Option(name: .long, help: "A command that prints the passphrase.")
  var passphraseCommand: String?

  func validate() throws {
    if passphraseFile != nil, passphraseCommand != nil {
      throw ValidationError("--passphrase-file and --passphrase-command exclude each other")
    }
  }

  /// Nil where nothing was said.
  var source: PassphraseSource? {
    passphraseFile.map { .file($0) } ?? passphraseCommand.map { .command($0) }
  }
}
