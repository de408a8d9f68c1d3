internal import Crypto
internal import FoundationEssentials
internal import NIOHTTP1
internal import Storage

/// What a request sends, with what is known of it before: it is signed, and checked by the server.
struct CallBody: Sendable {
  enum Source: Sendable {
    case none
    case bytes([UInt8])
    case file(SpoolFile, at: UInt64)
  }

  let source: Source
  let count: UInt64
  /// SHA-256, in hexadecimal.
  let digest: String
  /// In Base64; nil where there is no body. Some servers check this one alone.
  let md5: String?

  static let none = CallBody(source: .none, count: 0, digest: Signature.emptyDigest, md5: nil)

  init(source: Source, count: UInt64, digest: String, md5: String?) {
    self.source = source
    self.count = count
    self.digest = digest
    self.md5 = md5
  }

  init(_ bytes: [UInt8]) {
    self.init(
      source: .bytes(bytes), count: UInt64(bytes.count), digest: URIText.hex(SHA256.hash(data: bytes)),
      md5: Data(Insecure.MD5.hash(data: bytes)).base64EncodedString())
  }
}

/// A request, before it is signed.
struct Call: Sendable {
  let kind: S3RequestKind
  let method: HTTPMethod
  /// The whole key; nil: the bucket itself.
  let key: String?
  var query: [Field] = []
  var headers: [Field] = []
  var body = CallBody.none
  /// Which answers besides 2xx are answers, and no errors.
  var expected: Set<Int> = []
  /// Whether it doesn't wait until others are done: a race with queues is none.
  var isRacing = false
  /// For messages: a verb, and an object's name.
  let operation: String
  let object: String

  init(_ kind: S3RequestKind, _ method: HTTPMethod, key: String?, _ operation: String, _ object: String) {
    self.kind = kind
    self.method = method
    self.key = key
    self.operation = operation
    self.object = object
  }
}

/// The beginning of an answer.
struct Head: Sendable {
  let status: Int
  private let headers: HTTPHeaders

  init(status: Int, headers: HTTPHeaders) {
    self.status = status
    self.headers = headers
  }

  subscript(_ name: String) -> String? { headers.first(name: name) }

  /// How long the body is said to be; nil where nobody says.
  var length: UInt64? { self["content-length"].flatMap { ObjectSize.read($0) } }

  /// What range a body is of, "bytes 0-9/100"; nil where that isn't said.
  var range: (first: UInt64, last: UInt64, total: UInt64)? {
    guard let match = self["content-range"]?.wholeMatch(of: /bytes (\d+)-(\d+)\/(\d+)/)?.output,
      let first = ObjectSize.read(match.1), let last = ObjectSize.read(match.2),
      let total = ObjectSize.read(match.3), first <= last,
      last < total
    else { return nil }
    return (first, last, total)
  }
}

/// An answer with all of its body.
struct Answer: Sendable {
  let head: Head
  let body: [UInt8]

  var status: Int { head.status }
  var isSuccess: Bool { (200..<300).contains(status) }
}
