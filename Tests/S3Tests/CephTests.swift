import NIOHTTP1
import Storage
import StoreContract
import TestKit
import Testing

@testable import S3

/// What only a real server shows: errors in its own words, versions, locks, parts, races.
@Suite(.enabled(if: TestServer.ceph != nil, TestServer.why)) struct CephTests {
  private var server: TestServer { get throws { try #require(TestServer.ceph) } }

  @Test func provesPutIfAbsentWhereThereAreNoVersions() async throws {
    let plain = try await BucketPlace(server)
    #expect(try await plain.store().provePutIfAbsent())
    #expect(try await plain.store().unexpectedEntries(besides: []) == [])
    // Ceph takes every put where there are versions.
    let versioned = try await BucketPlace(server, bucket: "versioned", versioned: true)
    let store = try versioned.store()
    #expect(try await store.provePutIfAbsent() == false)
    #expect(try await store.versioning() == .enabled)
    #expect(try await plain.store().versioning() == .never)
  }

  @Test func whatIsOpenToAllIsNoticed() async throws {
    let bucket = "open-\(UInt64.random(in: .min ... .max))"
    let place = try await BucketPlace(server, bucket: bucket)
    let store = try place.store()
    #expect(try await store.put([1], at: name("a")) == .created)
    #expect(try await store.isOpenToAll(reading: name("a")) == false)
    try await place.allow("\"*\"", ["s3:GetObject"], [])
    #expect(try await store.isOpenToAll(reading: name("a")))
    #expect(try await store.isOpenToAll(reading: name("b")) == false)
    try await place.allow("\"*\"", [], ["s3:ListBucket"])
    #expect(try await store.isOpenToAll(reading: name("a")))
  }

  /// What Docs/S3.md says is enough for a vault is enough, and no more is needed.
  @Test func thePermissionsOfTheDocumentsDo() async throws {
    let bucket = "minimal-\(UInt64.random(in: .min ... .max))"
    let place = try await BucketPlace(server, bucket: bucket)
    let keys = S3Credentials(accessKey: "guest", secretKey: "guest-secret")
    let store = try S3Store(
      place.address, settings: server.settings({ $0.partsFrom = 5 << 20 }, keys: keys),
      spoolFolder: place.scratch.path)
    #expect(await failure { _ = try await store.put([1], at: name("ledger/1")) }?.code == .denied)
    try await place.allow(
      #"{"AWS": ["arn:aws:iam:::user/guest"]}"#,
      ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
      ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketVersioning"])
    #expect(try await store.provePutIfAbsent())
    #expect(try await store.put([1], at: name("ledger/1")) == .created)
    #expect(try await store.get(name("ledger/1"), limit: 1) == [1])
    #expect(try await store.size(name("ledger/2")) == nil)
    #expect(try await store.list("").map(\.name.text) == ["ledger/1"])
    #expect(try await store.erase(name("ledger/1")))
    let spool = try await store.spool()
    try spool.write(pattern(6 << 20).span)
    #expect(try await store.put(spool, at: name("boxes/a")) == .created)
    #expect(try await store.clearSpool(olderThan: 0) == 0)
  }

  @Test func saysWhatIsWrong() async throws {
    try await server.makeBucket("strongroom")
    let address = try BucketAddress("s3://strongroom/x")
    func error(
      _ keys: S3Credentials = TestServer.keys, _ address: BucketAddress = address, world: S3World = .system
    ) async throws -> [StorageError?] {
      let store = try S3Store(
        address, settings: server.settings(keys: keys), spoolFolder: "/nowhere", world: world)
      defer { Task { await store.close() } }
      return [
        await failure { _ = try await store.get(name("a"), limit: 10) },
        await failure { _ = try await store.size(name("a")) },
        await failure { _ = try await store.put([1], at: name("a")) },
        await failure { _ = try await store.list("") },
        await failure { _ = try await store.erase(name("a")) },
      ]
    }
    for found in try await error(S3Credentials(accessKey: "nobody", secretKey: "s")) {
      #expect(
        found?.code == .denied && found?.reason.contains("doesn't know") == true, "\(found?.reason ?? "")")
    }
    for found in try await error(S3Credentials(accessKey: "strongroom", secretKey: "s")) {
      #expect(
        found?.code == .denied && found?.reason.contains("secret key isn't") == true, "\(found?.reason ?? "")"
      )
    }
    for found in try await error(TestServer.keys, try BucketAddress("s3://no-such-bucket/x")) {
      #expect(
        found?.code == .unreachable && found?.reason.contains("no bucket") == true, "\(found?.reason ?? "")")
    }
    let late = S3World(
      now: { S3World.system.now() - 7200 }, wait: S3World.system.wait, random: S3World.system.random)
    for found in try await error(world: late) {
      #expect(
        found?.code == .denied && found?.reason.contains("s behind the server's") == true,
        "\(found?.reason ?? "")")
    }
  }

  @Test func whatIsErasedIsGoneInEveryVersion() async throws {
    let place = try await BucketPlace(
      server, bucket: "versioned", versioned: true, change: { $0.putIfAbsent = .oneWriter })
    let store = try place.store()
    #expect(try await store.put([1], at: name("keyring/page")) == .created)
    #expect(try await store.put([2], at: name("keyring/page")) == .exists)
    #expect(try await store.put([3], at: name("keyring/page2")) == .created)
    // As somebody who overwrites and marks.
    for byte in UInt8(4)..<8 {
      var call = store.call(.put, .PUT, name("keyring/page"), "write")
      call.body = CallBody([byte])
      _ = try await store.wire.send(call)
      if byte % 2 == 0 {
        _ = try await store.wire.send(store.call(.erase, .DELETE, name("keyring/page"), "erase"))
      }
    }
    #expect(try await store.versions(of: place.address.key("keyring/page")).count == 7)
    #expect(try await store.eraseEveryVersion(name("keyring/page")).erased == 7)
    #expect(try await store.versions(of: place.address.key("keyring/page")) == [])
    #expect(try await store.get(name("keyring/page2"), limit: 1) == [3])
    #expect(try await store.erase(name("keyring/page")))
  }

  @Test func versionsThatBeginLaterAreNoticed() async throws {
    let bucket = "later-\(UInt64.random(in: .min ... .max))"
    let place = try await BucketPlace(server, bucket: bucket, change: { $0.putIfAbsent = .oneWriter })
    let store = try place.store()
    #expect(try await store.versioning() == .never)
    try await server.makeBucket(bucket, versioned: true)
    #expect(try await store.put([1], at: name("a")) == .created)
    #expect(try await store.erase(name("a")))
    #expect(try await store.versions(of: place.address.key("a")) == [])
  }

  @Test func manyVersionsAreFound() async throws {
    let place = try await BucketPlace(server, bucket: "versioned", versioned: true)
    let store = try place.store()
    for key in ["a", "a0", "a/b"] {
      for number in 0..<(key == "a" ? 23 : 2) {
        var call = store.call(.put, .PUT, name(key), "write")
        call.body = CallBody([UInt8(number)])
        _ = try await store.wire.send(call)
      }
    }
    for pageSize in [1, 2, 3, 22, 23, 24, 1000] {
      #expect(try await store.versions(of: place.address.key("a"), pageSize: pageSize).count == 23)
    }
    #expect(try await store.eraseEveryVersion(name("a")).erased == 23)
    #expect(try await store.versions(of: place.address.key("a")) == [])
    #expect(try await store.list("").map(\.name.text) == ["a/b", "a0"])
  }

  @Test func locksHoldAndGrow() async throws {
    let place = try await BucketPlace(
      server, bucket: "locked", locked: true, change: { $0.putIfAbsent = .oneWriter })
    let until = S3World.system.now() + 86_400
    let store = try place.store(lockUntil: { $0.isUnder("boxes") ? until : nil })
    #expect(try await store.lockState() == S3LockState(isEnabled: true, defaultMode: nil))
    #expect(try await store.versioning() == .enabled)
    #expect(try await store.put([1], at: name("boxes/ab/1")) == .created)
    #expect(try await store.put([2], at: name("ledger/1")) == .created)
    #expect(
      try await store.retention(of: name("boxes/ab/1")) == S3Retention(isCompliance: true, until: until))
    #expect(try await store.retention(of: name("ledger/1")) == nil)
    #expect(await failure { _ = try await store.retention(of: name("no")) }?.code == .absent)
    // It is kept, and said so.
    #expect(try await store.erase(name("boxes/ab/1")) == false)
    #expect(try await store.eraseEveryVersion(name("boxes/ab/1")).kept.map(\.until) == [until])
    #expect(try await store.get(name("boxes/ab/1"), limit: 1) == [1])
    // It grows, and doesn't shrink.
    #expect(try await store.lock(name("boxes/ab/1"), until: until + 1000) == until + 1000)
    #expect(try await store.lock(name("boxes/ab/1"), until: until) == until + 1000)
    #expect(try await store.lock(name("ledger/1"), until: until) == until)
    #expect(try await store.erase(name("ledger/1")) == false)
    let plain = try await BucketPlace(server).store()
    #expect(try await plain.lockState() == S3LockState(isEnabled: false, defaultMode: nil))
    _ = try await plain.put([1], at: name("a"))
    #expect(try await plain.retention(of: name("a")) == nil)
    #expect(await failure { _ = try await plain.lock(name("a"), until: until) } != nil)
  }

  @Test func largeObjectsGoInParts() async throws {
    let place = try await BucketPlace(
      server, bucket: "locked", locked: true,
      change: {
        $0.partsFrom = 5 << 20
        $0.putIfAbsent = .oneWriter
      })
    let until = S3World.system.now() + 3600
    let store = try place.store(lockUntil: { _ in until })
    let all = pattern((23 << 20) + 7)
    let spool = try await store.spool()
    try spool.write(all.span)
    #expect(try await store.put(spool, at: name("boxes/large")) == .created)
    #expect(try await store.size(name("boxes/large")) == UInt64(all.count))
    #expect(try await store.get(name("boxes/large"), limit: all.count) == all)
    #expect(try await store.retention(of: name("boxes/large"))?.until == until)
    let again = try await store.spool()
    try again.write(all.span)
    #expect(try await store.put(again, at: name("boxes/large")) == .exists)
    #expect(place.leftInSpool() == [])
    #expect(try await store.clearSpool(olderThan: 0) == 0)
  }

  @Test func whatInterruptedWritersLeftIsCleared() async throws {
    let place = try await BucketPlace(server, beneath: "odd ü&")
    let store = try place.store()
    for number in 0..<3 {
      var call = store.call(.part, .POST, name("boxes/\(number)"), "write")
      call.query = [Field("uploads")]
      _ = try await store.wire.send(call)
    }
    _ = try await store.wire.send(
      {
        var call = Call(.put, .PUT, key: place.address.key(".spool/proof-0"), "write", "")
        call.body = CallBody([1])
        return call
      }())
    #expect(try await store.unexpectedEntries(besides: []) == [])
    #expect(try await store.clearSpool(olderThan: 3600) == 0)
    #expect(try await store.clearSpool(olderThan: 0) == 4)
    #expect(try await store.clearSpool(olderThan: 0) == 0)
  }

  @Test func manyPagesAreListed() async throws {
    let place = try await BucketPlace(server)
    let store = try place.store()
    let list = WorkList((0..<2345).map { name("boxes/\(pad($0))") })
    try await list.run(workers: 16) { list in
      while let name = try list.take() { _ = try await store.put([], at: name) }
    }
    let found = try await store.list("boxes")
    #expect(found.map(\.name) == (0..<2345).map { name("boxes/\(pad($0))") })
    let pages = Shared([Int]())
    try await store.forEachPage("") { (rows) throws(StorageError) in pages.change { $0.append(rows.count) } }
    #expect(pages.now == [1000, 1000, 345])
  }

  private func pad(_ number: Int) -> String { String("0000\(number)".suffix(4)) }

  /// Every seventh answer lost, some cut, storms: eight writers, and everything comes out right.
  @Test func worksThroughABadNetwork() async throws {
    let real = try server.endpoint
    try await server.makeBucket("strongroom")
    try await TestNetwork.serving { asked in
      if asked.number % 11 == 0 { return .error(503, "SlowDown") }
      var reply = try await TestNetwork.pass(asked, to: real)
      if asked.number % 7 == 0 {
        reply.end = .cut(after: asked.number % 14 == 0 ? nil : reply.body.readableBytes / 2)
      }
      return reply
    } _: { endpoint in
      let quick = Quick(now: S3World.system.now())
      let scratch = Scratch()
      let address = try BucketAddress("s3://strongroom/bad/\(UInt64.random(in: .min ... .max))")
      let store = try S3Store(
        address, settings: TestServer(endpoint: endpoint).settings(), spoolFolder: scratch.path,
        world: quick.world)
      // Eight writers for each name: one wins.
      let winners = Shared([ObjectName: Int]())
      let list = WorkList((0..<160).map { $0 })
      try await list.run(workers: 8) { list in
        while let number = try list.take() {
          let name = name("ledger/\(number / 8)")
          if try await store.put(pattern(2000, seed: number), at: name) == .created {
            winners.change { $0[name, default: 0] += 1 }
          }
        }
      }
      #expect(winners.now.count == 20 && winners.now.values.allSatisfy { $0 == 1 })
      #expect(try await store.list("ledger").count == 20)
      let large = pattern(3 << 20)
      let spool = try await store.spool()
      try spool.write(large.span)
      #expect(try await store.put(spool, at: name("boxes/a")) == .created)
      #expect(try await store.get(name("boxes/a"), limit: large.count) == large)
      for number in 0..<20 { #expect(try await store.erase(name("ledger/\(number)"))) }
      #expect(try await store.list("").map(\.name.text) == ["boxes/a"])
      #expect(store.traffic.counts.repeated > 20)
    }
  }
}
