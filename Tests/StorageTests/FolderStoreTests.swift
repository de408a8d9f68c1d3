import Glibc
import TestKit
import Testing

@testable import Storage

@Suite struct FolderStoreTests {
  @Test(arguments: [false, true])
  func modesDoNotDependOnTheUmask(_ named: Bool) async throws {
    let scratch = Scratch()
    // The umask is the process's; these two values only ever add or take bits from what other tests make.
    let store = try FolderStore(path: scratch.at("above/place"), create: true, namedSpool: named)
    _ = try await store.put([1], at: name("boxes/ab/x"))
    let spool = try await store.spool()
    try spool.write([1])
    _ = try await store.put(spool, at: name("boxes/ab/y"))
    #expect(scratch.mode("above") == 0o700)
    for folder in ["above/place", "above/place/boxes", "above/place/boxes/ab", "above/place/.spool"] {
      #expect(scratch.mode(folder) == 0o700, "\(folder)")
    }
    for file in ["x", "y"] { #expect(scratch.mode("above/place/boxes/ab/" + file) == 0o600, "\(file)") }
  }

  @Test func modesUnderAStrictAndAnOpenUmask() async {
    await #expect(processExitsWith: .success) {
      // A mask that takes the owner's rights, too, keeps all but root from opening the folders they make.
      for mask in [mode_t(0), getuid() == 0 ? 0o777 : 0o077] {
        let scratch = Scratch()
        umask(mask)
        let store = try FolderStore(path: scratch.at("place"), create: true, namedSpool: mask == 0)
        _ = try await store.put([1], at: ObjectName("keyring/x")!)
        guard scratch.mode("place") == 0o700, scratch.mode("place/keyring") == 0o700,
          scratch.mode("place/.spool") == 0o700, scratch.mode("place/keyring/x") == 0o600
        else { exit(1) }
        try DurableFile.writeNew([1], to: scratch.at("identity"))
        let target = try TargetFolder(scratch.at("target"), create: true)
        try target.write([1, 2].span, at: Array("a/b".utf8), mode: 0o640, modified: 0)
        guard scratch.mode("identity") == 0o600, scratch.mode("target/a") == 0o700,
          scratch.mode("target/a/b") == 0o640
        else { exit(2) }
      }
    }
  }

  @Test func doesNotOpenWhatIsNotThere() async throws {
    let scratch = Scratch()
    #expect(await code { _ = try FolderStore(path: scratch.at("no"), create: false) } == .absent)
    scratch.plant("x", "file")
    #expect(await code { _ = try FolderStore(path: scratch.at("file"), create: false) } == .notAFolder)
    #expect(await code { _ = try FolderStore(path: scratch.at("file/in"), create: true) } == .notAFolder)
  }

  @Test func openingWritesNothing() async throws {
    let scratch = Scratch()
    scratch.folder("place")
    let store = try FolderStore(path: scratch.at("place"), create: false)
    _ = try await store.list("")
    _ = try await store.get(name("a/b"), limit: 1)
    #expect(scratch.names("place") == [])
  }

  @Test func followsNoPlantedLinkToAFile() async throws {
    let scratch = Scratch()
    scratch.plant("outside", "outside")
    let store = try FolderStore(path: scratch.at("place"), create: true)
    _ = try await store.put([1], at: name("boxes/ab/x"))
    for target in [scratch.at("outside"), scratch.at("nowhere")] {
      scratch.link("place/boxes/ab/link", to: target)
      let planted = name("boxes/ab/link")
      var buffer: [UInt8] = []
      #expect(await code { _ = try await store.get(planted, limit: 100) } == .linked)
      #expect(await code { _ = try await store.read(planted, at: 0, count: 1, into: &buffer) } == .linked)
      #expect(await code { _ = try await store.size(planted) } == .linked)
      #expect(await code { _ = try await store.put([9], at: planted) } == .linked)
      #expect(try await store.list("boxes").map(\.name.text) == ["boxes/ab/x"])
      #expect(!scratch.exists("nowhere"))
      #expect(try await store.erase(planted))
      #expect(!scratch.exists("place/boxes/ab/link"))
    }
    #expect(scratch.text("outside") == "outside")
  }

  @Test(arguments: ["boxes", "boxes/ab", ".spool"])
  func followsNoPlantedLinkToAFolder(_ where: String) async throws {
    let scratch = Scratch()
    scratch.folder("outside")
    scratch.plant("secret", "outside/x")
    scratch.folder("place")
    if `where` == "boxes/ab" { scratch.folder("place/boxes") }
    scratch.link("place/" + `where`, to: scratch.at("outside"))
    let store = try FolderStore(path: scratch.at("place"), create: false)
    #expect(await code { _ = try await store.put([1], at: name("boxes/ab/y")) } == .linked)
    if `where` != ".spool" {
      let x = name(`where` + "/x")
      #expect(await code { _ = try await store.get(x, limit: 100) } == .linked)
      #expect(await code { _ = try await store.erase(x) } == .linked)
      #expect(await code { _ = try await store.list(`where`) } == .linked)
    }
    #expect(try await store.list("") == [])
    #expect(scratch.names("outside") == ["x"])
    #expect(scratch.text("outside/x") == "secret")
  }

  @Test func refusesWhatIsNotAFile() async throws {
    let scratch = Scratch()
    let store = try FolderStore(path: scratch.at("place"), create: true)
    scratch.folder("place/folder")
    #expect(mkfifo(scratch.at("place/pipe"), 0o600) == 0)
    for planted in ["folder", "pipe"] {
      #expect(await code { _ = try await store.get(name(planted), limit: 9) } == .notAFile, "\(planted)")
      #expect(await code { _ = try await store.put([1], at: name(planted)) } == .notAFile, "\(planted)")
    }
    #expect(await code { _ = try await store.erase(name("folder")) } == .notAFile)
    scratch.plant("file", "place/file")
    #expect(await code { _ = try await store.put([1], at: name("file/below")) } == .notAFolder)
    #expect(try await store.list("").map(\.name.text) == ["file"])
    #expect(try await store.names("").map(\.text) == ["file"])
  }

  @Test func listsOnlyWhatBearsAnObjectsName() async throws {
    let scratch = Scratch()
    let store = try FolderStore(path: scratch.at("place"), create: true)
    for planted in [".hidden", "a b", "ok", "umlaut-\u{e4}"] { scratch.plant("x", "place/" + planted) }
    scratch.folder("place/lost+found")
    scratch.plant("x", "place/lost+found/x")
    #expect(try await store.list("").map(\.name.text) == ["ok"])
    #expect(try await store.names("").map(\.text) == ["ok"])
  }

  @Test func clearsTheSpoolOfOldFilesOnly() async throws {
    let scratch = Scratch()
    let store = try FolderStore(path: scratch.at("place"), create: true, namedSpool: true)
    let writing = try await store.spool()
    try writing.write([1])
    scratch.plant("x", "place/.spool/.new-left")
    var times = [
      timespec(tv_sec: time(nil) - 7200, tv_nsec: 0), timespec(tv_sec: time(nil) - 7200, tv_nsec: 0),
    ]
    #expect(utimensat(AT_FDCWD, scratch.at("place/.spool/.new-left"), &times, 0) == 0)
    #expect(scratch.names("place/.spool").count == 2)
    #expect(try store.clearSpool(olderThan: 7300) == 0)
    #expect(try store.clearSpool(olderThan: 3600) == 1)
    #expect(scratch.names("place/.spool").count == 1)
    #expect(try await store.put(writing, at: name("a")) == .created)
    #expect(scratch.names("place/.spool") == [])
  }

  @Test func spoolOfAnotherStoreIsRefused() async throws {
    let scratch = Scratch()
    let one = try FolderStore(path: scratch.at("one"), create: true)
    let two = try FolderStore(path: scratch.at("two"), create: true)
    let spool = try await one.spool()
    try spool.write([1])
    #expect(await code { _ = try await two.put(spool, at: name("x")) } == .unsupported)
    #expect(try await two.list("") == [])
  }

  @Test(arguments: [false, true])
  func spoolsMoreThanTheWriteBehindWindow(_ named: Bool) async throws {
    let scratch = Scratch()
    let store = try FolderStore(path: scratch.at("place"), create: true, namedSpool: named)
    let block = pattern(3_000_001)
    let spool = try await store.spool()
    for _ in 0..<11 { try spool.write(block) }
    #expect(try await store.put(spool, at: name("boxes/ab/large")) == .created)
    #expect(try await store.size(name("boxes/ab/large")) == 33_000_011)
    var buffer: [UInt8] = []
    for part in 0..<11 {
      let got = try await store.read(
        name("boxes/ab/large"), at: UInt64(part * block.count), count: block.count, into: &buffer)
      #expect(got == block.count && buffer == block, "\(part)")
    }
  }

  @Test func aFullDiskLeavesNothing() async throws {
    let disk = TinyDisk(kilobytes: 512)
    guard let path = disk.path else {
      return print("no tmpfs can be mounted here: the full disk is not tested")
    }
    let store = try FolderStore(path: path + "/place", create: true)
    #expect(try await store.put(pattern(100_000), at: name("boxes/ab/fits")) == .created)
    #expect(await code { _ = try await store.put(pattern(900_000), at: name("boxes/ab/big")) } == .full)
    let spool = try await store.spool()
    // Told where it is noticed: what is written goes to the disk by and by.
    let noticed = await code {
      for _ in 0..<9 { try spool.write(pattern(100_000)) }
      _ = try await store.put(spool, at: name("boxes/ab/spooled"))
    }
    #expect(noticed == .full)
    #expect(await code { _ = try await store.put(spool, at: name("boxes/ab/spooled")) } == .io)
    #expect(try await store.list("").map(\.name.text) == ["boxes/ab/fits"])
    #expect(try await store.get(name("boxes/ab/fits"), limit: 100_000) == pattern(100_000))
    let said = await #expect(throws: StorageError.self) {
      _ = try await store.put(pattern(900_000), at: name("boxes/ab/big"))
    }
    #expect(said?.description.contains("boxes/ab/big at \(path)/place: no space left") == true)
    // What failed holds no space.
    #expect(try await store.put(pattern(300_000), at: name("boxes/ab/again")) == .created)
    #expect(await code { try DurableFile.writeNew(pattern(400_000), to: path + "/file") } == .full)
    #expect(await code { try DurableFile.replace(pattern(400_000), at: path + "/file") } == .full)
    #expect(try DurableFile.read(path + "/file", limit: 1) == nil)
    let target = try TargetFolder(path + "/target", create: true)
    #expect(
      await code { try target.write(pattern(400_000).span, at: bytes("x"), mode: 0o600, modified: 0) }
        == .full)
    #expect(try FreeSpace.available(path) < 200_000)
    #expect(await code { _ = try FreeSpace.available(path + "/no") } == .absent)
  }
}

/// A file system of a few pages, where the tests run with the right to mount one.
final class TinyDisk {
  let path: String?
  private let scratch = Scratch()

  init(kilobytes: Int) {
    scratch.folder("disk")
    let mounted = mount("tmpfs", scratch.at("disk"), "tmpfs", 0, "size=\(kilobytes)k") == 0
    path = mounted ? scratch.at("disk") : nil
  }

  deinit { if let path { umount2(path, Int32(MNT_DETACH)) } }
}
