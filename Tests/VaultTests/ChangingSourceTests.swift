import Glibc
import Sealing
import Storage
import StorageFaults
import Synchronization
import TestKit
import Testing

@testable import Vault

/// Sources that change while they are read.
struct ChangingSourceTests {
  /// Seals while `change` is done to the source at each of these writes of a box.
  private func seal(
    _ scene: Scene, at writes: ClosedRange<Int>, _ change: @escaping @Sendable (Int) -> Void
  ) async throws -> Sealer.Summary {
    let seen = Mutex(0)
    let store = try scene.faulty { operation, _ in
      guard operation.kind == .spoolWrite else { return nil }
      let number = seen.withLock { count in
        count += 1
        return count
      }
      if writes.contains(number) { change(number) }
      return nil
    }
    let opened = try await scene.open(store: store)
    return try await opened.seal([scene.scratch.at("source")], layout: .default, workers: 1)
  }

  private func append(_ byte: UInt8, to path: String) {
    let file = open(path, O_WRONLY | O_APPEND)
    precondition(file >= 0 && write(file, [byte], 1) == 1)
    close(file)
  }

  /// Seals while `change` is done to the source each time that a file was opened and is about to be read.
  private func seal(_ scene: Scene, _ change: @escaping @Sendable () -> Void) async throws -> Sealer.Summary {
    let opened = try await scene.open(fileClock: {
      change()
      return SourceFolder.clock()
    })
    return try await opened.seal([scene.scratch.at("source")], layout: .default, workers: 1)
  }

  /// Bytes of all boxes of the vault.
  private func stored(_ scene: Scene) -> UInt64 {
    Files.tree(scene.scratch.at("vault/boxes")).values.reduce(0) { $0 + UInt64($1.size) }
  }

  private static let longAgo: Int64 = 1_600_000_000_000_000_000

  @Test func aFileThatChangesOnceIsReadAgain() async throws {
    let scene = try await Scene()
    let file = scene.source(["basic/1001/z": "behind it"]) + "/basic/1001/log"
    Files.write(pattern(6 << 20), to: Array(file), mtime: Self.longAgo)
    let summary = try await seal(scene, at: 3...3) { _ in append(7, to: file) }
    #expect(summary.new == 2 && summary.leftOut.isEmpty)
    let (files, exported) = try await scene.export()
    #expect(exported.findings.isEmpty && files == Files.tree(scene.scratch.at("source")))
    #expect(files[Array("basic/1001/log")]?.size == 6 << 20 + 1)
  }

  /// Whatever is stored of a file at the first attempt, the next ones store nothing before all of it was read.
  @Test func aFileThatChangesWhileItIsStoredCostsOneAttempt() async throws {
    let scene = try await Scene()
    let file = scene.source(["basic/1001/z": "behind it"]) + "/basic/1001/log"
    Files.write(pattern(6 << 20), to: Array(file), mtime: Self.longAgo)
    let summary = try await seal(scene, at: 1...1000) { _ in append(7, to: file) }
    #expect(summary.new == 2 && summary.leftOut.isEmpty)
    #expect(stored(scene) < 13 << 20, "\(stored(scene))")
    #expect(try await scene.export().summary.findings.isEmpty)
  }

  @Test func aFileThatNeverStandsStillIsLeftOutAndCostsNothing() async throws {
    let scene = try await Scene()
    let file = scene.source(["basic/1001/z": "behind it", "basic/1002/alone": "x"]) + "/basic/1001/log"
    Files.write(pattern(6 << 20), to: Array(file))
    let summary = try await seal(scene) { append(7, to: file) }
    #expect(summary.new == 2)
    #expect(summary.leftOutByPath == ["basic/1001/log": "changed while it was read, 3 times"])
    #expect(try await scene.catalog().count == 2)
    #expect(stored(scene) < 64 << 10, "\(stored(scene))")
    // When it stands still it is taken.
    #expect(try await scene.seal(scene.scratch.at("source")).new == 1)
    #expect(try await scene.export().files == Files.tree(scene.scratch.at("source")))
  }

  @Test func aCustomerOfWhomNothingCouldBeReadLeavesNothing() async throws {
    let scene = try await Scene()
    let file = scene.scratch.at("source/basic/1001/log")
    Files.write(pattern(6 << 20), to: Array(file))
    let summary = try await seal(scene) { append(7, to: file) }
    #expect(summary.new == 0 && summary.leftOut.count == 1)
    #expect(Files.tree(scene.scratch.at("vault/boxes")).isEmpty)
    let (files, exported) = try await scene.export()
    #expect(files.isEmpty && exported.findings.isEmpty)
  }

  @Test func aFileThatIsGoneIsSaidSo() async throws {
    let scene = try await Scene()
    let source = scene.source(["basic/1001/a": "first", "basic/1001/b": "second"])
    Files.write(pattern(2 << 20), to: Array(source + "/basic/1001/a"))
    let summary = try await seal(scene, at: 1...1) { _ in unlink(source + "/basic/1001/b") }
    #expect(summary.new == 1 && summary.leftOutByPath == ["basic/1001/b": "vanished before it was read"])
  }

  @Test func aLargeFileThatChangesBetweenItsPartsIsNoRecord() async throws {
    let scene = try await Scene()
    let file = scene.source(["basic/1001/small": "small"]) + "/basic/1001/call"
    Files.sparse(file, size: 66 << 20, pieces: [(at: 1 << 20, bytes: pattern(9 << 20))])
    // While the first part is written; the second one is found to be of another file.
    let summary = try await seal(scene, at: 4...4) { _ in append(7, to: file) }
    #expect(
      summary.new == 1 && Array(summary.leftOutByPath.keys) == ["basic/1001/call"], "\(summary.leftOutByPath)"
    )
    #expect(Array(try await scene.catalog().keys) == ["basic/1001/small"])
    #expect(try await scene.seal(scene.scratch.at("source")).new == 1)
    #expect(try await scene.export().files == Files.tree(scene.scratch.at("source")))
  }
}
