import Drill
import Sealing
import Storage
import TestKit
import Testing

@testable import strongroom

/// The configuration file: what it may say, what is refused and where, and who goes first.
struct ConfigurationTests {
  private static let id = "000102030405060708090a0b0c0d0e0f"

  private func read(_ text: String) throws(YAMLFault) -> Configuration {
    try Configuration(yaml: text, at: "/etc/strongroom/config.yml")
  }

  @Test func whatItMaySay() throws {
    let configuration = try read(
      """
      # The archive of the old shop.
      vault: /srv/vault
      vault-id: \(Self.id)
      identity: keys/custodian
      destinations:
        cellar: /mnt/cellar
        bank-2: ../bank
      """)
    #expect(configuration.vault == .folder("/srv/vault"))
    #expect(configuration.vaultID == Identifier(hex: Self.id))
    #expect(configuration.identity == "/etc/strongroom/keys/custodian")
    #expect(
      configuration.destinations == [
        "cellar": .folder("/mnt/cellar"), "bank-2": .folder("/etc/strongroom/../bank"),
      ])
    #expect(configuration.location("cellar") == .folder("/mnt/cellar"))
    #expect(configuration.location("./cellar") == .folder("./cellar"))
    #expect(configuration.location("elsewhere") == .folder("elsewhere"))
    #expect(try read("destinations:\n  # cellar: /mnt\n") == Configuration())
    #expect(try read("vault: 'null'\n").vault == .folder("/etc/strongroom/null"))
    #expect(try read("\n  \n") == Configuration() && read("# nothing\n") == Configuration())
    #expect(try Configuration(yaml: "vault: v", at: "/c.yml").vault == .folder("/v"))
    #expect(try Configuration(yaml: "vault: v", at: "c.yml").vault == .folder("v"))
  }

  @Test func whatIsToBeTypedNamesOnePlaceOnly() {
    #expect(Location.folder("/srv/vault-1.b").asArgument == "/srv/vault-1.b")
    #expect(Location.folder("/srv/it's mine").asArgument == #"'/srv/it'\''s mine'"#)
    // Where the tests lie may itself take quoting.
    #expect(Location.folder("nowhere").asArgument.drop { $0 == "'" }.hasPrefix("/"))
  }

  @Test(arguments: [
    ("vault: /srv/vault\nvalut: /srv\n", "line 2: 'valut' is not known"),
    ("vault: /a\nvault: /b\n", "duplicated key(s): 'vault'"),
    ("vault-id: 12\n", "'vault-id' is no vault id"),
    ("destinations: [a, b]\n", "line 1: 'destinations' is no list of names and values"),
    ("destinations:\n  Cellar/1: /mnt\n", "not 'Cellar/1'"),
    ("vault: &v /srv\n", "anchors and aliases"), ("- vault\n", "no list of names and values"),
    ("vault: [\n", "isn't YAML"), ("identity:\nvault: /v\n", "line 1: 'identity' has no value"),
    ("vault: ~\n", "'vault' has no value"), ("destinations:\n  cellar: null\n", "'cellar' has no value"),
    ("vault: \(String(repeating: "a", count: 5000))\n", "longer than 4096 bytes"),
  ])
  func whatIsRefused(text: String, said: String) {
    let fault = #expect(throws: YAMLFault.self) { try read(text) }
    #expect(fault?.what.contains(said) == true, "\(fault?.what ?? "")")
    #expect(fault?.what.contains("/etc/strongroom/config.yml") == true)
    #expect(fault?.what.contains("\n") == false)
  }
}
