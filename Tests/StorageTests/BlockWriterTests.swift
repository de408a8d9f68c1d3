import Glibc
import TestKit
import Testing

@testable import Storage

@Suite struct BlockWriterTests {
  private static let block = BlockWriter.blockSize

  /// On a disk, and in memory, where nothing can go past the page cache.
  @Test(
    arguments: [0, 1, 4095, block - 1, block, block + 1, 2 * block, 3 * block + 4097], [nil, "/dev/shm"])
  func whatIsWrittenIsThere(_ size: Int, _ place: String?) async throws {
    let scratch = Scratch()
    let folder = place.map { "\($0)/strongroom-\(getpid())-\(size)" } ?? scratch.at("place")
    let store = try FolderStore(path: folder, create: true)
    let all = pattern(size)
    let spool = try await store.spool()
    var written = 0
    // Pieces that fit no block.
    while written < size {
      let count = min(size - written, 262_400)
      try spool.write(all.span.extracting(written..<(written + count)))
      written += count
    }
    #expect(spool.size == UInt64(size))
    #expect(try await store.put(spool, at: name("boxes/ab/box")) == .created)
    #expect(try await store.get(name("boxes/ab/box"), limit: size + 1) == all)
    guard place != nil else { return }
    #expect(try await store.erase(name("boxes/ab/box")))
    for below in ["/boxes/ab", "/boxes", "/.spool", ""] { rmdir(folder + below) }
  }

  /// Memory goes from one file to the next: nothing of one may be in the other.
  @Test func manyFilesAtOnce() async throws {
    let scratch = Scratch()
    let store = try FolderStore(path: scratch.at("place"), create: true)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask {
          let all = pattern(2 * Self.block + number, seed: number)
          let spool = try await store.spool()
          for part in stride(from: 0, to: all.count, by: 300_000) {
            try spool.write(all.span.extracting(part..<min(part + 300_000, all.count)))
          }
          if number % 4 == 3 { return spool.discard() }
          let name = name("boxes/ab/\(number)")
          #expect(try await store.put(spool, at: name) == .created)
          #expect(try await store.get(name, limit: all.count) == all)
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func failureIsTold() throws {
    let scratch = Scratch()
    scratch.plant("", "file")
    // Open for reading only: every write fails.
    let file = try Descriptor.open(try CPath(scratch.at("file")), O_RDONLY)
    let writer = BlockWriter(file.number)
    let bytes = [UInt8](repeating: 1, count: Self.block)
    try writer.append(bytes.span)
    #expect(throws: SystemError.self) { try writer.append(bytes.span) }
    #expect(throws: SystemError.self) { try writer.finish() }
    let short = BlockWriter(file.number)
    try short.append([1, 2, 3].span)
    #expect(throws: SystemError.self) { try short.finish() }
  }
}
