import Glibc
import NIOCore
import NIOHTTP1
import Storage
import TestKit
import Testing

@testable import S3

/// What a bad network may do to answers: nothing short, long or swapped is ever taken for an object.
@Suite(.enabled(if: TestServer.isQuiet, TestServer.whyQuiet)) struct BadNetworkTests {
  private static let object = name("boxes/ab/0123")
  private static let all = pattern(100_000)

  /// A store in front of a bucket with one object, behind a network that spoils answers to GET.
  private func reading(
    change: @escaping @Sendable (inout S3Options) -> Void = { _ in },
    spoiling: @escaping @Sendable (Asked, Int, Reply) -> Reply,
    _ part: @escaping @Sendable (LittlePlace, S3Store) async throws -> Void
  ) async throws {
    let bucket = LittleBucket()
    bucket["p ü/" + Self.object.text] = Self.all
    let gets = Mutexed()
    try await TestNetwork.serving { asked in
      let reply = bucket.answer(asked)
      return asked.method == .GET ? spoiling(asked, gets.next(), reply) : reply
    } _: { endpoint in
      let place = LittlePlace(endpoint: endpoint, change: change)
      try await part(place, try place.store())
    }
  }

  private func readsAll(_ store: S3Store) async throws {
    #expect(try await store.get(Self.object, limit: 100_000) == Self.all)
    var buffer: [UInt8] = []
    #expect(try await store.read(Self.object, at: 10, count: 70_000, into: &buffer) == 70_000)
    #expect(buffer == Array(Self.all[10..<70_010]))
    let object = try await store.open(Self.object)
    object.expectSequentialReads()
    var at: UInt64 = 0
    while try await object.read(at: at, count: 30_000, into: &buffer) > 0 {
      #expect(buffer == Array(Self.all[Int(at)...].prefix(30_000)))
      at += UInt64(buffer.count)
    }
    #expect(at == 100_000)
  }

  @Test(arguments: [2, 3, 4]) func whatIsCutIsReadAgain(_ every: Int) async throws {
    try await reading { asked, number, reply in
      var reply = reply
      if number % every == 1 { reply.end = .cut(after: reply.body.readableBytes * (number % 3) / 3) }
      return reply
    } _: { _, store in
      try await readsAll(store)
      #expect(store.traffic.counts.repeated > 0)
    }
  }

  @Test func aStormPasses() async throws {
    try await reading { _, number, reply in
      number % 5 == 0
        ? reply : .error([429, 500, 502, 503, 504][number % 5], "SlowDown", headers: [("retry-after", "2")])
    } _: { place, store in
      try await readsAll(store)
      #expect(place.quick.pauses.allSatisfy { $0 >= 2000 && $0 <= 20_000 })
    }
  }

  @Test func aStormThatStaysEndsInAnError() async throws {
    try await reading { _, _, _ in
      .error(503, "SlowDown")
    } _: { place, store in
      let error = await failure { _ = try await store.get(Self.object, limit: 100_000) }
      #expect(error?.code == .lost && error?.reason.contains("SlowDown") == true)
      #expect(place.quick.pauses.count == 7)
    }
  }

  /// An answer that says the wrong thing about itself.
  enum Lie: String, CaseIterable, Sendable {
    case otherRange, longerThanAsked, rangeUnsaid, shortOfItsRange, tooLong
  }

  @Test(arguments: Lie.allCases) func whatLiesIsNoObject(_ lie: Lie) async throws {
    try await reading { _, _, reply in
      var reply = reply
      let count = reply.body.readableBytes
      switch lie {
      case .otherRange:
        reply.headers.replaceOrAdd(name: "content-range", value: "bytes 11-\(count + 10)/100000")
      case .longerThanAsked:
        reply.body.writeBytes(Self.all)
        reply.headers.replaceOrAdd(name: "content-length", value: "\(count + Self.all.count)")
      case .rangeUnsaid: reply.headers.remove(name: "content-range")
      case .shortOfItsRange:
        reply.body = ByteBuffer(bytes: reply.body.readableBytesView.dropLast(3))
        reply.headers.replaceOrAdd(name: "content-length", value: "\(count - 3)")
      case .tooLong:
        reply.headers.remove(name: "content-length")
        reply.headers.add(name: "transfer-encoding", value: "chunked")
        reply.body.writeBytes([1, 2, 3])
      }
      return reply
    } _: { _, store in
      var buffer: [UInt8] = []
      let error = await failure { _ = try await store.read(Self.object, at: 10, count: 1000, into: &buffer) }
      #expect(error?.code == .corrupt || error?.code == .lost, "\(lie)")
    }
  }

  /// As some servers answer to a range: with 200, and with the range or with all there is.
  @Test(arguments: [true, false]) func rangesWithoutTheirStatus(_ saysRange: Bool) async throws {
    try await reading { asked, _, reply in
      guard reply.status == 206 else { return reply }
      var reply = reply
      reply.status = 200
      if !saysRange {
        reply.headers.remove(name: "content-range")
        reply.headers.replaceOrAdd(name: "content-length", value: "100000")
        reply.body = ByteBuffer(bytes: Self.all)
      }
      return reply
    } _: { _, store in
      try await readsAll(store)
    }
  }

  @Test func whatChangesMidwayIsNoObject() async throws {
    try await reading { _, number, reply in
      var reply = reply
      reply.headers.replaceOrAdd(name: "etag", value: "\"\(number)\"")
      if number == 1 { reply.end = .cut(after: 50_000) }
      return reply
    } _: { _, store in
      let object = try await store.open(Self.object)
      object.expectSequentialReads()
      var buffer: [UInt8] = []
      #expect(try await object.read(at: 0, count: 30_000, into: &buffer) == 30_000)
      let error = await failure { _ = try await object.read(at: 30_000, count: 30_000, into: &buffer) }
      #expect(error?.code == .corrupt)
    }
  }

  /// What trickles is given up, and asked for again; a body may take a while, but not for ever.
  @Test func whatTricklesIsGivenUp() async throws {
    try await reading {
      $0.patience = S3Patience(connect: 5, idle: 1, slowest: 1 << 20)
    } spoiling: { _, number, reply in
      var reply = reply
      if number == 1 { reply.end = .trickle(1000, every: 50) }
      return reply
    } _: { (_, store) async throws in
      #expect(try await store.get(Self.object, limit: 100_000) == Self.all)
      #expect(store.traffic.counts.repeated == 1)
    }
  }

  @Test func whatIsSilentIsGivenUp() async throws {
    try await reading {
      $0.patience = S3Patience(connect: 5, idle: 1)
    } spoiling: { _, number, reply in
      var reply = reply
      if number == 1 { reply.end = .trickle(50_000, every: 3000) }
      return reply
    } _: { (_, store) async throws in
      #expect(try await store.get(Self.object, limit: 100_000) == Self.all)
    }
  }

  @Test(arguments: [
    "<ListBucketResult>", "no XML", "", "<a/>",
    "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
    "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken></ListBucketResult>",
    "<ListBucketResult><Contents><Key>elsewhere</Key><Size>1</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents></ListBucketResult>",
    "<ListBucketResult><Contents><Key>p ü/a</Key><Size>-1</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents></ListBucketResult>",
    "<ListBucketResult><Contents><Key>p ü/a</Key><Size>9223372036854775807</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents></ListBucketResult>",
    "<ListBucketResult><Contents><Key>p ü/a</Key><Size>1</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents><Contents><Key>p ü/a</Key><Size>2</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents></ListBucketResult>",
  ])
  func listingsThatAreNone(_ text: String) async throws {
    try await TestNetwork.serving { _ in
      Reply(text)
    } _: { endpoint in
      let store = try LittlePlace(endpoint: endpoint).store()
      let code = await failure { _ = try await store.list("") }?.code
      #expect(code == .corrupt || code == .unsupported, "\(text)")
    }
  }

  /// Pages without end: each with another mark of where to go on, and nothing that would be behind the last.
  @Test(arguments: [true, false]) func listingsWithoutEnd(isEmpty: Bool) async throws {
    let row =
      "<Contents><Key>p ü/a</Key><Size>1</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>"
    let version =
      "<Version><Key>p ü/a</Key><VersionId>1</VersionId><Size>1</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Version>"
    let asked = Mutexed()
    try await TestNetwork.serving { request in
      let number = asked.next()
      if request.uri.contains("versioning") {
        return Reply("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
      }
      // Every other one, and all different.
      let mark = number % 2 == 0 ? "x" : "y\(number)"
      if request.uri.contains("versions") {
        return Reply(
          "<ListVersionsResult>\(isEmpty ? "" : version)<IsTruncated>true</IsTruncated><NextKeyMarker>p ü/a</NextKeyMarker><NextVersionIdMarker>\(mark)</NextVersionIdMarker></ListVersionsResult>"
        )
      }
      return Reply(
        "<ListBucketResult>\(isEmpty ? "" : row)<IsTruncated>true</IsTruncated><NextContinuationToken>\(mark)</NextContinuationToken></ListBucketResult>"
      )
    } _: { endpoint in
      let store = try LittlePlace(endpoint: endpoint).store()
      for body in [
        { _ = try await store.list("") }, { _ = try await store.names("boxes") },
        { _ = try await store.unexpectedEntries(besides: []) }, { _ = try await store.erase(name("a")) },
        { try await store.forEachVersion { _ in } },
      ] as [@Sendable () async throws -> Void] {
        #expect(await failure(body)?.code == .corrupt)
      }
      #expect(asked.count < 5000)
    }
  }

  @Test func aListingThatNeverStandsStillEnds() {
    var progress = ListingProgress()
    let (first, second) = (progress.goesOn(behind: "a", to: "1"), progress.goesOn(behind: "b", to: "1"))
    let back = progress.goesOn(behind: "a", to: "2")
    #expect(first && second && !back)
    var (endless, pages) = (ListingProgress(), 1)
    while endless.goesOn(behind: "\(1_000_000 + pages)", to: "x") { pages += 1 }
    #expect(pages == ListingProgress.mostPages)
  }

  @Test func largeAnswersTakeNoMemory() async throws {
    try await reading { _, _, reply in
      var reply = reply
      reply.headers.replaceOrAdd(name: "content-length", value: "\(UInt64(1) << 40)")
      return reply
    } _: { (_, store) async throws in
      #expect(await failure { _ = try await store.get(Self.object, limit: 1 << 30) }?.code == .tooLarge)
    }
    try await TestNetwork.serving { _ in
      Reply(200, headers: [("transfer-encoding", "chunked")], String(repeating: "x", count: 20 << 20))
    } _: { endpoint in
      let store = try LittlePlace(endpoint: endpoint).store()
      #expect(await failure { _ = try await store.list("") }?.code == .corrupt)
      #expect(await failure { _ = try await store.get(Self.object, limit: 1 << 20) }?.code == .tooLarge)
    }
  }

  @Test func partsAreSentAndGivenUp() async throws {
    let bucket = LittleBucket()
    let parts = Mutexed()
    let fails = Shared(false)
    try await TestNetwork.serving { asked in
      if asked.method == .PUT, fails.now, asked.uri.contains("partNumber=3") {
        return .error(403, "AccessDenied")
      }
      let reply = bucket.answer(asked)
      // Each third answer about a part is lost.
      return asked.method == .PUT && parts.next() % 3 == 0 ? .none : reply
    } _: { endpoint in
      let place = LittlePlace(endpoint: endpoint, change: { $0.partsFrom = 5 << 20 })
      let store = try place.store()
      let all = pattern((18 << 20) + 5)
      let spool = try await store.spool()
      try spool.write(all.span)
      #expect(try await store.put(spool, at: Self.object) == .created)
      #expect(bucket["p ü/" + Self.object.text] == all)
      let again = try await store.spool()
      try again.write(all.span)
      #expect(try await store.put(again, at: Self.object) == .exists)
      fails.change { $0 = true }
      let third = try await store.spool()
      try third.write(all.span)
      #expect(await failure { _ = try await store.put(third, at: name("boxes/other")) }?.code == .denied)
      #expect(bucket.uploadsBegun == 0 && bucket["p ü/boxes/other"] == nil)
      #expect(place.leftInSpool() == [])
    }
  }
}
