import ArgumentParser
import Foundation
import Testing
import Vault

@testable import strongroom

/// What the program promises of itself.
@Suite(.timeLimit(.minutes(10))) struct HelpTests {
  /// Every code that a command may end with.
  private static let codes = ["0", "1", "2", "10", "11", "12", "13", "14", "20", "21", "64", "128"]

  @Test func theHelpNamesEveryExitCode() async throws {
    let ran = try await Desk().run("--help")
    #expect(ran.code == 0)
    #expect(ran.err == [])
    let text = ran.result.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    let list = try #require(text.firstMatch(of: /Exit codes: (.*?)\. USAGE/)).output.1
    #expect(list.split(separator: "; ").map { String($0.split(separator: " ")[0]) } == Self.codes)
  }

  @Test func everyKindOfErrorHasItsCode() {
    func code(_ code: VaultError.Code) -> Int32 {
      switch code {
      case .noVault: 10
      case .busy: 11
      case .notGranted: 12
      case .wrongKey: 12
      case .rollback: 13
      case .unknownVault: 13
      case .clock: 13
      case .refused: 13
      case .exists: 1
      case .damaged: 1
      case .missing: 1
      case .input: 1
      case .storage: 1
      case .failed: 1
      }
    }
    let all: [VaultError.Code] = [
      .noVault, .busy, .notGranted, .wrongKey, .rollback, .unknownVault, .clock, .refused, .exists, .damaged,
      .missing,
      .input, .storage, .failed,
    ]
    for each in all { #expect(ErrorKind(each).exitCode == code(each), "\(each)") }
    #expect(CommandExit.failed.code == 1)
    #expect(CommandExit.incomplete("some").code == 2)
    #expect(CommandExit.objectivesMissed.code == 20)
  }

  /// All commands that do something.
  private static let leaves: [any ParsableCommand.Type] = leaves(of: Strongroom.self)

  private static func leaves(of command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
    let below = command.configuration.subcommands
    return below.isEmpty ? [command] : below.flatMap(leaves)
  }

  /// What a shell may complete: whatever names a file or a folder says so.
  @Test func everyFileAndFolderCompletes() throws {
    let names: Set<String> = [
      "vault", "config", "passphrase-file", "exclude-from", "card", "output", "scratch", "evidence",
      "sources",
      "place", "folder", "destination", "file", "new-vault", "plan",
    ]
    var met: Set<String> = []
    func look(_ command: [String: Any]) {
      for argument in command["arguments"] as? [[String: Any]] ?? [] {
        guard let name = argument["valueName"] as? String, names.contains(name) else { continue }
        met.insert(name)
        let kinds = (argument["completionKind"] as? [String: Any] ?? [:]).keys
        #expect(
          kinds.contains { ["file", "directory"].contains($0) }, "\(command["commandName"] ?? "") \(name)")
      }
      for below in command["subcommands"] as? [[String: Any]] ?? [] { look(below) }
    }
    let tool = try JSONSerialization.jsonObject(with: Data(Strongroom._dumpHelp().utf8)) as? [String: Any]
    look(try #require(tool?["command"] as? [String: Any]))
    #expect(met == names)
  }

  @Test func everyCommandTakesJSONAndQuietAndSaysWhatItIsFor() {
    #expect(Self.leaves.count == 81)
    for command in Self.leaves {
      let help = Strongroom.helpMessage(for: command, columns: 100)
      #expect(help.contains("--json "), "\(command)")
      #expect(help.contains("-q, --quiet "), "\(command)")
      #expect(help.hasPrefix("OVERVIEW: "), "\(command)")
      // Every argument and option has its words: a line of it that is nothing but its name has none.
      for line in help.split(separator: "\n") where line.hasPrefix("  -") || line.hasPrefix("  <") {
        #expect(line.contains(/^  (-. )?\S+.* {2,}\S/) || line.count > 24, "\(command): \(line)")
      }
    }
  }

  @Test(arguments: [["help"], ["--help"], ["seal", "--help"], ["help", "drill", "run"], ["--version"], []])
  func helpIsAResult(command: [String]) async throws {
    let ran = try await Desk().run(command)
    #expect(ran.code == 0)
    #expect(ran.out.count > 10)
    #expect(ran.err == [])
  }
}
