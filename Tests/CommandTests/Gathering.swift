import Foundation
import Testing

/// People who follow a text, each at a terminal and a machine of their own, with their own identity file and nobody else's.
final class Gathering {
  let desk: Desk
  /// How many days have passed.
  var day = 0
  private let clock: [String: String]
  /// What each has told their shell.
  private var told: [String: [String: String]] = [:]
  /// What new machines are called, where the old ones are gone.
  private var machines = "machines"

  init() async throws {
    desk = Desk()
    clock = try await desk.later(days: 0)
    let made = try await desk.shell("mkdir bin && ln -s \"$0\" bin/strongroom")
    guard made.code == 0 else { throw Trouble(made.said) }
  }

  /// A vault with custodians, the first of whom founded it, and with an operator. Everybody's shell knows vault, id and file.
  static func around(_ custodians: [String], operator other: String) async throws -> Gathering {
    let house = try await Gathering()
    for who in custodians + [other] { try await house.arrives(who) }
    let first = custodians[0]
    try await house.does(first, "strongroom init vault")
    for who in custodians + [other] { try house.meets(who) }
    try await house.does(first, "strongroom grant add \(house.file(of: other)).pub --role operator")
    for (number, who) in custodians.enumerated().dropFirst() {
      let grant = "strongroom grant add \(house.file(of: who)).pub --role custodian --label \(who)"
      if number == 1 {
        try await house.does(first, grant)
      } else {
        try await house.both(first, grant, custodians[1])
      }
    }
    return house
  }

  /// Somebody makes an identity, and their shell knows it.
  func arrives(_ who: String) async throws {
    let made = try await desk.shell("mkdir \(who) && \"$0\" identity new \(file(of: who))")
    guard made.code == 0 else { throw Trouble(made.said) }
    exports(who, "export STRONGROOM_IDENTITY=\(file(of: who))")
  }

  /// Somebody's shell knows the vault, by the id on its card.
  func meets(_ who: String) throws {
    exports(who, "export STRONGROOM_VAULT=vault STRONGROOM_VAULT_ID=\(try card())")
  }

  func file(of who: String) -> String { "\(who)/\(who).identity" }

  func id(of who: String) async throws -> String {
    let shown = try await desk.run("identity", "show", file(of: who) + ".pub")
    return String(try #require(shown.result.firstMatch(of: /[0-9a-f]{32}/)).output)
  }

  /// The id on a vault's card.
  func card(of vault: String = "vault") throws -> String {
    String(try #require(try desk.text(vault + ".card.txt").firstMatch(of: /[0-9a-f]{32}/)).output)
  }

  /// Somebody tells their shell: `export NAME=VALUE ...`.
  func exports(_ who: String, _ line: String) {
    for word in line.split(separator: " ").dropFirst() {
      let parts = word.split(separator: "=", maxSplits: 1)
      told[who, default: [:]][String(parts[0])] = String(parts[1])
    }
  }

  /// All machines are lost, with what they remember; people keep their files.
  func loseMachines() { machines = "new " + machines }

  // MARK: typing

  private func environment(of who: String) -> [String: String] {
    var all = clock
    all["LATER_DAYS"] = "\(day)"
    all["PATH"] = desk.at("bin") + ":/usr/bin:/bin"
    all["STRONGROOM_IDENTITY"] = ""
    all["STRONGROOM_STATE"] = desk.at("\(machines)/\(who)/state")
    all["STRONGROOM_CACHE"] = desk.at("\(machines)/\(who)/cache")
    all["STRONGROOM_VAULT"] = ""
    return all.merging(told[who] ?? [:]) { $1 }
  }

  /// Somebody types a line, answers what is asked, and says yes where that is asked.
  @discardableResult
  func types(
    _ who: String, _ line: String, _ answers: [(to: String, with: String)] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Ran {
    let screen = try Screen()
    let child = try desk.start(line: line, on: screen, with: environment(of: who))
    async let talk = screen.converse(answers)
    let code = await child.end()
    screen.letGo()
    let (shown, amiss) = await talk
    #expect(amiss == [], "\(line): \(shown)", sourceLocation: sourceLocation)
    return Ran(code: code, out: try desk.bytes("result"), err: Array(shown.utf8))
  }

  /// What succeeds, or else ends the story.
  @discardableResult
  func does(
    _ who: String, _ line: String, _ answers: [(to: String, with: String)] = [], code: Int32 = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Ran {
    let ran = try await types(who, line, answers, sourceLocation: sourceLocation)
    guard ran.code == code else {
      throw Trouble("day \(day), \(who): \(line): \(ran.code)\n\(ran.said)\(ran.result)")
    }
    return ran
  }

  /// What takes two, and is asked for: the request's number.
  func asks(_ who: String, _ line: String, _ answers: [(to: String, with: String)] = []) async throws
    -> String
  {
    let ran = try await does(who, line, answers, code: 14)
    return String(try #require(ran.result.firstMatch(of: /request ([0-9]+):/)).output.1)
  }

  /// One asks, and another approves.
  func both(_ who: String, _ line: String, _ other: String) async throws {
    let request = try await asks(who, line)
    try await does(other, "strongroom request approve \(request)")
  }
}
