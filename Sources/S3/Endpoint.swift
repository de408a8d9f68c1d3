internal import Storage

/// A server's address: scheme, host and port.
struct Endpoint: Hashable, Sendable {
  let isSecure: Bool
  /// Lower-case; an IPv6 address stands in brackets.
  let host: String
  /// Nil: the scheme's own.
  let port: Int?

  /// Reads `https://host:port`.
  /// - Parameter allowsPlain: whether `http` may be used to a host elsewhere.
  init(_ text: String, allowsPlain: Bool) throws(StorageError) {
    let form =
      /(?<scheme>https?):\/\/(?<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.\-]{0,251}[A-Za-z0-9])?)(?::(?<port>\d{1,5}))?\/?/
    guard let match = text.wholeMatch(of: form)?.output else {
      // It may hold a password that no error repeats.
      let shown = text.contains("@") ? "an endpoint" : text
      throw StorageError(.badName, "use", shown, reason: "an endpoint is https://HOST or https://HOST:PORT")
    }
    let port = match.port.flatMap { Int($0) }
    guard port.map({ (1...65535).contains($0) }) ?? true else {
      throw StorageError(.badName, "use", text, reason: "a port is 1 to 65535")
    }
    self.init(isSecure: match.scheme == "https", host: match.host.lowercased(), port: port)
    guard isSecure || allowsPlain || isLoopback else {
      throw StorageError(
        .denied, "use", text,
        reason: "without TLS everybody on the way sees keys' names and changes what they like",
        hint: "use https://, or say that plain HTTP is meant")
    }
  }

  init(isSecure: Bool, host: String, port: Int?) {
    self.isSecure = isSecure
    self.host = host
    self.port = port == (isSecure ? 443 : 80) ? nil : port
  }

  /// AWS's own of a region.
  static func aws(_ region: String) -> Endpoint {
    let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
    return Endpoint(isSecure: true, host: "s3.\(region).\(domain)", port: nil)
  }

  /// Whether it is this machine.
  var isLoopback: Bool {
    host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]"
      || host.wholeMatch(of: /127(?:\.\d{1,3}){3}/) != nil
  }

  /// The host as the head `host` has it, with what stands before it.
  func authority(_ bucket: String? = nil) -> String {
    (bucket.map { $0 + "." } ?? "") + host + (port.map { ":\($0)" } ?? "")
  }

  /// What stands before a path.
  func base(_ bucket: String? = nil) -> String { (isSecure ? "https://" : "http://") + authority(bucket) }
}
