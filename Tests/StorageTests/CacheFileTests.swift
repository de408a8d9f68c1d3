import TestKit
import Testing

@testable import Storage

@Suite struct CacheFileTests {
  @Test func isReplacedReadAndRemoved() throws {
    let scratch = Scratch()
    let path = scratch.at("cache/deeper/file")
    #expect(try CacheFile.read(path, limit: 10) == nil)
    try CacheFile.remove(path)
    try CacheFile.replace(bytes("one"), at: path)
    try CacheFile.replace(bytes("two"), at: path)
    #expect(try CacheFile.read(path, limit: 3) == bytes("two"))
    #expect(scratch.mode("cache/deeper/file") == 0o600)
    #expect(scratch.mode("cache/deeper") == 0o700)
    #expect(scratch.names("cache/deeper") == ["file"])
    try CacheFile.remove(path)
    try CacheFile.remove(path)
    #expect(scratch.names("cache/deeper") == [])
  }

  @Test func whatIsTooLargeIsNotRead() async throws {
    let scratch = Scratch()
    try CacheFile.replace(bytes("four"), at: scratch.at("file"))
    #expect(await code { _ = try CacheFile.read(scratch.at("file"), limit: 3) } == .tooLarge)
  }

  @Test func whereNoFolderCanBeItSaysSo() async throws {
    let scratch = Scratch()
    scratch.plant("a file", "taken")
    #expect(await code { try CacheFile.replace(bytes("x"), at: scratch.at("taken/file")) } == .notAFolder)
  }
}
