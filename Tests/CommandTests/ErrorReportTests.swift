@testable import Rules
import ArgumentParser
import Foundation
import Sealing
import Storage
import Testing

@testable import Boxes
@testable import Drill
@testable import Keyring
@testable import Ledger
@testable import Round
@testable import Vault
@testable import strongroom

/// Every error is told in words of ours, with an exit code of its own kind.
struct ErrorReportTests {
  /// One of each type that can leave its module.
  private static let known: [String: any Error] = [
    "BoxError": BoxError(.table, "the table is not as it was sealed"),
    "DrillError": DrillError(.plan, "the plan can't be read"),
    "EvidenceError": EvidenceError(
      .doesNotHold, "entry 7 is by somebody who isn't shown to be anybody there"),
    "KeyringError": KeyringError(.refused, "there is no section 12"),
    "LedgerError": LedgerError(.wrongRoot, "ledger/00000000000000000007", "has another root"),
    "Malformed": Malformed(what: "it is too long", where: "JSON"),
    "RoundError": RoundError(.busy, "another round works on this machine", hint: "wait for it"),
    "SealingError": SealingError(.wrongKey, "the key doesn't open it"),
    "ShareError": ShareError(.checksum, "the words don't fit together"),
    "StateError": StateError(.notActive, "is by somebody who was revoked", object: "ledger/3", hint: "look"),
    "StorageError": StorageError(.full, "write", "boxes/ab"),
    "VaultError": VaultError(.busy, "others are writing", safe: "nothing was changed", hint: "wait"),
  ]

  /// Caught where they are thrown; `CommandExit` is the command line's own.
  private static let inner: Set = [
    "CommandExit", "Found", "Interrupted", "MislaidPages", "ScheduleError", "Spoiled",
    "StaleBoxes", "SystemError", "Torn", "Trouble",
    "Undelivered", "Unfit", "UnsoundBox",
    "VisitorFailure",
    "YAMLFault",
  ]

  private static var declared: Set<String> {
    get throws {
      let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources")
      var names: Set<String> = []
      let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
      for case let file as URL in files where file.pathExtension == "swift" {
        let text = try String(contentsOf: file, encoding: .utf8)
        for found in text.matches(of: /(?:struct|enum|class) (\w+)\s*:[^{\n]*\bError\b[^{\n]*\{/) {
          names.insert(String(found.output.1))
        }
      }
      return names
    }
  }

  @Test func everyTypeOfErrorIsLookedAt() throws {
    #expect(try Self.declared == Self.inner.union(Self.known.keys))
  }

  @Test(arguments: known.keys.sorted()) func itIsToldInItsOwnWords(_ type: String) throws {
    let error = try #require(Self.known[type])
    let words = try #require(ErrorReport(error).words)
    let said = [words.what, words.safe ?? "", words.hint ?? ""].joined(separator: " ")
    #expect(!said.contains("Error") && !said.contains(type) && !words.what.contains("\n"))
    #expect(!words.what.hasPrefix("something went wrong"))
    #expect(words.code != 0 && words.code != 2 && words.code != 64)
  }

  @Test func whatTheyHoldIsSaid() throws {
    func words(_ type: String) throws -> ErrorReport.Words? {
      try ErrorReport(#require(Self.known[type])).words
    }
    #expect(
      try words("VaultError")
        == .init(.busy, "others are writing", safe: "nothing was changed", hint: "wait"))
    #expect(try words("VaultError")?.code == 11)
    #expect(try words("SealingError")?.code == 12)
    #expect(
      try words("StateError")
        == .init(
          .refused, "ledger/3: is by somebody who was revoked", safe: "nothing of it was used", hint: "look"))
    #expect(try words("LedgerError")?.what == "ledger/00000000000000000007 has another root")
    #expect(try words("KeyringError")?.what == "keyring: there is no section 12")
    #expect(try words("Malformed")?.what == "JSON: it is too long")
    #expect(try words("StorageError")?.hint?.isEmpty == false)
    #expect(ErrorReport(CancellationError()).words?.what == "interrupted")
  }

  @Test func eachKindOfVaultErrorHasItsExitCode() {
    let expected: [VaultError.Code: Int32] = [
      .noVault: 10, .busy: 11, .notGranted: 12, .wrongKey: 12, .rollback: 13, .unknownVault: 13, .clock: 13,
      .refused: 13, .exists: 1, .damaged: 1, .missing: 1, .input: 1, .storage: 1, .failed: 1,
    ]
    for (code, number) in expected {
      #expect(ErrorReport(VaultError(code, "x")).words?.code == number, "\(code)")
    }
  }

  @Test func whatNobodyForesawSaysMoreThanItsType() throws {
    struct Odd: Error, CustomStringConvertible { let description = "the moon is full" }
    let words = try #require(ErrorReport(Odd()).words)
    #expect(words.code == 1 && words.what.contains("the moon is full") && words.hint != nil)
    let coding = CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: "/nowhere"])
    #expect(ErrorReport(coding).words?.code == 1)
  }

  /// How a command was called is the argument parser's to say, help and version too.
  @Test func theParserSpeaksForItself() {
    let parsers: [any Error] = [
      ValidationError("which vault?"), CleanExit.message("done"), ExitCode(3), CommandExit.incomplete("some"),
    ]
    for error in parsers {
      #expect(ErrorReport(error).words == nil)
    }
    do {
      _ = try Strongroom.parseAsRoot(["seal", "--no-such-option"])
      Issue.record("it was taken")
    } catch {
      #expect(ErrorReport(error).words == nil && Strongroom.exitCode(for: error).rawValue == 64)
    }
  }
}
