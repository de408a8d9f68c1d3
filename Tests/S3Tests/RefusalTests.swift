import Foundation
import Storage
import TestKit
import Testing

@testable import S3

/// One clear error for each thing that may be wrong.
@Suite struct RefusalTests {
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

  @Test func endedKeysAreReadAnewOnce() async throws {
    let bucket = LittleBucket()
    bucket["p ü/a"] = [1, 2]
    let scratch = Scratch()
    let file = scratch.at("credentials")
    Files.write("[default]\naws_access_key_id = OLD\naws_secret_access_key = S\n", to: file)
    try await TestNetwork.serving { asked in
      guard asked["authorization"]?.contains("Credential=NEW/") == true else {
        return .error(400, "ExpiredToken")
      }
      return bucket.answer(asked)
    } _: { endpoint in
      var options = S3Options()
      options.endpoint = endpoint
      let settings = try S3Settings(options, environment: ["AWS_SHARED_CREDENTIALS_FILE": file])
      let store = try S3Store(
        BucketAddress("s3://strongroom/p ü"), settings: settings, spoolFolder: scratch.at("spool"))
      #expect(
        await failure { _ = try await store.get(name("a"), limit: 10) }?.reason.contains("keys ended") == true
      )
      Files.write("[default]\naws_access_key_id = NEW\naws_secret_access_key = S\n", to: file)
      #expect(try await store.get(name("a"), limit: 10) == [1, 2])
    }
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

  @Test func countsWhatItCosts() async throws {
    let bucket = LittleBucket(pageSize: 2)
    try await TestNetwork.serving {
      bucket.answer($0)
    } _: { endpoint in
      let store = try LittlePlace(endpoint: endpoint).store()
      for number in 0..<5 {
        _ = try await store.put(pattern(100 << 10, seed: number), at: name("boxes/\(number)"))
      }
      _ = try await store.put([1], at: name("ledger/1"))
      #expect(try await store.list("boxes").count == 5)
      let counts = store.traffic.counts
      #expect(counts.requests == [.put: 6, .list: 3, .get: 1])
      #expect(counts.sent == [.put: 5 * (100 << 10) + 1] && counts.repeated == 0)
      #expect(counts.received[.get] == 1)
    }
  }
}

/// TLS with a certificate of one's own.
@Suite(
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
