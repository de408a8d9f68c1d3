import Sealing
import Testing

/// Secrets keep what they hold to themselves.
struct SecretTests {
  /// Forms in which a content of 0xA7 bytes could show: 167, a7, or as characters.
  private static func shows(_ text: String) -> Bool {
    ["167", "a7", "A7", "-89", "\u{a7}"].contains { text.contains($0) }
  }

  @Test func nothingOfItIsPrinted() {
    let secret = Secret(copying: [UInt8](repeating: 0xa7, count: 48))
    var dumped = ""
    dump(secret, to: &dumped)
    var wrapped = ""
    dump(["key": secret], to: &wrapped)
    for text in [
      "\(secret)", secret.description, String(describing: secret), String(reflecting: secret), dumped,
      wrapped,
      String(reflecting: [secret]), "\(Optional(secret) as Any)",
    ] {
      #expect(!Self.shows(text), "\(text)")
      #expect(text.contains("48 bytes"))
    }
    #expect(Mirror(reflecting: secret).children.isEmpty)
    #expect(Mirror(reflecting: secret).superclassMirror == nil)
  }

  @Test func nothingOfAnIdentityIsPrinted() throws {
    let seed = Secret(copying: [UInt8](repeating: 0xa7, count: 32))
    let journalKey = try JournalKey(seed: seed)
    #expect(Mirror(reflecting: journalKey).children.isEmpty)
    #expect(Mirror(reflecting: try Identity(seed: seed)).children.isEmpty)
    var dumped = ""
    dump(journalKey, to: &dumped)
    dump(try Identity(seed: seed), to: &dumped)
    #expect(dumped.split(separator: "\n").count == 2)
  }

  @Test func equality() {
    let secret = Secret(copying: [1, 2, 3])
    #expect(secret == Secret(copying: [1, 2, 3]))
    #expect(!(secret == Secret(copying: [1, 2, 4])))
    #expect(!(secret == Secret(copying: [0, 2, 3])))
    #expect(!(secret == Secret(copying: [1, 2])))
    #expect(!(secret == Secret(copying: [1, 2, 3, 0])))
    #expect(Secret(copying: []) == Secret(copying: []))
    let (same, shorter) = (secret.equals([1, 2, 3].span), secret.equals([1, 2].span))
    #expect(same && !shorter)
  }

  @Test func parts() {
    let secret = Secret(copying: Array(0..<10))
    #expect(secret.slice(2..<5).bytes == [2, 3, 4])
    #expect(secret.slice(0..<10).bytes == Array(0..<10))
    #expect(secret.slice(10..<10).count == 0)
    #expect(
      Secret.concatenating([secret.slice(0..<2), Secret(copying: []), secret.slice(8..<10)]).bytes == [
        0, 1, 8, 9,
      ])
    #expect(Secret.concatenating([]).count == 0)
  }

  @Test func aSliceOutsideTraps() async {
    await #expect(processExitsWith: .failure) { _ = Secret(copying: [1, 2, 3]).slice(1..<4) }
  }

  @Test func halfFilledTraps() async {
    await #expect(processExitsWith: .failure) { _ = Secret(count: 2) { $0.append(1) } }
  }

  @Test func whatItsWriterThrowsComesThrough() {
    let failing = {
      try Secret(count: 4) { (out) throws(SealingError) in
        out.append(1)
        throw SealingError(.corrupted, "stopped")
      }
    }
    #expect(refusal(failing) == .corrupted)
  }

  @Test func randomness() throws {
    let (one, other) = (try Secret.random(count: 32), try Secret.random(count: 32))
    #expect(one.count == 32 && !(one == other))
    #expect(try Randomness.bytes(0) == [])
    #expect(try Secret.random(count: 0).count == 0)
    #expect(try Randomness.bytes(32) != Randomness.bytes(32))
    // After what was written already.
    let filled = try [UInt8](capacity: 40) { (out) throws(SealingError) in
      out.append(7)
      try Randomness.fill(&out)
    }
    #expect(filled.count == 40 && filled[0] == 7 && Set(filled[1...]).count > 5)
  }

  @Test func errorsAreEqualByCodeAlone() {
    #expect(SealingError(.corrupted, "one") == SealingError(.corrupted, "other"))
    #expect(SealingError(.corrupted, "one") != SealingError(.wrongKey, "one"))
    #expect(Set([SealingError(.corrupted, "one"), SealingError(.corrupted, "other")]).count == 1)
  }
}
