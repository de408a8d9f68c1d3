import Glibc
import TestKit
import Testing

@testable import Storage

@Suite struct TargetFolderTests {
  @Test func writesSmallAndLargeFilesDressed() throws {
    let scratch = Scratch()
    let target = try TargetFolder(scratch.at("out/here"), create: true)
    try target.write(bytes("small").span, at: bytes("basic/42/letter"), mode: 0o100644, modified: -1)
    let large = try target.create(bytes("basic/42/scan"))
    let block = pattern(5_000_000)
    for _ in 0..<4 { try large.write(block.span) }
    #expect(large.size == 20_000_000)
    #expect(!scratch.exists("out/here/basic/42/scan"))
    try large.finish(mode: 0o4755, modified: 1_700_000_000_123_456_789)
    try target.syncAll()
    #expect(scratch.text("out/here/basic/42/letter") == "small")
    #expect(try scratch.bytes("out/here/basic/42/scan") == block + block + block + block)
    #expect(scratch.mode("out/here/basic/42/letter") == 0o644)
    #expect(scratch.mode("out/here/basic/42/scan") == 0o755)
    #expect(scratch.mode("out/here/basic") == 0o700)
    var status = stat()
    #expect(stat(scratch.at("out/here/basic/42/letter"), &status) == 0)
    #expect(status.st_mtim.tv_sec == -1 && status.st_mtim.tv_nsec == 999_999_999)
    #expect(stat(scratch.at("out/here/basic/42/scan"), &status) == 0)
    #expect(status.st_mtim.tv_sec == 1_700_000_000 && status.st_mtim.tv_nsec == 123_456_789)
    #expect(scratch.names("out/here/basic/42") == ["letter", "scan"])
  }

  @Test func overwritesNothing() async throws {
    let scratch = Scratch()
    scratch.plant("kept", "file")
    scratch.plant("outside", "outside")
    scratch.link("link", to: scratch.at("outside"))
    scratch.link("dangling", to: scratch.at("nowhere"))
    scratch.folder("folder")
    let target = try TargetFolder(scratch.path, create: false)
    for path in ["file", "link", "dangling", "folder"] {
      #expect(
        await code { try target.write([9].span, at: bytes(path), mode: 0o600, modified: 0) } == .exists,
        "\(path)")
      #expect(await code { _ = try target.create(bytes(path)) } == .exists, "\(path)")
    }
    let late = try target.create(bytes("late"))
    try late.write([1].span)
    scratch.plant("first", "late")
    #expect(await code { try late.finish(mode: 0o600, modified: 0) } == .exists)
    #expect(scratch.text("file") == "kept" && scratch.text("outside") == "outside")
    #expect(scratch.text("late") == "first")
    #expect(!scratch.exists("nowhere"))
  }

  @Test(arguments: [
    "", "/", "..", ".", "../x", "a/../../x", "a/..", "/etc/x", "a//x", "a/", "./x", "a\0/x", "a/x\0",
    String(repeating: "n", count: 256), String(repeating: "d/", count: 256) + "x",
    String(repeating: "abc/", count: 2000) + "x",
  ])
  func noPathLeadsOut(_ path: String) async throws {
    let scratch = Scratch()
    let target = try TargetFolder(scratch.at("out"), create: true)
    #expect(await code { try target.write([1].span, at: bytes(path), mode: 0o600, modified: 0) } == .badName)
    #expect(await code { _ = try target.create(bytes(path)) } == .badName)
    #expect(scratch.names("") == ["out"])
    #expect(scratch.names("out") == [])
  }

  @Test func entersNoLinkedFolder() async throws {
    let scratch = Scratch()
    scratch.folder("out")
    scratch.folder("outside")
    scratch.link("out/sub", to: scratch.at("outside"))
    let target = try TargetFolder(scratch.at("out"), create: false)
    #expect(
      await code { try target.write([1].span, at: bytes("sub/x"), mode: 0o600, modified: 0) } == .linked)
    #expect(
      await code { try target.write([1].span, at: bytes("sub/deep/x"), mode: 0o600, modified: 0) } == .linked)
    #expect(scratch.names("outside") == [])
    scratch.plant("x", "out/file")
    #expect(
      await code { try target.write([1].span, at: bytes("file/x"), mode: 0o600, modified: 0) } == .notAFolder)
  }

  @Test func whatIsDiscardedLeavesNothing() async throws {
    let scratch = Scratch()
    let target = try TargetFolder(scratch.at("out"), create: true)
    let file = try target.create(bytes("x"))
    try file.write(pattern(100_000).span)
    file.discard()
    #expect(await code { try file.write([1].span) } == .io)
    #expect(await code { try file.finish(mode: 0o600, modified: 0) } == .io)
    var dropped: TargetFile? = try target.create(bytes("y"))
    try dropped?.write([1].span)
    dropped = nil
    #expect(scratch.names("out") == [])
  }
}
