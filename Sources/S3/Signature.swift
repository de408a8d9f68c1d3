internal import Crypto
internal import FoundationEssentials

/// AWS Signature Version 4 of a request whose body's SHA-256 is known before: a function of what is sent, keys and time.
struct Signature {
  /// The empty body's SHA-256.
  static let emptyDigest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  let method: String
  /// Encoded, and only once: S3 alone among AWS's services signs it so.
  let path: String
  let query: [Field]
  /// All that is to be signed, `host` among them.
  let headers: [Field]
  let bodyDigest: String
  let region: String
  /// Seconds since 1970.
  let time: Int64

  /// The headers that make the request a signed one: `x-amz-date`, `x-amz-content-sha256`, the session's token, and
  /// `authorization`.
  func headers(by credentials: S3Credentials) -> [Field] {
    let stamp = S3Time.compact(time)
    var added = [Field("x-amz-date", stamp), Field("x-amz-content-sha256", bodyDigest)]
    if let token = credentials.sessionToken { added.append(Field("x-amz-security-token", token)) }
    let signed = (headers + added).map { Field($0.name.lowercased(), Self.trimmed($0.value)) }
      .sorted { ($0.name, $0.value) < ($1.name, $1.value) }
    let names = signed.map(\.name).joined(separator: ";")
    let canonical = [
      method, path, Self.canonical(query), signed.map { "\($0.name):\($0.value)\n" }.joined(), names,
      bodyDigest,
    ].joined(separator: "\n")
    let scope = "\(stamp.prefix(8))/\(region)/s3/aws4_request"
    let text = "AWS4-HMAC-SHA256\n\(stamp)\n\(scope)\n\(Self.digest(canonical))"
    let signature = Self.signature(of: text, by: credentials.secretKey, day: stamp.prefix(8), region: region)
    let authorization =
      "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
    return added + [Field("authorization", authorization)]
  }

  /// The query as it is signed, which is as it is sent.
  static func canonical(_ query: [Field]) -> String {
    query.map { (URIText.encoded($0.name), URIText.encoded($0.value)) }.sorted { $0 < $1 }
      .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
  }

  private static func signature(of text: String, by secret: String, day: Substring, region: String) -> String
  {
    var key = SymmetricKey(data: Array("AWS4\(secret)".utf8))
    for part in [String(day), region, "s3", "aws4_request"] { key = SymmetricKey(data: code(part, key)) }
    return URIText.hex(code(text, key))
  }

  private static func code(_ text: String, _ key: SymmetricKey) -> HMAC<SHA256>.MAC {
    HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)
  }

  private static func digest(_ text: String) -> String { URIText.hex(SHA256.hash(data: Array(text.utf8))) }

  /// Blanks at both ends go, and several in a row are one.
  private static func trimmed(_ value: String) -> String {
    value.split(separator: " ").joined(separator: " ")
  }
}

/// A name with its value, of a head or a query.
struct Field: Hashable, Sendable {
  let name: String
  let value: String

  init(_ name: String, _ value: String = "") {
    self.name = name
    self.value = value
  }
}
