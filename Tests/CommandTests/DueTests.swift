import Glibc
import Sealing
import Storage
import Testing
import Vault

/// What is overdue is told by the exit code, since whoever looks by a timer sees nothing else.
struct DueTests {
  @Test func statusEndsWithTwoWhereSomethingIsOverdue() async throws {
    let desk = Desk()
    desk.write("a letter", to: "archive/basic/C1/letter.txt")
    #expect(try await desk.run("identity", "new", "me").code == 0)
    let identity = try IdentityFile.identity(from: try desk.bytes("me"))
    // A vault of half a year ago, at which nobody did anything since. The program's clock says when that was.
    let said = try await desk.shell("date +%s").result.filter(\.isNumber)
    let then = try #require(UInt64(said)) - 180 * 86_400
    let machine = Machine(memory: desk.at("then")) { then }
    let place = Location.folder(desk.at("vault"))
    let founded = try await CreateVault.create(
      place, founder: .identity(identity), classes: .standard, in: machine)
    let opened = try await OpenPlace.open(place, in: machine, toWrite: true)
    try await opened.unlock(with: .identity(identity))
    let sealed = try await opened.seal([desk.at("archive")], layout: .default)
    #expect(sealed.new == 1)

    let id = ["STRONGROOM_VAULT_ID": founded.vault.hex, "STRONGROOM_IDENTITY": ""]
    let told = try await desk.run(["status"], with: id)
    #expect(told.code == 2)
    for words in [
      "0 of 1 destination that the policy wants", "1 box at", "no drill passed within 90 days",
      "3 things wrong or late",
    ] {
      #expect(told.result.contains(words), "\(words): \(told.result)")
    }
    let object = try await desk.run(["status", "--json"], with: id)
    #expect(object.code == 2)
    #expect(object.result.contains(#""what":"drill""#) && object.result.contains(#""overdue":1"#))

    // Half a year without an entry may be a clock that is wrong.
    let before = desk.files("vault")
    let known = ["STRONGROOM_VAULT_ID": founded.vault.hex]
    let refused = try await desk.run(["seal", "archive"], with: known)
    #expect(refused.code == 13 && refused.said.contains("nobody said that it is right"), "\(refused.said)")
    #expect(desk.files("vault") == before)
    let trusted = known.merging(["STRONGROOM_CLOCK": "trust"]) { $1 }
    #expect(try await desk.run(["seal", "archive"], with: trusted).code == 0)
    #expect(try await desk.run(["keys", "rotate", "--class", "basic"], with: trusted).code == 0)
    // Now that time was entered, nobody asks any more.
    #expect(try await desk.run(["keys", "rotate", "--class", "basic"], with: known).code == 0)
  }

  @Test func anIdentityFileThatOthersMayReadIsTold() async throws {
    let desk = try await Desk.withVault()
    #expect(try await !desk.run("keys", "list").said.contains("others may read"))
    chmod(desk.at("me"), 0o644)
    let told = try await desk.run("keys", "list")
    #expect(told.code == 0 && told.said.contains("others may read the secret identity file me; chmod 600"))
  }
}
