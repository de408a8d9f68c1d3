import Drill
import Round
import ArgumentParser
import Glibc
import Sealing
import Vault

/// A command that ends otherwise than well, with the code that scripts look at.
struct CommandExit: Error {
  let kind: ErrorKind
  /// Why, for programs.
  let what: String
  /// The last line on standard error; nil where the result says it all.
  var said: String?
  var code: Int32 { kind.exitCode }

  /// It finished, but not all is as it should be: what isn't was said item by item before.
  static func incomplete(_ what: String) -> CommandExit {
    CommandExit(kind: .incomplete, what: what, said: "\(what), named above")
  }

  /// The same for so many findings.
  static func incomplete(findings count: Int) -> CommandExit { .incomplete(Output.count(count, "finding")) }

  /// It failed, and there is nobody to say so to.
  static let failed = CommandExit(kind: .failed, what: "nobody reads the result")
  static let objectivesMissed = CommandExit(kind: .objectivesMissed, what: "the drill missed its objectives")

  /// A drill that says nothing about the recovery.
  static func unfit(_ why: String) -> CommandExit { CommandExit(kind: .unfit, what: why) }
}

/// Turns an error into what the user reads and into an exit code: the one place that does.
struct ErrorReport {
  /// What the user reads, and the exit code.
  struct Words: Equatable {
    let kind: ErrorKind
    let what: String
    var safe: String?
    var hint: String?
    var code: Int32 { kind.exitCode }

    init(_ kind: ErrorKind, _ what: String, safe: String? = nil, hint: String? = nil) {
      (self.kind, self.what, self.safe, self.hint) = (kind, what, safe, hint)
    }

    /// What a program reads.
    var json: JSONObject {
      [
        "exit": .integer(UInt64(code)), "hint": .string(hint ?? ""), "kind": .string(kind.rawValue),
        "safe": .string(safe ?? ""), "what": .string(what),
      ]
    }
  }

  let error: any Error

  init(_ error: any Error) { self.error = error }

  func leave() -> Never {
    if let ending = error as? CommandExit {
      if let said = ending.said { Output.error(said) }
      Output.end(Words(ending.kind, ending.what).json)
      exit(ending.code)
    }
    if let words {
      Output.error(words.what)
      if let safe = words.safe { Output.error("safe: \(safe)", label: "") }
      if let hint = words.hint { Output.error("hint: \(hint)", label: "") }
      Output.end(words.json)
      exit(words.code)
    }
    let code = Strongroom.exitCode(for: error)
    // Help and version are a result, and one that may not reach anybody.
    if code.isSuccess {
      let text = Strongroom.fullMessage(for: error)
      if Output.isJSON { Output.json(["text": .string(text)]) } else { Output.line(text) }
      do { try Output.finish() } catch { ErrorReport(error).leave() }
      exit(code.rawValue)
    }
    // What was typed stands in the message; the lines after it are the program's own.
    let message = Strongroom.message(for: error)
    Output.usage(usage.replacing(message, with: Output.harmless(message), maxReplacements: 1))
    Output.end(Words(.usage, message, hint: "\(command.name) --help says how it is used").json)
    exit(code.rawValue)
  }

  /// Tells it to a program that waits for the result, where nobody else is told.
  func endJSON() { if let words { Output.end(words.json) } }

  /// The command as it was called.
  private var command: (name: String, path: [String], type: any ParsableCommand.Type) {
    let (path, type) = CommandTree.command(of: CommandLine.arguments.dropFirst())
    return ((["strongroom"] + path).joined(separator: " "), path, type)
  }

  /// The message with how the command is used. An error that a command throws itself bears no trace of which one it is.
  private var usage: String {
    let (long, path, type) = command
    guard error is ValidationError, let short = path.last else { return Strongroom.fullMessage(for: error) }
    return type.fullMessage(for: error)
      .replacing("Usage: \(short)", with: "Usage: \(long)")
      .replacing("See '\(short) --help'", with: "See '\(long) --help'")
  }

  /// Nil where it is about how the command was called, which the argument parser says.
  var words: Words? {
    switch error {
    case is CommandExit: return nil
    case let error as DrillError: return Words(ErrorKind(error.code), error.what, hint: error.hint?.words)
    case let error as RoundError:
      return Words(ErrorKind(error.code), error.what, safe: error.safe, hint: error.hint?.words)
    case is CancellationError:
      return Words(
        .interrupted, "interrupted", safe: "what was committed before stays",
        hint: "run the command again to go on")
    default: break
    }
    if let told = VaultError(telling: error) {
      return Words(ErrorKind(told.code), told.what, safe: told.safe, hint: told.hint?.words)
    }
    // The parser has words for its own errors; of any other it would print what Swift makes of it.
    guard Strongroom.exitCode(for: error) == .failure, !(error is ExitCode) else { return nil }
    return Words(
      .defect, "something went wrong that should not: \(error)",
      hint: "this may be a defect of the program; please report it with the command that was run")
  }
}
