import Sealing
import Storage
import Vault

extension KeyOptions {
  /// Reads an identity file; for a closed one its passphrase is taken from where it was given, or asked for.
  static func readIdentity(_ path: String, _ passphrase: PassphraseSource = .asked) throws -> Identity {
    // Who may read systemd's credentials is systemd's business, and so is how they are kept.
    let isCredential = environment("CREDENTIALS_DIRECTORY").map { path.hasPrefix($0 + "/") } ?? false
    if !isCredential, DurableFile.isOpenToOthers(path) {
      Output.warn(
        .identityOpen,
        "others may read the secret identity file \(Output.printable(path)); chmod 600 mends it, where the file system keeps permissions"
      )
    }
    do {
      switch try Interruption.whileAsking({
        try DurableFile.withSecret(path, limit: IdentityFile.limit, SecretFile.init(reading:))
      }) {
      case .bare(let identity)?:
        if !isCredential { BareIdentities.wasRead(identity) }
        return identity
      case .closed(let closed)?: return try open(closed, of: path, passphrase)
      case nil: break
      }
      // Whoever gave the file's content in place of its path doesn't want to read it in a log.
      guard !path.contains(where: { "{}\n".contains($0) }) else {
        throw VaultError(.input, "the path of an identity file is expected, not what it holds")
      }
      throw VaultError(
        .input, "there is no identity file at \(path)", hint: "strongroom identity new FILE makes one")
    } catch let error as Malformed {
      throw VaultError(.input, "\(path) is not an identity file: \(error.what)")
    }
  }

  /// Opens a closed file.
  static func open(
    _ closed: IdentityFile.Closed, of path: String, _ source: PassphraseSource
  ) throws -> Identity {
    guard let passphrase = try source.passphrase(of: path) else {
      throw VaultError(
        .notGranted, "\(path) is closed under a passphrase, and nobody can be asked for it",
        safe: "nothing was written",
        hint: "say --passphrase-file FILE or --passphrase-command COMMAND, or set $STRONGROOM_PASSPHRASE_FILE"
      )
    }
    do { return try closed.open(with: passphrase) } catch {
      switch error.code {
      case .wrongKey:
        throw VaultError(.wrongKey, "the passphrase doesn't open \(path)", safe: "nothing was written")
      case .malformedKey, .corrupted:
        throw VaultError(.input, "\(path) is damaged: \(error)", safe: "nothing was written")
      default: throw error
      }
    }
  }
}

/// A secret identity file, as it was read.
enum SecretFile {
  case bare(Identity)
  case closed(IdentityFile.Closed)

  init(reading text: Span<UInt8>) throws {
    self =
      IdentityFile.Closed.begins(text)
      ? .closed(try IdentityFile.Closed(reading: text))
      : .bare(try IdentityFile.identity(from: Secret(copying: text)))
  }
}

/// From where the passphrase of a closed identity file comes.
enum PassphraseSource {
  /// A file, a command, or else the terminal.
  case file(String), command(String), asked

  /// The passphrase; nil where nobody sits there.
  func passphrase(of path: String) throws -> Secret? {
    switch self {
    case .file(let file): try KeyOptions.readPassphrase(file)
    case .command(let command): try KeyOptions.run(command)
    case .asked: Terminal.secret("passphrase of \(Output.printable(path)): ")
    }
  }
}
