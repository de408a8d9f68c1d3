import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import Storage
import StoreContract
import Synchronization
import TestKit

@testable import S3

/// A bucket in memory that speaks as much of the protocol as a store does, for tests without a server: keys are listed in
/// order, puts may be conditional, and bodies must be what was signed.
final class LittleBucket: Sendable {
  struct Object: Sendable {
    var body: [UInt8]
    var headers: [(String, String)]
  }

  private let objects = Shared([String: Object]())
  private let uploads = Shared([String: [Int: [UInt8]]]())
  /// Whether `If-None-Match` is heeded.
  let isConditional: Bool
  let pageSize: Int

  init(isConditional: Bool = true, pageSize: Int = 3) {
    self.isConditional = isConditional
    self.pageSize = pageSize
  }

  var keys: [String] { objects.now.keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) } }
  var uploadsBegun: Int { uploads.now.count }

  subscript(_ key: String) -> [UInt8]? {
    get { objects.now[key]?.body }
    set { objects.change { $0[key] = newValue.map { Object(body: $0, headers: []) } } }
  }

  func answer(_ asked: Asked) -> Reply {
    let parts = asked.uri.split(separator: "?", maxSplits: 1)
    let path = parts[0].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: true)
    guard path.first == "strongroom" else { return .error(404, "NoSuchBucket") }
    var query: [String: String] = [:]
    for field in parts.count > 1 ? parts[1].split(separator: "&") : [] {
      let words = field.split(separator: "=", maxSplits: 1).map {
        URIText.decoded($0, plusIsBlank: false) ?? ""
      }
      query[words[0]] = words.count > 1 ? words[1] : ""
    }
    guard path.count > 1 else { return query["list-type"] == nil ? bucket(query) : listing(query) }
    let key = URIText.decoded(path[1], plusIsBlank: false) ?? ""
    let body = Array(asked.body.readableBytesView)
    guard asked["x-amz-content-sha256"] == URIText.hex(SHA256.hash(data: body)) else {
      return .error(400, "XAmzContentSHA256Mismatch")
    }
    if let id = query["uploadId"] {
      return part(asked, key, id, query["partNumber"].flatMap { Int($0) }, body)
    }
    switch asked.method {
    case .POST where query["uploads"] != nil: return begin(key)
    case .PUT: return put(key, body, asked)
    case .GET, .HEAD: return get(key, asked["range"])
    case .DELETE:
      objects.change { $0[key] = nil }
      return Reply(204)
    default: return .error(405, "MethodNotAllowed")
    }
  }

  private func put(_ key: String, _ body: [UInt8], _ asked: Asked) -> Reply {
    let headers = asked.head.headers.filter { $0.name.hasPrefix("x-amz-meta-") }.map { ($0.name, $0.value) }
    let isConditional = isConditional && asked["if-none-match"] == "*"
    return objects.change { objects in
      if isConditional, objects[key] != nil { return .error(412, "PreconditionFailed") }
      objects[key] = Object(body: body, headers: headers)
      return Reply(200, headers: [("etag", Self.tag(body))])
    }
  }

  private func get(_ key: String, _ range: String?) -> Reply {
    guard let object = objects.now[key] else { return .error(404, "NoSuchKey") }
    var reply = Reply(200, headers: object.headers + [("etag", Self.tag(object.body))])
    var body = object.body[...]
    if let match = range?.wholeMatch(of: /bytes=(\d+)-(\d*)/)?.output, let first = Int(match.1) {
      guard first < body.count else { return .error(416, "InvalidRange") }
      let last = min(body.count - 1, Int(match.2) ?? .max)
      reply.status = 206
      reply.headers.add(name: "content-range", value: "bytes \(first)-\(last)/\(body.count)")
      body = body[first...last]
    }
    reply.headers.add(name: "content-length", value: "\(body.count)")
    reply.body = ByteBuffer(bytes: body)
    return reply
  }

  private func bucket(_ query: [String: String]) -> Reply {
    if query["versioning"] != nil { return Reply("<VersioningConfiguration/>") }
    if query["uploads"] != nil { return Reply("<ListMultipartUploadsResult/>") }
    return .error(501, "NotImplemented")
  }

  private func listing(_ query: [String: String]) -> Reply {
    let prefix = query["prefix"] ?? ""
    var rows: [(key: String, isFolder: Bool)] = []
    for key in keys where key.hasPrefix(prefix) {
      let rest = key.dropFirst(prefix.count)
      if query["delimiter"] == "/", let slash = rest.firstIndex(of: "/") {
        let folder = prefix + rest[...slash]
        if rows.last?.key != folder { rows.append((folder, true)) }
      } else {
        rows.append((key, false))
      }
    }
    let begin = query["continuation-token"].flatMap { Int($0) } ?? 0
    let page = rows.dropFirst(begin).prefix(pageSize)
    let isCut = begin + page.count < rows.count
    var text =
      "<ListBucketResult xmlns=\"u\"><EncodingType>url</EncodingType><IsTruncated>\(isCut)</IsTruncated>"
    if isCut { text += "<NextContinuationToken>\(begin + page.count)</NextContinuationToken>" }
    for row in page {
      let key = URIText.encoded(row.key)
      text +=
        row.isFolder
        ? "<CommonPrefixes><Prefix>\(key)</Prefix></CommonPrefixes>"
        : "<Contents><Key>\(key)</Key><Size>\(self[row.key]?.count ?? 0)</Size><LastModified>\(S3Time.extended(Int64(Date().timeIntervalSince1970)))</LastModified></Contents>"
    }
    return Reply(text + "</ListBucketResult>")
  }

  private func begin(_ key: String) -> Reply {
    let id = uploads.change { uploads in
      let id = "\(key)-\(uploads.count)"
      uploads[id] = [:]
      return id
    }
    return Reply("<InitiateMultipartUploadResult><UploadId>\(id)</UploadId></InitiateMultipartUploadResult>")
  }

  private func part(_ asked: Asked, _ key: String, _ id: String, _ number: Int?, _ body: [UInt8]) -> Reply {
    guard uploads.now[id] != nil else { return .error(404, "NoSuchUpload") }
    switch asked.method {
    case .PUT:
      uploads.change { $0[id]?[number ?? 0] = body }
      return Reply(200, headers: [("etag", Self.tag(body))])
    case .DELETE:
      uploads.change { $0[id] = nil }
      return Reply(204)
    default:
      let parts = uploads.change { $0.removeValue(forKey: id) } ?? [:]
      let whole = parts.sorted { $0.key < $1.key }.flatMap(\.value)
      objects.change { $0[key] = Object(body: whole, headers: []) }
      return Reply("<CompleteMultipartUploadResult/>")
    }
  }

  private static func tag(_ body: [UInt8]) -> String { "\"\(URIText.hex(Insecure.MD5.hash(data: body)))\"" }
}

extension Reply {
  init(_ body: String) { self.init(200, body) }
}

/// A store in a little bucket, behind a network that does as a test says.
struct LittlePlace: TestedStore {
  let endpoint: String
  let scratch = Scratch()
  let quick = Quick()
  var change: @Sendable (inout S3Options) -> Void = { _ in }

  func store(_ traffic: S3Traffic = S3Traffic()) throws -> S3Store {
    try S3Store(
      BucketAddress("s3://strongroom/p ü"), settings: TestServer(endpoint: endpoint).settings(change),
      spoolFolder: scratch.at("spool"), traffic: traffic, world: quick.world)
  }

  func open() async throws -> any ObjectStore { try store() }
  func leftInSpool() -> [String] { Files.names(scratch.at("spool")) }
}
