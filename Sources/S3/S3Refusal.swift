internal import NIOHTTP1
internal import Storage

/// A server's answer that is an error, as it says it itself.
struct S3Refusal: Sendable {
  let status: Int
  /// Its word for it, "NoSuchKey"; empty where it has none.
  let code: String
  private let message: String
  private let region: String?
  private let serverTime: Int64?

  init(_ answer: Answer) {
    status = answer.status
    let root = XMLAnswer(answer.body)
    let error = root?.name == "Error" ? root : root?["Error"]
    code = Self.plain(error?.text("Code") ?? "", 64)
    message = Self.plain(error?.text("Message") ?? "", 200)
    region = (error?.text("Region") ?? answer.head["x-amz-bucket-region"]).map { Self.plain($0, 64) }
    serverTime =
      error?.text("ServerTime").flatMap { S3Time.read($0) }
      ?? answer.head["date"].flatMap { S3Time.readHead($0) }
  }

  /// Whether it may go well the next time.
  var isPassing: Bool {
    [429, 500, 502, 503, 504].contains(status)
      || ["RequestTimeout", "SlowDown", "OperationAborted", "ConditionalRequestConflict"].contains(code)
  }

  /// Whether what was asked may have been done nevertheless.
  var isDoubtful: Bool { [500, 502, 503, 504].contains(status) || code == "RequestTimeout" }

  /// Whether the keys ended.
  var saysKeysEnded: Bool {
    ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"].contains(code)
  }

  /// The error that it is for whoever asked.
  /// - Parameter now: this machine's time, for a clock that goes wrong.
  func error(_ call: Call, bucket: String, keys: S3Credentials?, now: Int64) -> StorageError {
    let (kind, reason, hint) = meaning(call, bucket: bucket, keys: keys, now: now)
    return StorageError(kind, call.operation, call.object, reason: reason, hint: hint)
  }

  private func meaning(
    _ call: Call, bucket: String, keys: S3Credentials?, now: Int64
  ) -> (StorageError.Code, String, String?) {
    let key = keys.map { "access key \($0.accessKey)" } ?? "the access key"
    switch code {
    case "InvalidAccessKeyId", "InvalidAccessKey":
      return (.denied, "the server doesn't know \(key)", "check the keys, and that they are this server's")
    case "SignatureDoesNotMatch":
      return (
        .denied, "the secret key isn't that of \(key)",
        "check the secret key; a proxy that changes requests makes this too"
      )
    case "RequestTimeTooSkewed": return (.denied, skew(now), "set this machine's clock")
    case "NoSuchBucket", "InvalidBucketName":
      return (
        .unreachable, "there is no bucket \(bucket)", "make the bucket, or check its name and the endpoint"
      )
    case "InvalidToken":
      return (.denied, "the session's token isn't one of this server", CredentialKeeper.renewing)
    case "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed",
      "IllegalLocationConstraintException":
      return (
        .unreachable, region.map { "the bucket is in the region \($0)" } ?? told("it is in another region"),
        "say the bucket's region"
      )
    case "NotImplemented", "MethodNotAllowed", "XNotImplemented":
      return (
        .unsupported, told("the server can't do that"), "choose another server or another way to use this one"
      )
    case "QuotaExceeded", "QuotaExceededException", "ServiceQuotaExceeded", "InsufficientCapacity":
      return (.full, told("no quota is left"), nil)
    case "BadDigest", "XAmzContentSHA256Mismatch":
      return (.corrupt, "what came to the server isn't what was sent", "a proxy on the way may change bodies")
    case "EntityTooLarge", "EntityTooSmall":
      return (.unsupported, told("the server doesn't take that size"), nil)
    default: break
    }
    if saysKeysEnded { return (.denied, "the keys ended", CredentialKeeper.renewing) }
    switch status {
    case 401, 403: return (.denied, told("\(key) may not do that"), Self.permission(call))
    case 301, 302, 307, 308:
      return (
        .unreachable, region.map { "the bucket is in the region \($0)" } ?? "the server sends elsewhere",
        "say the bucket's region or its own endpoint"
      )
    case 404: return (.absent, told("there is nothing of that name"), nil)
    case 405, 501: return (.unsupported, told("the server can't do that"), nil)
    case 507: return (.full, told("no space is left"), nil)
    case 500...: return (.lost, told("the server failed"), nil)
    default: return (.io, told("the server refuses"), nil)
    }
  }

  private func skew(_ now: Int64) -> String {
    guard let serverTime, abs(serverTime - now) > 0 else { return "this machine's clock isn't the server's" }
    let late = serverTime - now
    return "this machine's clock is \(abs(late)) s \(late > 0 ? "behind" : "ahead of") the server's"
  }

  /// Ours, with the server's own words behind.
  private func told(_ words: String) -> String {
    let own = [code, message].filter { !$0.isEmpty }.joined(separator: ": ")
    return "\(words) (\(own.isEmpty ? "status \(status)" : own))"
  }

  private static func permission(_ call: Call) -> String {
    let action =
      switch (call.kind, call.method) {
      case (.get, _), (.head, _):
        "s3:GetObject, and s3:ListBucket, without which a missing object is denied too"
      case (.put, _), (.part, _): "s3:PutObject"
      case (.list, _): "s3:ListBucket"
      case (.erase, _): "s3:DeleteObject, and s3:DeleteObjectVersion where the bucket has versions"
      case (.lock, .GET): "s3:GetObjectRetention"
      case (.lock, _): "s3:PutObjectRetention"
      case (.bucket, _): "s3:GetBucketVersioning and s3:GetBucketObjectLockConfiguration"
      }
    return "the key needs \(action)"
  }

  /// A server's text is shown to people: no control characters, and not without end.
  private static func plain(_ text: String, _ most: Int) -> String {
    String(
      text.unicodeScalars.filter { !($0.properties.generalCategory == .control) }.prefix(most).map(
        Character.init))
  }
}
