import Ledger
import Sealing
import Testing

struct SealedPartTests {
  let key: JournalKey
  let vault: Identifier
  let entry: Entry

  init() throws {
    key = try JournalKey(seed: Secret.random(count: 32))
    vault = try Identifier.random()
    entry = try Entry(
      event: "revoked", by: Identifier.random(), time: 5,
      members: JSONObject(["identity": .string(Identifier.random().hex)]))
  }

  @Test func opensAsItWasSealed() throws {
    let part = JSONObject(["reason": .string(Hex.encode(ascii("left the company")))])
    let sealed = try entry.sealing(part, epoch: 4, xWing: key.publicKey, vault: vault)
    #expect(sealed.sealed?.epoch == 4)
    #expect(sealed.publicPart == entry.line)
    let again = try Entry(line: sealed.line)
    #expect(try again.openSealedPart(with: key, vault: vault) == part)
  }

  @Test(arguments: [0, 1, 100, 239, 240, 241, 500, 3000])
  func lengthTellsLittle(_ count: Int) throws {
    let part = JSONObject(["r": .string(String(repeating: "a", count: count))])
    let sealed = try entry.sealing(part, epoch: 1, xWing: key.publicKey, vault: vault)
    let plain = try #require(sealed.sealed).message.count - 1120 - 16
    let needed = 4 + #"{"r":""}"#.utf8.count + count
    #expect(plain == (needed + 255) / 256 * 256)
    #expect(try sealed.openSealedPart(with: key, vault: vault) == part)
  }

  @Test func opensNowhereElse() throws {
    let part = JSONObject(["reason": .string("00")])
    let sealed = try entry.sealing(part, epoch: 4, xWing: key.publicKey, vault: vault)
    #expect(refusal { try sealed.openSealedPart(with: key, vault: Identifier.random()) } == .cannotOpen)
    let other = try JournalKey(seed: Secret.random(count: 32))
    #expect(refusal { try sealed.openSealedPart(with: other, vault: vault) } == .cannotOpen)
    // Lifted into an entry with another public part, or another epoch.
    var lifted = sealed.object
    lifted["time"] = .integer(6)
    let moved = try Entry(line: lifted.encoded())
    #expect(refusal { try moved.openSealedPart(with: key, vault: vault) } == .cannotOpen)
    var member = JSONObject()
    member["epoch"] = .integer(5)
    member["message"] = .string(Hex.encode(try #require(sealed.sealed).message))
    lifted = sealed.object
    lifted["sealed"] = .object(member)
    let relabelled = try Entry(line: lifted.encoded())
    #expect(refusal { try relabelled.openSealedPart(with: key, vault: vault) } == .cannotOpen)
    #expect(refusal { try entry.openSealedPart(with: key, vault: vault) } == .notSealed)
  }

  /// Seals what `padded` would never make, and expects it refused.
  @Test func oddPaddingIsRefused() throws {
    let json = ascii(#"{"a":1}"#)
    let good = [0, 0, 0, UInt8(json.count)] + json + [UInt8](repeating: 0, count: 256 - 4 - json.count)
    var dirty = good
    dirty[255] = 1
    var long = good
    long[2] = 1
    var long2 = good
    long2[0] = 0xff
    let cases: [([UInt8], Bool)] = [
      (good, true), (dirty, false), (long, false), (long2, false), (good + [0], false),
      (good + [UInt8](repeating: 0, count: 256), false), ([], false), ([0, 0, 0], false),
      ([UInt8](repeating: 0, count: 256), false),
    ]
    let context = SealContext(.journal, vault: vault, section: .journal, number: 1)
    let info = Envelope.info(context: context, recipient: key.publicKey, publicPart: entry.publicPart)
    for (plain, opens) in cases {
      let message = try Envelope.seal(Secret(copying: plain), to: key.publicKey, info: info)
      var object = entry.object
      object["sealed"] = .object(
        JSONObject(["epoch": .integer(1), "message": .string(Hex.encode(message))]))
      let sealed = try Entry(line: object.encoded())
      let code = refusal { try sealed.openSealedPart(with: key, vault: vault) }
      #expect(code == (opens ? nil : .cannotOpen))
    }
  }
}
