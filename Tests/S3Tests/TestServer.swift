import Glibc
import NIOHTTP1
import Storage
import StoreContract
import TestKit
import Testing

@testable import S3

/// A server that runs for the tests; `make test-s3` starts them and says where they are.
struct TestServer: Sendable {
  let endpoint: String
  var bucket = "strongroom"

  /// Ceph's gateway, the one with all that a vault needs.
  static let ceph = TestServer("STRONGROOM_TEST_CEPH")
  /// Conditional puts where there are versions, too.
  static let moto = TestServer("STRONGROOM_TEST_MOTO")
  /// A server that loses races.
  static let rclone = TestServer("STRONGROOM_TEST_RCLONE")

  /// Whether nothing else keeps this machine busy: what is held to a second, or counts requests that are made again where an
  /// answer takes long, is luck beside a thousand other tests.
  static var isQuiet: Bool { ceph != nil }
  static let whyQuiet: Comment = "make test-s3 runs it, with nothing beside it"

  static let why: Comment = "make test-s3 starts the servers"

  static let keys = S3Credentials(accessKey: "strongroom", secretKey: "strongroom-secret")

  private init?(_ variable: String) {
    guard let found = getenv(variable) else { return nil }
    endpoint = String(cString: found)
  }

  init(endpoint: String) { self.endpoint = endpoint }

  func settings(_ change: (inout S3Options) -> Void = { _ in }, keys: S3Credentials = keys) throws
    -> S3Settings
  {
    var options = S3Options()
    options.endpoint = endpoint
    change(&options)
    return try S3Settings(
      options,
      environment: [
        "AWS_ACCESS_KEY_ID": keys.accessKey, "AWS_SECRET_ACCESS_KEY": keys.secretKey,
        "AWS_SESSION_TOKEN": keys.sessionToken ?? "",
      ], files: S3Files { (_) throws(StorageError) in nil })
  }

  /// Makes the bucket, if it isn't there.
  func makeBucket(_ name: String, locked: Bool = false, versioned: Bool = false) async throws {
    let store = try S3Store(BucketAddress("s3://" + name), settings: settings(), spoolFolder: "/nowhere")
    var call = Call(.bucket, .PUT, key: nil, "make", "")
    call.expected = [409]
    if locked { call.headers = [Field("x-amz-bucket-object-lock-enabled", "true")] }
    _ = try await store.wire.send(call)
    if versioned {
      var call = Call(.bucket, .PUT, key: nil, "make", "")
      call.query = [Field("versioning")]
      call.body = CallBody(
        Array(
          #"<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>"#
            .utf8))
      _ = try await store.wire.send(call)
    }
    await store.close()
  }
}

/// A prefix of its own in a bucket, empty at first.
struct BucketPlace: TestedStore {
  let server: TestServer
  let address: BucketAddress
  let scratch = Scratch()
  let change: @Sendable (inout S3Options) -> Void

  /// - Parameter beneath: a part of the prefix, as odd as one likes.
  init(
    _ server: TestServer, bucket: String = "strongroom", beneath: String = "t", locked: Bool = false,
    versioned: Bool = false, change: @escaping @Sendable (inout S3Options) -> Void = { _ in }
  ) async throws {
    self.server = server
    self.change = change
    try await server.makeBucket(bucket, locked: locked, versioned: versioned)
    address = try BucketAddress("s3://\(bucket)/\(beneath)/\(UInt64.random(in: .min ... .max))")
  }

  func open() async throws -> any ObjectStore { try store() }

  func store(
    traffic: S3Traffic = S3Traffic(), lockUntil: @escaping @Sendable (ObjectName) -> Int64? = { _ in nil }
  ) throws -> S3Store {
    try S3Store(
      address, settings: server.settings(change), spoolFolder: scratch.at("spool"), traffic: traffic,
      lockUntil: lockUntil)
  }

  /// Has the bucket allow somebody something, of objects and of the bucket, and nobody else anything.
  func allow(_ whom: String, _ ofObjects: [String], _ ofBucket: [String]) async throws {
    func statement(_ actions: [String], _ resource: String) -> String? {
      guard !actions.isEmpty else { return nil }
      let list = actions.map { "\"\($0)\"" }.joined(separator: ", ")
      return
        #"{"Effect": "Allow", "Principal": \#(whom), "Action": [\#(list)], "Resource": "arn:aws:s3:::\#(resource)"}"#
    }
    let statements = [
      statement(ofObjects, "\(address.bucket)/\(address.prefix)/*"), statement(ofBucket, address.bucket),
    ].compactMap { $0 }.joined(separator: ", ")
    let owner = try store()
    var call = Call(.bucket, .PUT, key: nil, "allow", "")
    call.query = [Field("policy")]
    call.body = CallBody(Array(#"{"Version": "2012-10-17", "Statement": [\#(statements)]}"#.utf8))
    _ = try await owner.wire.send(call)
  }

  func leftInSpool() -> [String] { Files.names(scratch.at("spool")) }
}

func name(_ text: String) -> ObjectName {
  guard let name = ObjectName(text) else { preconditionFailure("not a name: \(text)") }
  return name
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// The error that `body` throws; nil where it throws none.
func failure(_ body: () async throws -> Void) async -> StorageError? {
  do { try await body() } catch { return error as? StorageError }
  return nil
}
