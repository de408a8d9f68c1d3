import Drill
import ArgumentParser
import Glibc
import Sealing
import Storage
import Vault

/// A command that ends otherwise than well, with the code that scripts look at.
struct Ending: Error {
  let code: Int32
  static let failed = Ending(code: 1)
  static let incomplete = Ending(code: 2)
  static let objectivesMissed = Ending(code: 20)
}

/// Turns an error into what the user reads and into an exit code: the one place that does.
struct Failure {
  let error: any Error

  init(_ error: any Error) { self.error = error }

  func leave() -> Never {
    switch error {
    case let ending as Ending: exit(ending.code)
    case let error as VaultError:
      say(error.what, safe: error.safe, hint: error.hint, code: Self.code(error.code))
    case let error as StorageError: say("\(error)", safe: nil, hint: error.hint, code: 1)
    case let error as SealingError:
      say("\(error)", safe: nil, hint: nil, code: error.code == .wrongKey ? 12 : 1)
    case let error as Malformed: say("\(error.where): \(error.what)", safe: nil, hint: nil, code: 1)
    case let error as DrillError: say(error.what, safe: nil, hint: error.hint, code: 1)
    case is CancellationError:
      say(
        "interrupted", safe: "what was committed before stays", hint: "run the command again to go on",
        code: 1)
    default:
      let code = Strongroom.exitCode(for: error)
      // Help and version are a result.
      if code.isSuccess { Strongroom.exit(withError: error) }
      // What was typed stands in the message; the lines after it are the program's own.
      let message = Strongroom.message(for: error)
      Output.usage(
        Strongroom.fullMessage(for: error)
          .replacing(message, with: Output.harmless(message), maxReplacements: 1))
      exit(code.rawValue)
    }
  }

  private func say(_ what: String, safe: String?, hint: String?, code: Int32) -> Never {
    Output.error(what)
    if let safe { Output.error("safe: \(safe)", label: "") }
    if let hint { Output.error("hint: \(hint)", label: "") }
    exit(code)
  }

  static func code(_ code: VaultError.Code) -> Int32 {
    switch code {
    case .noVault: 10
    case .busy: 11
    case .notGranted, .wrongKey: 12
    case .rollback, .unknownVault, .clock, .refused: 13
    case .exists, .damaged, .missing, .input, .storage, .failed: 1
    }
  }
}
