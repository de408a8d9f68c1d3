import Drill
import ArgumentParser
import Glibc
import Vault

/// A command that ends otherwise than well, with the code that scripts look at.
struct CommandExit: Error {
  let code: Int32
  /// The last line on standard error; nil where the result says it all.
  let what: String?

  /// It finished, but not all is as it should be: what isn't was said item by item before.
  static func incomplete(_ what: String) -> CommandExit { CommandExit(code: 2, what: what) }

  /// The same for so many findings.
  static func incomplete(findings count: Int) -> CommandExit {
    .incomplete("\(Output.count(count, "finding")), named above")
  }

  /// It failed, and there is nobody to say so to.
  static let failed = CommandExit(code: 1, what: nil)
  static let objectivesMissed = CommandExit(code: 20, what: nil)
}

/// Turns an error into what the user reads and into an exit code: the one place that does.
struct ErrorReport {
  /// What the user reads, and the exit code.
  struct Words: Equatable {
    let what: String
    var safe: String?
    var hint: String?
    let code: Int32
  }

  let error: any Error

  init(_ error: any Error) { self.error = error }

  func leave() -> Never {
    if let ending = error as? CommandExit {
      if let what = ending.what { Output.error(what) }
      exit(ending.code)
    }
    if let words {
      Output.error(words.what)
      if let safe = words.safe { Output.error("safe: \(safe)", label: "") }
      if let hint = words.hint { Output.error("hint: \(hint)", label: "") }
      exit(words.code)
    }
    let code = Strongroom.exitCode(for: error)
    // Help and version are a result, and one that may not reach anybody.
    if code.isSuccess {
      Output.line(Strongroom.fullMessage(for: error))
      do { try Output.finish() } catch { ErrorReport(error).leave() }
      exit(code.rawValue)
    }
    // What was typed stands in the message; the lines after it are the program's own.
    let message = Strongroom.message(for: error)
    Output.usage(usage.replacing(message, with: Output.harmless(message), maxReplacements: 1))
    exit(code.rawValue)
  }

  /// The message with how the command is used. An error that a command throws itself bears no trace of which one it is.
  private var usage: String {
    let (path, type) = CommandTree.command(of: CommandLine.arguments.dropFirst())
    guard error is ValidationError, !path.isEmpty else { return Strongroom.fullMessage(for: error) }
    let short = path.last ?? ""
    let long = "strongroom " + path.joined(separator: " ")
    return type.fullMessage(for: error)
      .replacing("Usage: \(short)", with: "Usage: \(long)")
      .replacing("See '\(short) --help'", with: "See '\(long) --help'")
  }

  /// Nil where it is about how the command was called, which the argument parser says.
  var words: Words? {
    switch error {
    case is CommandExit: return nil
    case let error as DrillError: return Words(what: error.what, hint: error.hint?.words, code: 1)
    case is CancellationError:
      return Words(
        what: "interrupted", safe: "what was committed before stays", hint: "run the command again to go on",
        code: Interruption.exitCode)
    default: break
    }
    if let told = VaultError(telling: error) {
      return Words(what: told.what, safe: told.safe, hint: told.hint?.words, code: Self.code(told.code))
    }
    // The parser has words for its own errors; of any other it would print what Swift makes of it.
    guard Strongroom.exitCode(for: error) == .failure, !(error is ExitCode) else { return nil }
    return Words(
      what: "something went wrong that should not: \(error)",
      hint: "this may be a defect of the program; please report it with the command that was run", code: 1)
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
