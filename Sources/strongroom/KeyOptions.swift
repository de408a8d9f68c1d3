import ArgumentParser
import Sealing
import Vault

/// How the user proves who they are: by an identity or by recovery shares. Never a secret in an argument.
struct KeyOptions: ParsableArguments {
  @OptionGroup var own: OwnKeyOptions

  @Option(
    name: .long, parsing: .upToNextOption,
    help: "Files of recovery shares, enough of them, last on the line; - asks for their words.",
    completion: .file(extensions: ["txt"]))
  var shares: [String] = []

  /// Whether the command line names a way in; else it may be somebody else's, from the environment.
  var isSaid: Bool { own.isSaid || !shares.isEmpty }

  func validate() throws {
    guard shares.isEmpty || !own.isSaid else {
      throw ValidationError("--shares is a way in by itself: leave the identity and the passphrase out")
    }
  }

  /// Finds the identity by what was given, in the environment, in systemd's credentials, or by a prompt.
  /// - Returns: the key, for another place of the vault.
  @discardableResult
  func unlock(_ vault: OpenPlace) async throws -> KeySource {
    guard let key = try given() else { return try await own.unlock(vault) }
    try await vault.unlock(with: key)
    return key
  }

  /// The key as given without asking, nil where nothing was.
  func given() throws -> KeySource? {
    try shares.isEmpty ? own.given() : .identity(ShareFiles.identity(from: shares))
  }

  /// Unlocks it by what was given. Who is asked for nothing is told what is public, also where the identity at hand opens
  /// nothing here.
  func unlockIfAny(_ vault: OpenPlace) async throws {
    guard let key = try given() else { return }
    do { try await vault.unlock(with: key) } catch let error as VaultError {
      guard !isSaid, error.code == .notGranted || error.code == .wrongKey else { throw error }
      Output.warn(.locked, "what needs a key is not told: \(error.what)")
    }
  }
}
