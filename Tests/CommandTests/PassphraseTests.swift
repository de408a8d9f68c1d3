import Foundation
import TestKit
import Testing

/// Passphrases as people give them.
struct PassphraseTests {
  private static let words = "Schlüssel für Tür und Tor"
  private static let none = ["STRONGROOM_IDENTITY": ""]

  private static func write(_ text: String, to name: String, at desk: Desk) {
    desk.write(text + "\n", to: name)
  }

  @Test func anotherKeyboardGivesTheSame() async throws {
    let desk = Desk()
    Self.write(Self.words, to: "pass", at: desk)
    #expect(try await desk.run("init", "vault", "--passphrase-file", "pass", with: Self.none).code == 0)
    let ways = [
      Self.words.decomposedStringWithCanonicalMapping, "\u{feff}" + Self.words + "\r",
      Self.words.replacingOccurrences(of: " ", with: "\u{a0}"),
    ]
    for (number, way) in ways.enumerated() {
      Self.write(way, to: "way\(number)", at: desk)
      let found = try await desk.run("find", "--passphrase-file", "way\(number)", with: Self.none)
      #expect(found.code == 0, "\(number): \(found.said)")
    }
    Self.write(Self.words + " ", to: "other", at: desk)
    #expect(try await desk.run("find", "--passphrase-file", "other", with: Self.none).code == 12)
  }

  @Test func whatIsNotTakenIsSaidAndNothingIsMade() async throws {
    let desk = Desk()
    for (text, said) in [
      ("Password12345!", "too weak"), ("", "is empty"), ("\nthe second line", "is empty"),
      ("tab\there and there", "control"),
    ] {
      Self.write(text, to: "pass", at: desk)
      for command in [["init", "vault"], ["identity", "new", "me"]] {
        let ran = try await desk.run(command + ["--passphrase-file", "pass"], with: Self.none)
        #expect(ran.code == 1 && ran.said.contains(said), "\(text): \(ran.said)")
      }
    }
    Files.write([0x53, 0xfc, 0x0a], to: Array(desk.at("pass")))
    let latin = try await desk.run("init", "vault", "--passphrase-file", "pass", with: Self.none)
    #expect(latin.code == 1 && latin.said.contains("isn't UTF-8"))
    #expect(!desk.has("vault") && !desk.has("me.pub") && !desk.has("me"))
  }

  @Test func aPassphraseIsGrantedLikeAFile() async throws {
    let desk = try await Desk.withVault()
    desk.write("a letter", to: "archive/basic/C1/letter.txt")
    #expect(try await desk.run("seal", "archive").code == 0)
    Self.write(Self.words + " ", to: "pass", at: desk)
    let made = try await desk.run("identity", "new", "clerk", "--passphrase-file", "pass")
    #expect(made.code == 0 && made.said.contains("ends with a blank"))
    #expect(desk.has("clerk.pub") && !desk.has("clerk"))
    #expect(try desk.text("clerk.pub").contains("\"kind\":\"passphrase\""))
    let again = try await desk.run("identity", "new", "clerk", "--passphrase-file", "pass")
    #expect(again.code == 1 && again.said.contains("is there already"))
    let granted = try await desk.run(
      "grant", "add", "--yes", "clerk.pub", "--role", "clerk", "--class", "basic")
    #expect(granted.code == 0, "\(granted.said)")
    Self.write(Self.words + " again", to: "other", at: desk)
    #expect(try await desk.run("identity", "new", "other", "--passphrase-file", "other").code == 0)
    // Its salt would stand nowhere.
    let blind = try await desk.run("grant", "add", "other.pub", "--role", "operator", "--yes")
    #expect(blind.code == 13 && blind.said.contains("can't come in by a passphrase"))
    let found = try await desk.run("find", "--passphrase-file", "pass", with: Self.none)
    #expect(found.code == 0 && found.result.contains("letter.txt"), "\(found.said)")
  }
}
