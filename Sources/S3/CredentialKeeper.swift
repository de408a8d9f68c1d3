internal import Storage
internal import Synchronization

/// The keys in use, renewed before they end, and where the server says that they ended.
final class CredentialKeeper: Sendable {
  private let origin: CredentialOrigin
  private let now: @Sendable () -> Int64
  private let known = Mutex<S3Credentials?>(nil)
  /// One renews; the others wait for it.
  private let door = Gate(1)

  init(_ origin: CredentialOrigin, now: @escaping @Sendable () -> Int64) {
    self.origin = origin
    self.now = now
  }

  /// The keys to sign with.
  func current() async throws(StorageError) -> S3Credentials {
    if let known = good { return known }
    try await door.enter()
    defer { door.leave() }
    if let known = good { return known }
    let fresh = try await origin.credentials()
    if let expires = fresh.expires, expires <= now() {
      throw StorageError(
        .denied, "use", "\(fresh)", reason: "it ended at \(S3Time.extended(expires))", hint: Self.renewing)
    }
    known.withLock { $0 = fresh }
    return fresh
  }

  /// The server says that these ended.
  /// - Returns: whether asking again makes sense.
  func ended(_ keys: S3Credentials) -> Bool {
    guard origin.mayChange else { return false }
    known.withLock { if $0 == keys { $0 = nil } }
    return true
  }

  static let renewing = "renew the keys, or let a profile's credential_process do that"

  private var good: S3Credentials? {
    let time = now()
    return known.withLock { $0?.areGood(at: time) == true ? $0 : nil }
  }
}
