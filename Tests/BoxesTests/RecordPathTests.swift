@testable import Boxes
import Testing

struct RecordPathTests {
  @Test(arguments: ["a", "a/b", "...", "a/...", ".a", "a.", "..a/b..", "a b/c\\d", "ü/\u{7f}"])
  func taken(_ path: String) throws {
    try RecordPath.check(Array(path.utf8))
  }

  @Test(arguments: [
    "", "/", "/a", "a/", "a//b", ".", "..", "./a", "a/.", "../a", "a/..", "a/./b", "a/../b", "a\0b", "\0",
    "a/\0",
  ])
  func refused(_ path: String) {
    #expect(throws: BoxError(.path, "")) { try RecordPath.check(Array(path.utf8)) }
  }

  @Test func bytesThatAreNoText() throws {
    try RecordPath.check([0xff, 0x2f, 0xfe])
  }

  @Test func length() throws {
    try RecordPath.check([UInt8](repeating: 0x61, count: 4096))
    #expect(throws: BoxError(.path, "")) { try RecordPath.check([UInt8](repeating: 0x61, count: 4097)) }
  }
}
