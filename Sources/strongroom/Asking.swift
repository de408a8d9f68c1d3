internal import Rules
import Sealing
import Vault

/// Acts that may take two custodians, as commands carry them out.
enum Asking {
  /// Carries an act out. Where that takes another custodian it is asked for, which is said, and the command ends with 14.
  static func carryOut(
    _ act: Act, reason: String = "", in opened: OpenPlace, _ talk: OutputOptions
  ) async throws -> ActOutcome {
    switch try await opened.carryOut(act, reason: reason) {
    case .done(let outcome): return outcome
    case .asked(let request): throw told(request, act, talk)
    }
  }

  /// Says what waits, and how the command ends for it.
  static func told(_ request: RequestListing, _ act: Act, _ talk: OutputOptions) -> CommandExit {
    let until = request.request.asked.content.expires
    if talk.json {
      Output.json(["request": .integer(request.number), "until": .integer(until)])
    } else {
      Output.line("request \(request.number): \(Output.printable("\(act)"))")
      Output.line("it waits for another custodian, until \(Output.moment(until))")
      Output.note("they carry it out by: strongroom request approve \(request.number)")
    }
    return CommandExit.waits(request.number)
  }

  /// Asks whether to do it, unless that was said.
  static func confirm(
    _ question: String, yes: Bool, otherwise refused: String,
    hint: Hint = "say --yes where nobody can be asked"
  ) throws {
    guard yes || Terminal.confirm("\(question)?") else {
      throw VaultError(
        .refused, "\(refused): nobody said yes", safe: "nothing was written", hint: hint)
    }
  }
}

extension CommandExit {
  /// It is asked for, and done once another custodian carries it out.
  static func waits(_ request: UInt64) -> CommandExit {
    CommandExit(kind: .waits, what: "request \(request) waits for another custodian")
  }
}
