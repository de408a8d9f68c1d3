import Testing

@testable import Sealing

struct SmallValueTests {
  @Test func hex() {
    #expect(Hex.encode([0, 9, 10, 0x9f, 0xff]) == "00090a9fff")
    #expect(Hex.encode([]) == "")
    #expect(Hex.decode("00090a9fff") == [0, 9, 10, 0x9f, 0xff])
    #expect(Hex.decode("") == [])
    #expect(Hex.decode("xx0f".dropFirst(2)) == [15])
    for wrong in ["0", "000", "0A", "g0", "0g", " 0", "0 ", "0x", "é", "٠٠", "0\u{0}", "/0", ":0", "`0"] {
      #expect(Hex.decode(wrong) == nil, "\(wrong)")
    }
    #expect(Hex.decode(Hex.encode(Array(0...255))) == Array(0...255))
  }

  @Test func identifiers() {
    let bytes = sample(16)
    let id = Identifier(bytes: bytes)
    #expect(id?.bytes == bytes)
    #expect(id?.hex == Hex.encode(bytes))
    #expect(id.map { "\($0)" } == Hex.encode(bytes))
    let fromSpan = Identifier(bytes.span)
    #expect(fromSpan == id)
    #expect(Identifier(hex: Hex.encode(bytes)) == id)
    #expect(Identifier(hex: Hex.encode(bytes).uppercased()) == nil)
    for count in [0, 15, 17, 32] { #expect(Identifier(bytes: sample(count)) == nil) }
    #expect(Identifier.zero.isZero)
    #expect(Identifier.zero.bytes == [UInt8](repeating: 0, count: 16))
    #expect(id?.isZero == false)
  }

  @Test func words() {
    #expect(Identifier.directory.bytes == Array("directory".utf8) + [0, 0, 0, 0, 0, 0, 0])
    #expect(Identifier.journal == Identifier(ascii: "journal"))
    #expect(Identifier(ascii: "sixteen-letters-")?.bytes == Array("sixteen-letters-".utf8))
    for wrong in ["", "seventeen-letters", "ä", "a b", "a\u{0}"] { #expect(Identifier(ascii: wrong) == nil) }
  }

  @Test func orderIsThatOfBytes() throws {
    let ids = try ["00", "01", "7f", "80", "ff"].flatMap { first in
      try ["00", "01", "80", "ff"].map { last in
        try #require(Identifier(hex: first + String(repeating: "0", count: 28) + last))
      }
    }
    #expect(ids.shuffled().sorted() == ids)
    let digests = ids.map { Digest(bytes: $0.bytes + $0.bytes)! }
    #expect(digests.shuffled().sorted() == digests)
    #expect(!(ids[0] < ids[0]))
  }

  @Test func digests() throws {
    // FIPS 180-4, the examples.
    let abc = Digest.sha256(of: Array("abc".utf8))
    #expect(abc.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    let nothing = Digest.sha256(of: [])
    #expect(nothing.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(Digest(hex: abc.hex) == abc)
    #expect(Digest(bytes: abc.bytes) == abc)
    let bytes = abc.bytes
    let fromSpan = Digest(bytes.span)
    #expect(fromSpan == abc)
    #expect("\(abc)" == abc.hex)
    for count in [0, 31, 33] { #expect(Digest(bytes: sample(count)) == nil) }
    #expect(Digest(hex: abc.hex.uppercased()) == nil)
  }

  @Test func digestStreams() throws {
    let stream = try DigestStream()
    #expect(stream.finish() == Digest.sha256(of: []))
    let bytes = sample(10_000)
    for step in [1, 64, 999, 10_000] {
      for start in stride(from: 0, to: bytes.count, by: step) {
        stream.update(bytes.span.extracting(start..<min(start + step, bytes.count)))
      }
      let nothing: [UInt8] = []
      stream.update(nothing.span)
      #expect(stream.finish() == Digest.sha256(of: bytes))
    }
  }

  @Test func bigEndian() {
    let bytes: [UInt8] = [0xff, 1, 2, 3, 4, 5, 6, 7, 0xfe]
    let span = bytes.span
    let (u16, u32, u64) = (BigEndian.u16(span, at: 0), BigEndian.u32(span, at: 1), BigEndian.u64(span, at: 1))
    #expect(u16 == 0xff01)
    #expect(u32 == 0x0102_0304)
    #expect(u64 == 0x0102_0304_0506_07fe)
    #expect(BigEndian.bytes(UInt16(0xff01)) == [0xff, 1])
    #expect(BigEndian.bytes(UInt32(1)) == [0, 0, 0, 1])
    #expect(BigEndian.bytes(UInt64.max - 1) == [255, 255, 255, 255, 255, 255, 255, 254])
  }

  @Test func errorsAreEqualByCode() {
    #expect(SealingError(.wrongKey, "one") == SealingError(.wrongKey, "other"))
    #expect(SealingError(.wrongKey, "one") != SealingError(.corrupted, "one"))
    #expect(Set([SealingError(.ended, "one"), SealingError(.ended, "other")]).count == 1)
    #expect("\(SealingError(.wrongKey, "one"))" == "one")
    #expect("\(Malformed(what: "too long", where: "page 3"))" == "page 3: too long")
  }
}
