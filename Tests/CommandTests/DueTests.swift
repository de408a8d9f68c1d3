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
    let identity = try Identity.generate()
    // A vault of half a year ago, at which nobody did anything since.
    let machine = Machine(memory: desk.at("then")) { UInt64(time(nil)) - 180 * 86_400 }
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
      "3 duties overdue",
    ] {
      #expect(told.said.contains(words), "\(words): \(told.said)")
    }
    let object = try await desk.run(["status", "--json"], with: id)
    #expect(object.code == 2)
    #expect(object.result.contains(#""what":"drill""#) && object.result.contains(#""overdue":1"#))
  }
}
