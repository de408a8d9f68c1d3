import Round
import Sealing
import Storage
import Vault

/// A round that could not be done at all: the gravest of all news, and there is no open vault to hang it on.
struct RoundFailure {
  private let error: any Error
  private let configuration: Configuration
  private let vault: VaultOptions

  init(_ error: any Error, of configuration: Configuration, by vault: VaultOptions) {
    self.error = error
    self.configuration = configuration
    self.vault = vault
  }

  /// Tells people, unless the round itself did, or nothing is wrong but that another one works.
  func tell() async {
    switch error {
    case is CommandExit, is CancellationError: return
    case let error as RoundError where error.code == .busy: return
    default: break
    }
    guard let words = ErrorReport(error).words else { return }
    let place = (try? vault.location(configuration))?.description ?? "the vault"
    let text =
      [
        "The round of \(Output.printable(place)) could not be done: \(Output.printable(words.what))",
        words.safe.map { "What is safe: \(Output.printable($0))" },
        words.hint.map { "What to do: \(Output.printable($0))" },
      ].compactMap(\.self).joined(separator: "\n") + "\n"
    for failure in await RoundKeeping.cry(
      text, configuration.noticeSettings, metrics: configuration.round.metrics, at: Self.now)
    {
      Output.warn(.untold, failure)
    }
  }

  private static var now: UInt64 { (try? Machine.here(workers: 1))?.now() ?? 0 }
}
