import Sealing
import Storage
import Testing

@testable import Vault
@testable import strongroom

/// Hints are values until they are told: where one names an option or a command, that is one that there is.
@Suite struct HintTests {
  private static var some: [Hint] {
    get throws {
      let id = try Identifier.random()
      let fork = Fork(size: 7, root: Digest.sha256(of: [7]))
      let place = Location.folder("copy")
      return [
        .expectVault(id), .compareWithCard(id), .putMarkerBack(orExpect: id), .recover(place),
        .tidyOrRecover(place), .acceptRecovery(place, fork), .acceptLoss(place, fork),
        .restoreFromDestination, .restoreElsewhere,
        .askForGrant(role: nil), .askForGrant(role: .operator), .bringIdentity, .listGrants,
        .letPathsTellClasses, .findRecords, .eraseBeyondLimit, .lookThenEraseBeyondLimit,
        .takeSnapshot,
        .listSnapshots, .verifyThenRepair, .chooseScratchFolder, .nameDestination, .beginDestination,
        .settleClock,
      ]
    }
  }

  @Test func whatTheyNameIsThere() throws {
    let everything = Strongroom.configuration.subcommands.flatMap { [$0] + $0.configuration.subcommands }
    let help = everything.map { Strongroom.helpMessage(for: $0) }.joined(separator: "\n")
    for hint in try Self.some {
      let words = hint.words
      for option in words.matches(of: /--[a-z\-]+/) {
        #expect(help.contains(option.output), "\(words)")
      }
      for command in words.matches(of: /strongroom ([a-z]+)/) {
        #expect(help.contains("USAGE: strongroom \(command.output.1)"), "\(words)")
      }
    }
  }

  @Test func adviceIsToldAsItIs() {
    let name = "basic"
    let hints: [Hint] = ["look at \(name)", "look at basic", .advice("look at basic")]
    #expect(Set(hints).count == 1 && hints[0].words == "look at basic")
  }

  @Test func whatToDoIsToldBehindWhatIsWrong() {
    let finding = Finding(.unfinished, "keyring", .heldBack, hint: .eraseBeyondLimit)
    #expect(
      finding.line == "unfinished: keyring: can't be erased here yet: the store holds it back; "
        + "if that is right, say --erase-beyond-limit")
    #expect(Finding(.missing, "boxes/ab", .boxMissing()).line == "missing: boxes/ab: the box is missing")
    let left = LeftOut(path: Array("basic/1".utf8), reason: "it is odd", hint: .letPathsTellClasses)
    #expect(left.advised == "it is odd; seal without --class, or say --layout")
  }
}
