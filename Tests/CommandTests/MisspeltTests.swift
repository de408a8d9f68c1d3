import Sealing
import Testing

@testable import strongroom

/// A command that isn't there is said so, and what was meant is guessed.
@Suite(.timeLimit(.minutes(10))) struct MisspeltTests {
  @Test(arguments: [
    (["stauts"], "there is no command 'stauts'; did you mean 'status'?"),
    (["help", "nonsense"], "there is no command 'nonsense'"),
    (["help", "grant", "ad"], "there is no command 'grant ad'; did you mean 'grant add'?"),
    (["drill", "rnu", "--json"], "there is no command 'drill rnu'; did you mean 'drill run'?"),
  ])
  func aCommandThatIsNotThere(arguments: [String], words: String) async throws {
    let ran = try await Desk().run(arguments)
    #expect(ran.code == 64 && ran.result.isEmpty == !arguments.contains("--json"))
    #expect(ran.said.hasPrefix("Error: \(words)\n"), "\(ran.said)")
  }

  @Test func whatIsRefusedLateShowsTheUsageOfItsCommand() async throws {
    let ran = try await Desk().run("snapshot", "list", "copy", "--vault-id", "00")
    #expect(ran.code == 64)
    #expect(ran.said.contains("\nUsage: strongroom snapshot list "), "\(ran.said)")
    #expect(ran.said.contains("See 'strongroom snapshot list --help'"))
  }

  @Test func helpOfWhatIsThereIsHelp() async throws {
    for arguments in [["help"], ["help", "grant"], ["help", "grant", "add"], ["help", "help"]] {
      #expect(try await Desk().run(arguments).code == 0, "\(arguments)")
    }
  }

  @Test(arguments: [
    ("status", "status", 0), ("stauts", "status", 1), ("seal", "sael", 1), ("find", "fin", 1),
    ("ls", "gc", 2), ("", "gc", 2), ("rotate", "rotten", 2),
  ])
  func distances(one: String, other: String, distance: Int) {
    let (one, other) = (Array(one.utf8), Array(other.utf8))
    #expect(EditDistance.between(one, other) == distance)
    #expect(EditDistance.between(other, one) == distance)
  }
}
