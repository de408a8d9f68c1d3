/// How a bucket is named in a request: in the path, or as a part of the host's name.
public enum S3Style: String, Hashable, Sendable, CaseIterable {
  /// `https://host/bucket/key`
  case path
  /// `https://bucket.host/key`
  case virtualHost = "virtual-host"
}

/// How a put keeps from overwriting.
public enum S3PutIfAbsent: String, Hashable, Sendable {
  /// By the server, which takes a put only where nothing is: for any number of writers. Whether a server does that,
  /// `provePutIfAbsent` finds out.
  case proved
  /// By looking first: for one writer, on servers that don't know better.
  case oneWriter
}

/// How long is waited for what, in seconds.
public struct S3Patience: Hashable, Sendable {
  /// For a connection.
  public var connect: Int
  /// For the next bytes of an answer, and for the server to take the next bytes of a request.
  public var idle: Int
  /// A body slower than so many bytes a second, over its whole length and `idle` seconds, is given up.
  public var slowest: Int

  /// Makes them.
  public init(connect: Int = 10, idle: Int = 60, slowest: Int = 16 << 10) {
    self.connect = max(1, connect)
    self.idle = max(1, idle)
    self.slowest = max(1, slowest)
  }
}

/// How often what failed is tried again, and after which pauses.
public struct S3Retries: Hashable, Sendable {
  /// Tries altogether.
  public var attempts: Int
  /// The first pause is up to so many milliseconds long, each later one up to twice as many.
  public var firstPause: Int
  /// No pause is longer, in milliseconds; also not where the server asks for it.
  public var longestPause: Int
  /// When so many seconds are over, nothing is tried again.
  public var total: Int

  /// Makes them.
  public init(attempts: Int = 8, firstPause: Int = 100, longestPause: Int = 20_000, total: Int = 300) {
    self.attempts = max(1, attempts)
    self.firstPause = max(1, firstPause)
    self.longestPause = max(1, longestPause)
    self.total = max(0, total)
  }

  /// The pause before try `attempt` (the first repetition is 1), in milliseconds: anything up to the bound, so that many
  /// who failed together don't come back together. `asked`: what the server asks for, in seconds.
  func pause(before attempt: Int, asked: Int?, random: UInt64) -> Int {
    let bound = min(longestPause, firstPause << min(max(0, attempt - 1), 20))
    let drawn = Int(random % UInt64(bound + 1))
    return max(
      drawn, min(longestPause, max(0, asked ?? 0).multipliedReportingOverflow(by: 1000).partialValue))
  }
}

/// What somebody says about a server; what isn't said is found in the environment and the profile.
public struct S3Options: Hashable, Sendable {
  /// The server's address, `https://host:port`; nil: as the environment says, or AWS.
  public var endpoint: String?
  /// The region that requests are signed for.
  public var region: String?
  /// How the bucket is named; nil: in the path where there is an endpoint, else in the host's name.
  public var style: S3Style?
  /// Whose keys and settings are used, out of the profile files.
  public var profile: String?
  /// A PEM file with the certificates of who may vouch for the server, in place of the system's.
  public var caFile: String?
  /// Whether `http://` may be used to a server elsewhere than on this machine.
  public var allowsPlainHTTP = false
  /// How many requests are under way at most.
  public var concurrency = 16
  /// How long is waited.
  public var patience = S3Patience()
  /// How often it is tried again.
  public var retries = S3Retries()
  /// How a put keeps from overwriting.
  public var putIfAbsent = S3PutIfAbsent.proved
  /// From which size on an object is sent in parts, in bytes.
  public var partsFrom: UInt64 = 1 << 30

  /// Says nothing yet.
  public init() {}
}
