import Sealing
import Testing

/// Digests, ids, digits and integers, as they stand in every layout.
struct ValueTests {
  /// FIPS 180-2, appendix B.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func sha256(text: String, hex: String) throws {
    #expect(Digest.sha256(of: ascii(text)).hex == hex)
    let stream = try DigestStream()
    for _ in 0..<2 {
      for byte in ascii(text) { stream.update([byte].span) }
      #expect(stream.finish().hex == hex)
    }
    #expect(Digest(hex: hex)?.bytes == unhex(hex))
    #expect(Digest(bytes: unhex(hex))?.description == hex)
  }

  @Test func digestsAndIdsHaveTheirLength() {
    for count in [0, 15, 17, 31, 33] {
      let bytes = [UInt8](repeating: 1, count: count)
      #expect(Identifier(bytes: bytes) == nil && Digest(bytes: bytes) == nil)
      #expect(Identifier(hex: Hex.encode(bytes)) == nil && Digest(hex: Hex.encode(bytes)) == nil)
    }
    #expect(Identifier(bytes: pattern(32)) == nil && Digest(bytes: pattern(16)) == nil)
  }

  @Test func orderIsThatOfTheBytes() {
    let ids = (0..<200).map { seed in pattern(16, UInt64(seed)) }
    let sorted = ids.sorted { $0.lexicographicallyPrecedes($1) }
    #expect(ids.compactMap { Identifier(bytes: $0) }.sorted().map(\.bytes) == sorted)
    let digests = (0..<200).map { seed in pattern(32, UInt64(seed)) }
    let ascending = digests.sorted { $0.lexicographicallyPrecedes($1) }
    #expect(digests.compactMap { Digest(bytes: $0) }.sorted().map(\.bytes) == ascending)
  }

  @Test func words() throws {
    #expect(Identifier.directory.bytes == ascii("directory") + [UInt8](repeating: 0, count: 7))
    #expect(Identifier.journal.bytes == ascii("journal") + [UInt8](repeating: 0, count: 9))
    #expect(Identifier.zero.isZero && !Identifier.journal.isZero)
    #expect(Identifier(hex: "00000000000000000000000000000001")?.isZero == false)
    #expect(try Identifier.random() != Identifier.random())
  }

  @Test func hexIsLowerCaseAndWhole() {
    #expect(Hex.encode([0x00, 0x9a, 0xff]) == "009aff")
    #expect(Hex.decode("009aff") == [0x00, 0x9a, 0xff])
    #expect(Hex.decode("") == [])
    for text in ["0", "009", "0A", "g0", " 00", "00 ", "0x00", "é0", "00\n", "٠٠"] {
      #expect(Hex.decode(text) == nil)
    }
  }

  @Test func integersAreBigEndian() {
    let bytes: [UInt8] = [0xff, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08]
    let span = bytes.span
    let (two, four, eight) = (
      BigEndian.u16(span, at: 1), BigEndian.u32(span, at: 1), BigEndian.u64(span, at: 1)
    )
    #expect(two == 0x0102)
    #expect(four == 0x0102_0304)
    #expect(eight == 0x0102_0304_0506_0708)
    #expect(BigEndian.bytes(UInt16(0x0102)) == [1, 2])
    #expect(BigEndian.bytes(UInt32.max - 1) == [255, 255, 255, 254])
    #expect(BigEndian.bytes(UInt64(0x0102_0304_0506_0708)) == Array(bytes[1...]))
  }

  @Test func aContextIsLaidOutAsTheFormatSays() throws {
    let ids = try (1...4).map { try #require(Identifier(bytes: [UInt8](repeating: $0, count: 16))) }
    let context = SealContext(
      .identityFile, vault: ids[0], bundle: ids[1], section: ids[2], subject: ids[3], number: 0xa1b2_c3d4)
    let expected =
      ascii("STRONGRM") + [0, 1, 0, 9, 0, 0, 0, 0] + ids.flatMap(\.bytes) + [0xa1, 0xb2, 0xc3, 0xd4]
    #expect(context.bytes == expected && expected.count == 84)
  }
}
