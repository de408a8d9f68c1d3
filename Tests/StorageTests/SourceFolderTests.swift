import Glibc
import TestKit
import Testing

@testable import Storage

@Suite struct SourceFolderTests {
  struct Walked {
    var files: [String] = []
    var entries: [SourceEntry] = []
    var skipped: [String: Skipped] = [:]
    var empty: [String] = []
  }

  static func walk(_ source: SourceFolder, during: (String) -> Void = { _ in }) throws -> Walked {
    var walked = Walked()
    try source.walk(
      visit: {
        walked.files.append(String(decoding: $0.path, as: UTF8.self))
        walked.entries.append($0)
        during(String(decoding: $0.path, as: UTF8.self))
      }, skipped: { walked.skipped[String(decoding: $0, as: UTF8.self)] = $1 },
      emptyFolder: { walked.empty.append(String(decoding: $0, as: UTF8.self)) })
    return walked
  }

  @Test func walksInOrderAndTellsWhatItLeavesOut() throws {
    let scratch = Scratch()
    for folder in ["b", "b/empty", "a.d", "Z"] { scratch.folder(folder) }
    for (file, text) in [("b/2", "22"), ("b/10", "1"), ("a", ""), ("a.d/x", "xyz"), ("Z/q", "q")] {
      scratch.plant(text, file)
    }
    scratch.link("link", to: "a")
    scratch.link("loop", to: ".")
    #expect(mkfifo(scratch.at("b/pipe"), 0o600) == 0)
    let walked = try Self.walk(try SourceFolder(scratch.path))
    #expect(walked.files == ["Z/q", "a", "a.d/x", "b/10", "b/2"])
    #expect(walked.entries.map(\.status.size) == [1, 0, 3, 1, 2])
    #expect(walked.skipped == ["link": .symlink, "loop": .symlink, "b/pipe": .fifo])
    #expect(walked.empty == ["b/empty"])
  }

  @Test func statusesAreThoseOfTheSystem() throws {
    let scratch = Scratch()
    scratch.plant("x", "file")
    chmod(scratch.at("file"), 0o2751)
    var times = [timespec(tv_sec: -5, tv_nsec: 123_456_789), timespec(tv_sec: -5, tv_nsec: 123_456_789)]
    #expect(utimensat(AT_FDCWD, scratch.at("file"), &times, 0) == 0)
    let entry = try #require(try Self.walk(try SourceFolder(scratch.path)).entries.first)
    var status = stat()
    #expect(stat(scratch.at("file"), &status) == 0)
    #expect(entry.status.mtime == -4_876_543_211)
    #expect(
      entry.status.ctime == Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec))
    #expect(entry.status.inode == UInt64(status.st_ino))
    #expect(entry.status.mode == 0o2751)
  }

  @Test func namesNeedNotBeText() throws {
    let scratch = Scratch()
    let odd: [UInt8] = [0xff, 0x41, 0xfe]
    let path = Array(scratch.path.utf8) + [UInt8(ascii: "/")] + odd
    let file = open(path.map { CChar(bitPattern: $0) } + [0], O_WRONLY | O_CREAT, 0o600)
    #expect(file >= 0 && write(file, "odd", 3) == 3)
    close(file)
    let source = try SourceFolder(scratch.path)
    let walked = try Self.walk(source)
    #expect(walked.entries.map(\.path) == [odd])
    var buffer: [UInt8] = []
    #expect(try source.open(odd).read(into: &buffer, at: 0, count: 10) == 3)
    #expect(buffer == bytes("odd"))
    let target = try TargetFolder(scratch.at("out"), create: true)
    try target.write(buffer.span, at: odd, mode: 0o600, modified: 0)
    #expect(try Self.walk(try SourceFolder(scratch.at("out"))).entries.map(\.path) == [odd])
  }

  @Test func anEmptySourceIsAnEmptyFolder() throws {
    let scratch = Scratch()
    let walked = try Self.walk(try SourceFolder(scratch.path))
    #expect(walked.files == [] && walked.empty == [""])
  }

  @Test func aSingleFileIsASource() async throws {
    let scratch = Scratch()
    scratch.plant("text", "file.txt")
    scratch.link("link", to: scratch.at("file.txt"))
    let source = try SourceFolder(scratch.at("file.txt"))
    #expect(try Self.walk(source).files == ["file.txt"])
    var buffer: [UInt8] = []
    #expect(try source.open(bytes("file.txt")).read(into: &buffer, at: 1, count: 2) == 2)
    #expect(buffer == bytes("ex"))
    #expect(await code { _ = try source.open(bytes("other")) } == .absent)
    #expect(try Self.walk(try SourceFolder(scratch.at("link"))).files == ["link"])
    #expect(await code { _ = try SourceFolder(scratch.at("none")) } == .absent)
    #expect(mkfifo(scratch.at("pipe"), 0o600) == 0)
    #expect(await code { _ = try SourceFolder(scratch.at("pipe")) } == .notAFile)
  }

  @Test func whatVanishesIsTold() throws {
    let scratch = Scratch()
    scratch.plant("1", "1")
    scratch.plant("2", "2")
    scratch.folder("3")
    let walked = try Self.walk(try SourceFolder(scratch.path)) { _ in
      unlink(scratch.at("2"))
      rmdir(scratch.at("3"))
    }
    #expect(walked.files == ["1"])
    #expect(walked.skipped == ["2": .vanished, "3": .vanished])
  }

  @Test func aFolderSwappedForALinkIsNotEntered() throws {
    let scratch = Scratch()
    scratch.folder("source")
    scratch.folder("outside")
    scratch.plant("secret", "outside/x")
    scratch.plant("1", "source/1")
    scratch.folder("source/2")
    let walked = try Self.walk(try SourceFolder(scratch.at("source"))) { _ in
      rmdir(scratch.at("source/2"))
      symlink(scratch.at("outside"), scratch.at("source/2"))
    }
    #expect(walked.files == ["1"])
    #expect(walked.skipped == ["2": .symlink])
  }

  @Test func anUnreadableFolderIsToldAndTheWalkGoesOn() async throws {
    let scratch = Scratch()
    for folder in ["a", "b", "c"] { scratch.folder(folder) }
    for file in ["a/1", "b/2", "c/3"] { scratch.plant("x", file) }
    chmod(scratch.at("b"), 0)
    chmod(scratch.path, 0o755)
    // Root may read everything, so a process of its own gives that up first.
    await #expect(processExitsWith: .success) { [path = scratch.path as String] in
      if getuid() == 0, setuid(65534) != 0 { exit(0) }
      let walked = try SourceFolderTests.walk(try SourceFolder(path))
      guard walked.files == ["a/1", "c/3"], walked.skipped == ["b": .unreadable(EACCES)] else { exit(1) }
    }
  }

  @Test func deepTreesEndSomewhere() throws {
    let scratch = Scratch()
    var here = open(scratch.path, O_RDONLY | O_DIRECTORY)
    for _ in 0..<300 {
      #expect(mkdirat(here, "d", 0o755) == 0)
      let next = openat(here, "d", O_RDONLY | O_DIRECTORY)
      close(here)
      here = next
    }
    close(here)
    let walked = try Self.walk(try SourceFolder(scratch.path))
    #expect(Array(walked.skipped.values) == [.tooDeep])
    #expect(walked.skipped.keys.first?.split(separator: "/").count == SourceFolder.maximumDepth)
  }

  @Test func changesWhileReadingShow() throws {
    let scratch = Scratch()
    scratch.plant(pattern(5000), "file")
    let source = try SourceFolder(scratch.path)
    let file = try source.open(bytes("file"))
    var buffer: [UInt8] = []
    #expect(try file.read(into: &buffer, at: 0, count: 4096) == 4096)
    #expect(try file.statusNow() == file.status)
    #expect(try file.read(into: &buffer, at: 4096, count: 4096) == 904)
    #expect(buffer == Array(pattern(5000)[4096...]))
    let more = open(scratch.at("file"), O_WRONLY | O_APPEND)
    #expect(write(more, "x", 1) == 1)
    close(more)
    #expect(try file.statusNow() != file.status)
    // Another file under the same name has another number.
    scratch.plant(pattern(5000), "other")
    #expect(rename(scratch.at("other"), scratch.at("file")) == 0)
    #expect(try source.open(bytes("file")).status.inode != file.status.inode)
  }

  @Test(arguments: ["", "..", "../x", "a/../b", "/etc/passwd", "a//b", "a/", "./a", "a\0b"])
  func openStaysInside(_ path: String) async throws {
    let scratch = Scratch()
    scratch.plant("x", "x")
    scratch.folder("source")
    scratch.folder("source/a")
    scratch.plant("x", "source/b")
    let source = try SourceFolder(scratch.at("source"))
    #expect(await code { _ = try source.open(bytes(path)) } == .badName)
  }

  @Test func openFollowsNoLink() async throws {
    let scratch = Scratch()
    scratch.folder("source")
    scratch.folder("outside")
    scratch.plant("x", "outside/x")
    scratch.link("source/folder", to: scratch.at("outside"))
    scratch.link("source/file", to: scratch.at("outside/x"))
    let source = try SourceFolder(scratch.at("source"))
    #expect(await code { _ = try source.open(bytes("folder/x")) } == .linked)
    #expect(await code { _ = try source.open(bytes("file")) } == .linked)
  }
}
