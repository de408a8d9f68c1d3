internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Storage

/// Why no answer came. None of it holds what the libraries say of a request, which may be a secret's header.
enum Trouble: Error, Hashable {
  /// There was no connection, so nothing was done.
  case notConnected(String)
  /// The server's name means nothing to this machine.
  case unknownHost(String)
  /// Whoever answers isn't proved to be the server.
  case untrusted(String)
  /// It may have happened or not.
  case lost(String)
  /// More came, or less, than was announced.
  case malformed(String)
  /// Nobody wants it any longer.
  case cancelled

  /// `patience`: for its times in words.
  init(_ error: any Error, _ patience: S3Patience) {
    switch error {
    case let trouble as Trouble: self = trouble
    case is CancellationError: self = .cancelled
    case let error as StorageError: self = .lost(error.reason)
    case let error as HTTPClientError: self.init(client: error, patience)
    case let error as NIOConnectionError: self.init(connection: error)
    case let error as NIOSSLError: self = Self.untrusted(error)
    case is NIOSSLExtraError: self = .untrusted("its certificate is for another host")
    case is BoringSSLError: self = .untrusted("TLS failed")
    case let error as IOError: self = Self.system(error.errnoCode)
    case is ChannelError: self = .lost("the connection broke")
    case is SocketAddressError.UnknownHost: self = .unknownHost("its name can't be resolved")
    default: self = .lost("the connection broke (\(type(of: error)))")
    }
  }

  private init(client error: HTTPClientError, _ patience: S3Patience) {
    switch error {
    case .cancelled: self = .cancelled
    case .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout:
      self = .notConnected("no connection came about in \(patience.connect) s")
    case .readTimeout: self = .lost("nothing came for \(patience.idle) s")
    case .writeTimeout: self = .lost("nothing was taken for \(patience.idle) s")
    case .deadlineExceeded: self = .lost("it took too long")
    case .remoteConnectionClosed: self = .lost("the connection was closed")
    case .invalidURL, .emptyHost: self = .unknownHost("its address can't be used")
    default: self = .lost("\(error.shortDescription)")
    }
  }

  private init(connection error: NIOConnectionError) {
    if error.connectionErrors.isEmpty, error.dnsAError != nil || error.dnsAAAAError != nil {
      self = .unknownHost("the name \(error.host) can't be resolved")
      return
    }
    let causes = error.connectionErrors.map(\.error)
    if let untrusted = causes.compactMap({ $0 as? NIOSSLError }).first {
      self = Self.untrusted(untrusted)
    } else if let number = causes.compactMap({ ($0 as? IOError)?.errnoCode }).first {
      self = .notConnected(Self.words(number))
    } else {
      self = .notConnected("no connection came about")
    }
  }

  private static func system(_ number: Int32) -> Trouble {
    [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(number)
      ? .notConnected(words(number)) : .lost(words(number))
  }

  private static func words(_ number: Int32) -> String {
    switch number {
    case ECONNREFUSED: "the connection was refused"
    case EHOSTUNREACH, ENETUNREACH: "no way leads there"
    case ECONNRESET, EPIPE: "the connection was reset"
    case ETIMEDOUT: "the connection timed out"
    default: "the system failed (\(number))"
    }
  }

  private static func untrusted(_ error: NIOSSLError) -> Trouble {
    switch error {
    case .handshakeFailed(.sslError(let stack)):
      let words = stack.map(\.description).joined(separator: " ")
      if words.contains("CERTIFICATE_VERIFY_FAILED") {
        return .untrusted("nobody who is trusted here vouches for its certificate")
      }
      if words.contains("WRONG_VERSION_NUMBER") || words.contains("HTTP_REQUEST") {
        return .untrusted("it doesn't speak TLS")
      }
      return .untrusted("TLS failed")
    case .handshakeFailed: return .lost("the connection was closed while TLS began")
    case .noCertificateToValidate, .unableToValidateCertificate:
      return .untrusted("nobody who is trusted here vouches for its certificate")
    case .uncleanShutdown: return .lost("the connection was cut")
    default: return .untrusted("TLS failed")
    }
  }
}
