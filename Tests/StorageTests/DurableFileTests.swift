import Glibc
import TestKit
import Testing

@testable import Storage

@Suite struct DurableFileTests {
  @Test func writesANewFileAndNeverOverAnother() async throws {
    let scratch = Scratch()
    try DurableFile.writeNew(bytes("secret").span, to: scratch.at("identity"))
    #expect(scratch.text("identity") == "secret")
    #expect(scratch.mode("identity") == 0o600)
    #expect(await code { try DurableFile.writeNew([1], to: scratch.at("identity")) } == .exists)
    #expect(scratch.text("identity") == "secret")
    #expect(scratch.names("") == ["identity"])
    try DurableFile.writeNew([], to: scratch.at("empty"), mode: 0o644)
    #expect(scratch.mode("empty") == 0o644)
  }

  @Test func writesNothingThroughALink() async throws {
    let scratch = Scratch()
    scratch.link("link", to: scratch.at("target"))
    #expect(await code { try DurableFile.writeNew([1], to: scratch.at("link")) } == .exists)
    #expect(!scratch.exists("target"))
    scratch.plant("kept", "target")
    try DurableFile.replace(bytes("new"), at: scratch.at("link"))
    #expect(scratch.text("target") == "kept")
    #expect(scratch.text("link") == "new")
  }

  @Test func replacesWhole() throws {
    let scratch = Scratch()
    try DurableFile.replace(bytes("one"), at: scratch.at("known"))
    let reader = open(scratch.at("known"), O_RDONLY)
    defer { close(reader) }
    try DurableFile.replace(bytes("the second"), at: scratch.at("known"), mode: 0o640)
    #expect(scratch.text("known") == "the second")
    #expect(scratch.mode("known") == 0o640)
    // Who had opened the old one still reads it whole.
    var buffer = [UInt8](repeating: 0, count: 20)
    #expect(read(reader, &buffer, 20) == 3)
    #expect(scratch.names("") == ["known"])
  }

  @Test func refusesPathsThatNameNoFile() async throws {
    let scratch = Scratch()
    for path in ["", "/", ".", "..", scratch.at("folder/"), scratch.at("."), scratch.at("..")] {
      #expect(await code { try DurableFile.writeNew([1], to: path) } == .badName, "\(path)")
    }
    #expect(await code { try DurableFile.writeNew([1], to: scratch.at("a\0b")) } == .badName)
    #expect(await code { try DurableFile.writeNew([1], to: scratch.at("no/file")) } == .absent)
    #expect(scratch.names("") == [])
  }

  @Test func readsWithinTheLimit() async throws {
    let scratch = Scratch()
    scratch.plant("12345", "file")
    #expect(try DurableFile.read(scratch.at("file"), limit: 5) == bytes("12345"))
    #expect(await code { _ = try DurableFile.read(scratch.at("file"), limit: 4) } == .tooLarge)
    #expect(try DurableFile.read(scratch.at("none"), limit: 4) == nil)
    #expect(await code { _ = try DurableFile.read(scratch.path, limit: 4) } == .notAFile)
  }

  @Test func lendsASecret() async throws {
    let scratch = Scratch()
    scratch.plant("12345", "file")
    #expect(try DurableFile.withSecret(scratch.at("file"), limit: 5) { $0.count } == 5)
    #expect(
      try DurableFile.withSecret(scratch.at("file"), limit: 9) {
        (0..<5).map { i in i } == [0, 1, 2, 3, 4] && $0[4] == 53
      } == true)
    #expect(await code { _ = try DurableFile.withSecret(scratch.at("file"), limit: 4) { _ in } } == .tooLarge)
    #expect(try DurableFile.withSecret(scratch.at("none"), limit: 4) { _ in 1 } == nil)
  }

  @Test func makesFoldersAndRemovesFiles() async throws {
    let scratch = Scratch()
    try DurableFile.makeFolder(scratch.at("a/b/c/"))
    try DurableFile.makeFolder(scratch.at("a/b/c"))
    #expect(["a", "a/b", "a/b/c"].map { scratch.mode($0) } == [0o700, 0o700, 0o700])
    scratch.plant("x", "a/file")
    #expect(await code { try DurableFile.makeFolder(scratch.at("a/file")) } == .notAFolder)
    #expect(try DurableFile.remove(scratch.at("a/file")))
    #expect(try !DurableFile.remove(scratch.at("a/file")))
  }
}
