internal import Synchronization

/// What kind of request, as servers charge for them.
public enum S3RequestKind: String, Hashable, Sendable, CaseIterable {
  /// An object, or a part of one.
  case get
  /// Whether an object is there, and how large.
  case head
  /// An object.
  case put
  /// A page of a listing.
  case list
  /// An object or a version less.
  case erase
  /// A part of a large object, and what belongs to that.
  case part
  /// A lock, looked at or set.
  case lock
  /// What a bucket is set to.
  case bucket
}

/// Counts what was sent and received; several stores may share one.
public final class S3Traffic: Sendable {
  /// Counted so far.
  public struct Counts: Hashable, Sendable {
    /// Requests of each kind, each try counted: that is what costs.
    public internal(set) var requests: [S3RequestKind: Int] = [:]
    /// Bytes of bodies sent, each try counted.
    public internal(set) var sent: [S3RequestKind: UInt64] = [:]
    /// Bytes of bodies received.
    public internal(set) var received: [S3RequestKind: UInt64] = [:]
    /// Tries that failed and were made again.
    public internal(set) var repeated = 0

    /// All requests.
    public var allRequests: Int { requests.values.reduce(0, +) }
    /// All bytes sent.
    public var allSent: UInt64 { sent.values.reduce(0, +) }
    /// All bytes received.
    public var allReceived: UInt64 { received.values.reduce(0, +) }
  }

  private let state = Mutex(Counts())

  /// Nothing counted yet.
  public init() {}

  /// What was counted.
  public var counts: Counts { state.withLock { $0 } }

  func request(_ kind: S3RequestKind) { state.withLock { $0.requests[kind, default: 0] += 1 } }
  func sent(_ kind: S3RequestKind, _ count: Int) {
    state.withLock { $0.sent[kind, default: 0] += UInt64(count) }
  }
  func received(_ kind: S3RequestKind, _ count: Int) {
    state.withLock { $0.received[kind, default: 0] += UInt64(count) }
  }
  func again() { state.withLock { $0.repeated += 1 } }
}
