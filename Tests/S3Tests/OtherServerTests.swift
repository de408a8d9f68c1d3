import Storage
import StoreContract
import TestKit
import Testing

@testable import S3

/// moto does what AWS does of late where there are versions: puts on condition, on versioned and locked buckets too.
@Suite(.enabled(if: TestServer.moto != nil, TestServer.why)) struct MotoTests {
  private var server: TestServer { get throws { try #require(TestServer.moto) } }

  @Test func provesPutIfAbsentWhereThereAreVersions() async throws {
    for (bucket, locked) in [("versioned", false), ("locked", true), ("strongroom", false)] {
      let place = try await BucketPlace(
        server, bucket: bucket, locked: locked, versioned: bucket == "versioned")
      #expect(try await place.store().provePutIfAbsent())
      #expect(try await place.store().versions(of: place.address.key(".spool/")) == [])
    }
  }

  @Test(arguments: StoreContract.names) func keepsTheContractWithVersions(_ text: String) async throws {
    for part in [
      { try await StoreContract.putsOnlyIfAbsent($0, text) },
      { try await StoreContract.putsWhatWasSpooled($0, text) },
      { try await StoreContract.readsRangesAtTheEdges($0, text) },
      { try await StoreContract.holdsTheLimit($0, text) },
      { try await StoreContract.keepsAnEmptyObject($0, text) },
      { try await StoreContract.erasesForGood($0, text) },
      { try await StoreContract.oneWriterWins($0, text) },
    ] as [@Sendable (BucketPlace) async throws -> Void] {
      try await part(BucketPlace(server, bucket: "versioned", versioned: true))
    }
  }

  @Test func listsAndLocks() async throws {
    try await StoreContract.listsInOrder(BucketPlace(server, bucket: "versioned", versioned: true))
    let until = S3World.system.now() + 86_400
    let store = try await BucketPlace(server, bucket: "locked", locked: true).store(lockUntil: { _ in until })
    #expect(try await store.put([1], at: name("boxes/a")) == .created)
    #expect(try await store.put([2], at: name("boxes/a")) == .exists)
    #expect(try await store.retention(of: name("boxes/a"))?.until == until)
    #expect(try await store.erase(name("boxes/a")) == false)
    #expect(try await store.lock(name("boxes/a"), until: until + 60) == until + 60)
  }

  /// Somebody else comes between the last look and the last step.
  @Test func partsAreCompletedOnCondition() async throws {
    let real = try server.endpoint
    let other = try await BucketPlace(server)
    try await TestNetwork.serving { asked in
      if asked.method == .POST, asked.uri.contains("uploadId=") {
        _ = try await other.store().put([1], at: name("boxes/a"))
      }
      return try await TestNetwork.pass(asked, to: real)
    } _: { endpoint in
      let scratch = Scratch()
      let store = try S3Store(
        other.address, settings: TestServer(endpoint: endpoint).settings { $0.partsFrom = 5 << 20 },
        spoolFolder: scratch.path)
      let spool = try await store.spool()
      try spool.write(pattern(12 << 20).span)
      #expect(try await store.put(spool, at: name("boxes/a")) == .exists)
      #expect(try await store.get(name("boxes/a"), limit: 1) == [1])
    }
  }
}

/// rclone loses races, so it is refused for many writers; with one it does.
@Suite(.enabled(if: TestServer.rclone != nil, TestServer.why)) struct RcloneTests {
  private func place() async throws -> BucketPlace {
    try await BucketPlace(try #require(TestServer.rclone), change: { $0.putIfAbsent = .oneWriter })
  }

  @Test func doesntProvePutIfAbsent() async throws {
    let place = try await BucketPlace(try #require(TestServer.rclone))
    let holds = await outcome { try await place.store().provePutIfAbsent() }
    // It lets several win, or fails at it.
    #expect(holds != true)
  }

  private func outcome(_ body: () async throws -> Bool) async -> Bool? { try? await body() }

  @Test(arguments: StoreContract.names) func keepsTheContractForOneWriter(_ text: String) async throws {
    for part in [
      { try await StoreContract.putsOnlyIfAbsent($0, text) },
      { try await StoreContract.putsWhatWasSpooled($0, text) },
      { try await StoreContract.readsRangesAtTheEdges($0, text) },
      { try await StoreContract.holdsTheLimit($0, text) },
      { try await StoreContract.keepsAnEmptyObject($0, text) },
      { try await StoreContract.erasesForGood($0, text) },
    ] as [@Sendable (BucketPlace) async throws -> Void] {
      try await part(place())
    }
  }

  @Test func listsAndSaysWhatItCant() async throws {
    try await StoreContract.listsInOrder(place())
    try await StoreContract.tellsWhatIsNoFolderOfAPlace(place())
    try await StoreContract.discardedSpoolIsGone(place())
    let store = try await place().store()
    #expect(try await store.versioning() == .never)
    #expect(try await store.lockState() == S3LockState(isEnabled: false, defaultMode: nil))
    #expect(try await store.put([1], at: name("boxes/a")) == .created)
    // It would write the lock over the object.
    #expect(
      await failure { _ = try await store.lock(name("boxes/a"), until: S3World.system.now() + 60) }?.code
        == .unsupported)
    #expect(try await store.get(name("boxes/a"), limit: 1) == [1])
    #expect(try await store.clearSpool(olderThan: 0) == 0)
  }
}
