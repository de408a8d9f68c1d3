import Glibc
import TestKit
import Testing

@testable import Storage

/// Folders of a group: whatever is made in them is the group's, whatever the umask is.
@Suite struct SharedFolderTests {
  @Test(arguments: [false, true])
  func whatIsMadeIsTheGroups(_ named: Bool) async throws {
    let scratch = Scratch()
    // One that was made above it would be closed to the group.
    #expect(throws: StorageError(.absent, "", "")) {
      try SharedFolder.make(scratch.at("above/place"), group: getgid())
    }
    scratch.folder("above")
    try SharedFolder.make(scratch.at("above/place"), group: getgid())
    let store = try FolderStore(path: scratch.at("above/place"), create: true, namedSpool: named)
    _ = try await store.put([1], at: name("boxes/ab/x"))
    let spool = try await store.spool()
    try spool.write([1])
    _ = try await store.put(spool, at: name("boxes/ab/y"))
    for folder in ["above/place", "above/place/boxes", "above/place/boxes/ab", "above/place/.spool"] {
      #expect(scratch.mode(folder) == 0o2770, "\(folder)")
    }
    for file in ["x", "y"] { #expect(scratch.mode("above/place/boxes/ab/" + file) == 0o660, "\(file)") }
  }

  @Test func onlyAnEmptyFolderIsGivenAway() throws {
    let scratch = Scratch()
    scratch.folder("mine")
    scratch.plant("x", "mine/file")
    #expect(throws: StorageError(.exists, "", "")) {
      try SharedFolder.make(scratch.at("mine"), group: getgid())
    }
    #expect(scratch.mode("mine") == 0o755)
    // What is the group's already may be gone on with.
    try SharedFolder.make(scratch.at("ours"), group: getgid())
    scratch.plant("x", "ours/file")
    try SharedFolder.make(scratch.at("ours"), group: getgid())
    #expect(scratch.mode("ours") == 0o2770)
  }

  @Test func groupsByNameAndNumber() {
    #expect(SharedFolder.group("root") == 0)
    #expect(SharedFolder.group("0") == 0)
    #expect(SharedFolder.group("no such group") == nil && SharedFolder.group("4294967294") == nil)
  }

  @Test func aFolderThatTheGroupMayNotWriteIsItsOwnersAlone() async throws {
    let scratch = Scratch()
    scratch.folder("place")
    chmod(scratch.at("place"), 0o2750)
    let store = try FolderStore(path: scratch.at("place"), create: true)
    _ = try await store.put([1], at: name("boxes/ab/x"))
    #expect(scratch.mode("place/boxes") & 0o777 == 0o700 && scratch.mode("place/boxes/ab/x") == 0o600)
  }
}
