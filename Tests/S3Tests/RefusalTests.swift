import Foundation
import Storage
import TestKit
import Testing

@testable import S3

/// One clear error for each thing that may be wrong.
@Suite(.enabled(if: TestServer.isQuiet, TestServer.whyQuiet)) struct RefusalTests {
  static let cases: [(Reply, StorageError.Code, String)] = [
    (.error(403, "InvalidAccessKeyId"), .denied, "doesn't know access key strongroom"),
    (
      .error(403, "SignatureDoesNotMatch", "<StringToSign>x</StringToSign>"), .denied, "secret key isn't that"
    ),
    (.error(404, "NoSuchBucket"), .unreachable, "no bucket strongroom"),
    (.error(403, "AccessDenied"), .denied, "may not do that"),
    (
      .error(403, "RequestTimeTooSkewed", "<ServerTime>2026-09-21T14:43:20Z</ServerTime>"), .denied,
      "clock is 1800 s behind the server's"
    ),
    (
      .error(403, "RequestTimeTooSkewed", headers: [("date", "Mon, 21 Sep 2026 13:13:20 GMT")]), .denied,
      "clock is 3600 s ahead of the server's"
    ),
    (.error(400, "ExpiredToken"), .denied, "the keys ended"),
    (
      .error(400, "AuthorizationHeaderMalformed", "<Region>eu-west-3</Region>"), .unreachable,
      "bucket is in the region eu-west-3"
    ),
    (
      .error(301, "PermanentRedirect", headers: [("x-amz-bucket-region", "eu-west-3")]), .unreachable,
      "eu-west-3"
    ),
    (.error(501, "NotImplemented"), .unsupported, "can't do that"),
    (.error(403, "QuotaExceeded"), .full, "no quota"),
    (.error(400, "BadDigest"), .corrupt, "isn't what was sent"),
    (Reply(403), .denied, "status 403"), (Reply(418, "<html>teapot</html>"), .io, "status 418"),
    (Reply(500), .lost, "status 500"),
    (.error(400, "Bad\u{1b}[31m", "<Message2/>"), .io, "refuses"),
  ]

  @Test(arguments: cases.indices) func saysWhatIsWrong(_ index: Int) async throws {
    let (reply, code, words) = Self.cases[index]
    try await TestNetwork.serving { _ in
      reply
    } _: { endpoint in
      let store = try LittlePlace(endpoint: endpoint).store()
      for body in [
        { _ = try await store.get(name("a"), limit: 10) }, { _ = try await store.put([1], at: name("a")) },
        { _ = try await store.size(name("a")) }, { _ = try await store.list("") },
        { _ = try await store.erase(name("a")) },
      ] as [@Sendable () async throws -> Void] {
        let error = await failure(body)
        #expect(error?.code == code)
        #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
        let text = "\(error.map { "\($0)" } ?? "") \(error?.hint ?? "")"
        #expect(
          !text.contains("strongroom-secret") && !text.contains("\u{1b}")
            && text.contains("s3://strongroom/p ü"))
      }
    }
  }

  /// A server that says no, or nothing: without the usual seven tries and their pauses.
  @Test(arguments: [
    ("http://localhost:1", "localhost:1: the connection was refused"),
    ("http://no-such-host.invalid:1", "can't be resolved"),
  ])
  func whoIsntThere(_ endpoint: String, _ words: String) async throws {
    let place = LittlePlace(endpoint: endpoint, change: { $0.allowsPlainHTTP = true })
    let store = try place.store()
    let error = await failure { _ = try await store.get(name("a"), limit: 10) }
    #expect(error?.code == .unreachable && error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    #expect(place.quick.pauses.count == 2)
  }

  /// Keys that end in the midst of a command: whatever renews them is asked once, and the request is made again.
  @Test(arguments: [true, false]) func endedKeysAreReadAnewOnce(_ areRenewed: Bool) async throws {
    let bucket = LittleBucket()
    bucket["p ü/a"] = [1, 2]
    let scratch = Scratch()
    let file = scratch.at("credentials")
    Files.write("[default]\naws_access_key_id = OLD\naws_secret_access_key = S\n", to: file)
    let refused = Mutexed()
    try await TestNetwork.serving { asked in
      guard asked["authorization"]?.contains("Credential=NEW/") == true else {
        _ = refused.next()
        if areRenewed {
          Files.write("[default]\naws_access_key_id = NEW\naws_secret_access_key = S\n", to: file)
        }
        return .error(400, "ExpiredToken")
      }
      return bucket.answer(asked)
    } _: { endpoint in
      var options = S3Options()
      options.endpoint = endpoint
      let settings = try S3Settings(options, environment: ["AWS_SHARED_CREDENTIALS_FILE": file])
      let store = try S3Store(
        BucketAddress("s3://strongroom/p ü"), settings: settings, spoolFolder: scratch.at("spool"))
      if areRenewed {
        #expect(try await store.get(name("a"), limit: 10) == [1, 2])
      } else {
        let error = await failure { _ = try await store.get(name("a"), limit: 10) }
        #expect(error?.code == .denied && error?.reason.contains("keys ended") == true)
      }
    }
    #expect(refused.count == (areRenewed ? 1 : 2))
  }

  @Test func whoIsClosedAsksNothing() async throws {
    let bucket = LittleBucket()
    try await TestNetwork.serving {
      bucket.answer($0)
    } _: { endpoint in
      let place = LittlePlace(endpoint: endpoint)
      let (one, other) = (try place.store(), try place.store())
      #expect(try await one.put([1], at: name("a")) == .created)
      await one.close()
      await one.close()
      #expect(await failure { _ = try await one.get(name("a"), limit: 1) }?.code == .io)
      #expect(try await other.get(name("a"), limit: 1) == [1])
      await other.close()
    }
  }
}

/// What requests a thing takes, as Docs/S3.md says, and how many bytes and at once.
@Suite(.enabled(if: TestServer.isQuiet, TestServer.whyQuiet)) struct CostTests {
  private func costing(
    change: @escaping @Sendable (inout S3Options) -> Void = { _ in },
    _ part: @escaping @Sendable (LittleBucket, S3Store) async throws -> Void
  ) async throws {
    let bucket = LittleBucket(pageSize: 2)
    try await TestNetwork.serving {
      bucket.answer($0)
    } _: { endpoint in
      try await part(bucket, try LittlePlace(endpoint: endpoint, change: change).store())
    }
  }

  private func cost(
    _ store: S3Store, _ requests: [S3RequestKind: Int], _ body: () async throws -> Void
  ) async throws {
    let before = store.traffic.counts.requests
    try await body()
    #expect(store.traffic.counts.requests.merging(before) { $0 - $1 }.filter { $0.value != 0 } == requests)
  }

  @Test func requestsAreAsTheDocumentsSay() async throws {
    try await costing { _, store in
      // First contact.
      try await cost(store, [.get: 1, .list: 1]) { _ = try await store.get(name("none"), limit: 1) }
      try await cost(store, [.get: 1]) { _ = try await store.get(name("none"), limit: 1) }
      try await cost(store, [.put: 1, .get: 1]) { _ = try await store.put(pattern(64 << 10), at: name("a")) }
      try await cost(store, [.put: 1]) { _ = try await store.put(pattern(64 << 10), at: name("a")) }
      let large = pattern(300_000)
      try await cost(store, [.put: 1]) {
        let spool = try await store.spool()
        try spool.write(large.span)
        _ = try await store.put(spool, at: name("boxes/b"))
      }
      try await cost(store, [.head: 1]) { _ = try await store.size(name("boxes/b")) }
      var buffer: [UInt8] = []
      try await cost(store, [.get: 1]) {
        _ = try await store.read(name("boxes/b"), at: 5, count: 9, into: &buffer)
      }
      try await cost(store, [.get: 1]) {
        let object = try await store.open(name("boxes/b"))
        object.expectSequentialReads()
        for at in stride(from: UInt64(0), to: 300_000, by: 10_000) {
          #expect(try await object.read(at: at, count: 10_000, into: &buffer) == 10_000)
        }
      }
      for number in 0..<4 { _ = try await store.put([1], at: name("ledger/\(number)")) }
      try await cost(store, [.list: 2]) { _ = try await store.list("ledger") }
      try await cost(store, [.erase: 1, .bucket: 1]) { _ = try await store.erase(name("a")) }
      try await cost(store, [.erase: 1]) { _ = try await store.erase(name("boxes/b")) }
    }
    try await costing {
      $0.putIfAbsent = .oneWriter
    } _: { _, store in
      try await cost(store, [.head: 1, .list: 1, .put: 1, .get: 1]) {
        _ = try await store.put([1], at: name("a"))
      }
      try await cost(store, [.head: 1]) { _ = try await store.put([1], at: name("a")) }
    }
    try await costing {
      $0.partsFrom = 5 << 20
    } _: { _, store in
      let spool = try await store.spool()
      try spool.write(pattern(12 << 20).span)
      // First contact; begin, three parts, complete; looked for before and after.
      try await cost(store, [.head: 3, .list: 1, .part: 5]) { _ = try await store.put(spool, at: name("a")) }
    }
  }

  @Test func bytesAreCounted() async throws {
    try await costing { _, store in
      _ = try await store.put(pattern(100 << 10), at: name("boxes/a"))
      _ = try await store.put([1, 2], at: name("ledger/1"))
      let counts = store.traffic.counts
      #expect(counts.sent == [.put: (100 << 10) + 2] && counts.received == [.get: 2] && counts.repeated == 0)
    }
  }

  /// Answers are read to their end, so that a connection serves one request after the other.
  @Test func connectionsAreUsedAgain() async throws {
    let bucket = LittleBucket()
    let most = Shared(0)
    try await TestNetwork.serving { asked in
      most.change { $0 = max($0, asked.connection) }
      return bucket.answer(asked)
    } _: { endpoint in
      let store = try LittlePlace(endpoint: endpoint).store()
      let all = pattern(300_000)
      var buffer: [UInt8] = []
      for number in 0..<10 {
        let box = name("boxes/\(number)")
        #expect(try await store.get(box, limit: 1) == nil)
        #expect(try await store.put(all, at: box) == .created)
        #expect(try await store.put(all, at: box) == .exists)
        #expect(try await store.size(box) == 300_000)
        #expect(try await store.size(name("none")) == nil)
        #expect(try await store.read(box, at: 7, count: 1000, into: &buffer) == 1000)
        #expect(try await store.read(box, at: 299_000, count: 9000, into: &buffer) == 1000)
        #expect(try await store.read(box, at: 300_000, count: 9000, into: &buffer) == 0)
        let object = try await store.open(box)
        object.expectSequentialReads()
        for at in stride(from: UInt64(0), to: 300_000, by: 100_000) {
          #expect(try await object.read(at: at, count: 100_000, into: &buffer) == 100_000)
        }
        #expect(try await store.list("").count == number + 1)
      }
      #expect(try await store.erase(name("boxes/0")))
    }
    #expect(most.now == 1)
  }

  @Test func noMoreAreUnderWayThanIsSaid() async throws {
    let bucket = LittleBucket()
    let under = Shared((now: 0, most: 0))
    try await TestNetwork.serving { asked in
      under.change {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
      for _ in 0..<100 { await Task.yield() }
      under.change { $0.now -= 1 }
      return bucket.answer(asked)
    } _: { endpoint in
      let store = try LittlePlace(endpoint: endpoint, change: { $0.concurrency = 3 }).store()
      try await WorkList(Array(0..<60)).run(workers: 20) { list in
        while let number = try list.take() { _ = try await store.put([1], at: name("ledger/\(number)")) }
      }
    }
    #expect(under.now.most <= 3 && under.now.most > 1)
  }

  @Test func theLineIsShared() async throws {
    let bucket = LittleBucket()
    let time = Shared(Int64(0))
    let throttle = Throttle(
      bytesPerSecond: 100_000, now: { time.now }, wait: { pause in time.change { $0 += pause.nanoseconds } })
    let scratch = Scratch()
    try await TestNetwork.serving {
      bucket.answer($0)
    } _: { endpoint in
      let store = try S3Store(
        BucketAddress("s3://strongroom/x"), settings: TestServer(endpoint: endpoint).settings(),
        spoolFolder: scratch.path, throttle: throttle)
      let all = pattern(500_000)
      _ = try await store.put(all, at: name("boxes/a"))
      #expect(time.now > 4_500_000_000 && time.now <= 5_000_000_000)
      #expect(try await store.get(name("boxes/a"), limit: 500_000) == all)
      // The last piece may still be on its way.
      try await throttle.take(1)
      #expect(abs(time.now - 10_000_000_000) < 1_000_000)
    }
  }
}

/// TLS with a certificate of one's own.
@Suite(
  .enabled(if: TestServer.isQuiet, TestServer.whyQuiet),
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "openssl makes certificates")
)
struct TLSTests {
  private struct Certificates {
    let scratch = Scratch()
    var ca: String { scratch.at("ca.pem") }
    var chain: String { scratch.at("server.pem") }
    var key: String { scratch.at("server.key") }

    /// A CA, and a certificate of a host by it.
    init(_ host: String) throws {
      Files.write("subjectAltName=DNS:\(host)\n", to: scratch.at("names"))
      let make = ["req", "-newkey", "rsa:2048", "-nodes", "-subj"]
      _ = try Servers.run(
        "openssl",
        make + ["/CN=strongroom test CA", "-x509", "-days", "2", "-keyout", scratch.at("ca.key"), "-out", ca])
      _ = try Servers.run("openssl", make + ["/CN=\(host)", "-keyout", key, "-out", scratch.at("request")])
      _ = try Servers.run(
        "openssl",
        [
          "x509", "-req", "-in", scratch.at("request"), "-CA", ca, "-CAkey", scratch.at("ca.key"),
          "-CAcreateserial",
          "-days", "2", "-extfile", scratch.at("names"), "-out", chain,
        ])
    }
  }

  @Test func ownCertificatesAreTrustedWhereThatIsSaid() async throws {
    let made = try Certificates("localhost")
    let other = try Certificates("localhost")
    let foreign = try Certificates("elsewhere.example")
    let bucket = LittleBucket()
    try await TestNetwork.serving(certificate: (made.chain, made.key)) {
      bucket.answer($0)
    } _: { endpoint in
      let (ca, otherCA) = (made.ca, other.ca)
      let trusting = try LittlePlace(endpoint: endpoint, change: { $0.caFile = ca }).store()
      #expect(try await trusting.put(pattern(200_000), at: name("boxes/a")) == .created)
      for change in [{ _ in }, { $0.caFile = otherCA }] as [@Sendable (inout S3Options) -> Void] {
        let place = LittlePlace(endpoint: endpoint, change: change)
        let store = try place.store()
        let error = await failure { _ = try await store.get(name("boxes/a"), limit: 1 << 20) }
        #expect(
          error?.code == .unreachable && error?.reason.contains("vouches for") == true,
          "\(error?.reason ?? "")")
        #expect(error?.hint?.contains("CA") == true && place.quick.pauses.isEmpty)
      }
    }
    try await TestNetwork.serving(certificate: (foreign.chain, foreign.key)) {
      bucket.answer($0)
    } _: { endpoint in
      let ca = foreign.ca
      let store = try LittlePlace(endpoint: endpoint, change: { $0.caFile = ca }).store()
      let error = await failure { _ = try await store.get(name("boxes/a"), limit: 1 << 20) }
      #expect(
        error?.code == .unreachable && error?.reason.contains("another host") == true,
        "\(error?.reason ?? "")")
    }
  }

  @Test func whoSpeaksNoTLSIsSaid() async throws {
    try await TestNetwork.serving { _ in
      Reply()
    } _: { endpoint in
      let store = try LittlePlace(endpoint: endpoint.replacing("http://", with: "https://")).store()
      let error = await failure { _ = try await store.get(name("a"), limit: 1) }
      #expect(error?.code == .unreachable && error?.reason.contains("TLS") == true, "\(error?.reason ?? "")")
    }
  }

  @Test func whatIsNoCertificateIsSaid() async throws {
    let scratch = Scratch()
    Files.write("no PEM", to: scratch.at("x"))
    for file in [scratch.at("x"), scratch.at("nothing")] {
      let place = LittlePlace(endpoint: "https://localhost", change: { $0.caFile = file })
      #expect(await failure { _ = try place.store() }?.code == .badName)
    }
  }
}
