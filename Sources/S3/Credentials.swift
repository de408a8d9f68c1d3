/// Keys with which requests are signed. Nothing that is printed of them, or thrown, holds the secret.
public struct S3Credentials: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// Which key: it stands in each request, and is no secret.
  public let accessKey: String
  let secretKey: String
  let sessionToken: String?
  /// Until when they are good, in seconds since 1970; nil where nobody says.
  let expires: Int64?

  /// Makes keys; a session's have a token besides, and end.
  public init(accessKey: String, secretKey: String, sessionToken: String? = nil, expires: Int64? = nil) {
    self.accessKey = accessKey
    self.secretKey = secretKey
    self.sessionToken = sessionToken
    self.expires = expires
  }

  /// Which key, and no more.
  public var description: String { "access key \(accessKey)" }
  /// The same.
  public var debugDescription: String { description }
  /// The same, for whoever dumps it.
  public var customMirror: Mirror { Mirror(self, children: ["accessKey": accessKey]) }

  /// Whether they are good for a while yet.
  func areGood(at time: Int64) -> Bool { expires.map { $0 - time > 120 } ?? true }
}
