import Foundation
import TestKit
import Testing

/// Disks that can't do what Linux's own file systems can: the real program with calls that fail as they do there.
@Suite struct OddDiskTests {
  @Test("Where nothing can be linked but renamed without overwriting, everything works")
  func withoutLinks() async throws {
    let desk = Desk()
    let odd = try await Self.oddDisk(at: desk, fuse: false)
    desk.write("a letter", to: "archive/basic/C1/letter.txt")
    desk.write("minutes", to: "archive/basic/C1/10:30.txt")
    // One that is written bit by bit, and one in parts.
    desk.write(String(repeating: "scan ", count: 1 << 20), to: "archive/basic/C1/scan 10:30.tif")
    desk.write(String(repeating: "call ", count: 14 << 20), to: "archive/basic/C1/call 10:30.wav")
    let story: [[String]] = [
      ["identity", "new", "me"], ["init", "vault"], ["seal", "archive"],
      ["snapshot", "take", "copy", "--new"],
      ["verify", "vault", "--level", "open"], ["verify", "copy", "--level", "open"],
      ["restore", "copy", "again"], ["keys", "rotate", "--class", "basic"], ["snapshot", "take", "copy"],
      ["ls"], ["status"],
    ]
    for arguments in story {
      let ran = try await desk.run(arguments, with: odd)
      #expect(ran.code == 0, "\(arguments): \(ran.said)")
    }
    // One name that the disk refuses keeps nothing else out, and is said by whose record it is.
    let exported = try await desk.run("export", "out", with: odd)
    #expect(exported.code == 2)
    #expect(exported.said.contains("the name is not allowed there"), "\(exported.said)\(exported.result)")
    #expect(
      exported.result.contains("affected: basic/C1: 10:30.txt, call 10:30.wav, scan 10:30.tif\n"),
      "\(exported.said)\(exported.result)")
    #expect(try desk.text("out/basic/C1/letter.txt") == "a letter")
    #expect(desk.files("out/basic/C1") == ["letter.txt"])
  }

  @Test(
    "Where not even that can be done no vault is founded, and files that are nobody else's are written all the same"
  )
  func withoutAny() async throws {
    let desk = try await Desk.withRecords()
    let odd = try await Self.oddDisk(at: desk, fuse: true)
    for arguments in [
      ["init", "other"], ["snapshot", "take", "another", "--new"], ["restore", "copy", "again"],
    ] {
      let ran = try await desk.run(arguments, with: odd)
      #expect(ran.code == 1, "\(arguments): \(ran.said)")
      #expect(
        ran.said.contains("can link files or rename them without overwriting"), "\(ran.said)\(ran.result)")
      #expect(!ran.said.contains("log for the device"), "\(ran.said)\(ran.result)")
    }
    let exported = try await desk.run("export", "out", with: odd)
    #expect(exported.code == 0, "\(exported.said)\(exported.result)")
    #expect(try desk.text("out/basic/C1/letter.txt") == "a first letter")
    #expect(try await desk.run("identity", "new", "mine", with: odd).code == 0)
    let secret = try desk.text("mine")
    #expect(secret.contains("strongroom identity"), "not an identity file")
    // What is there stays.
    #expect(try await desk.run("identity", "new", "mine", with: odd).code == 1)
    #expect(try desk.text("mine") == secret)
  }

  private static func oddDisk(at desk: Desk, fuse: Bool) async throws -> [String: String] {
    try await desk.oddDisk(fuse ? "fuse" : "fat")
  }
}

extension Desk {
  /// The environment in which the program meets such a disk.
  func oddDisk(_ kind: String) async throws -> [String: String] {
    let source = (#filePath as NSString).deletingLastPathComponent + "/odd-disk.c"
    let library = at("odd-disk.so")
    let made = try await shell("cc -shared -fPIC -O1 -o '\(library)' '\(source)' -ldl")
    guard made.code == 0 else { throw Trouble("the odd disk doesn't compile: \(made.said)") }
    return ["LD_PRELOAD": library, "ODD_DISK": kind]
  }
}
