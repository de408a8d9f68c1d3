internal import AsyncHTTPClient
internal import NIOCore
internal import NIOSSL
internal import Storage
internal import Synchronization

/// One client with its connections for all stores that are spoken to in the same way. It lives until the last of them is
/// closed; one that nobody closes lives as long as the process, which may end at any time.
enum SharedClients {
  struct Key: Hashable {
    let caFile: String?
    let patience: S3Patience
  }

  private struct Entry {
    let client: HTTPClient
    var users: Int
  }

  private static let entries = Mutex<[Key: Entry]>([:])

  /// The client of these settings; each call has its `leave`.
  static func join(_ key: Key) throws(StorageError) -> HTTPClient {
    let known = entries.withLock { (entries) -> HTTPClient? in
      entries[key]?.users += 1
      return entries[key]?.client
    }
    if let known { return known }
    let configuration = try configuration(key)
    return entries.withLock { entries in
      let client = entries[key]?.client ?? HTTPClient(configuration: configuration)
      entries[key] = Entry(client: client, users: (entries[key]?.users ?? 0) + 1)
      return client
    }
  }

  /// One user less; with the last one the connections are closed.
  static func leave(_ key: Key) async {
    let last = entries.withLock { (entries) -> HTTPClient? in
      guard var entry = entries[key] else { return nil }
      entry.users -= 1
      entries[key] = entry.users > 0 ? entry : nil
      return entry.users > 0 ? nil : entry.client
    }
    try? await last?.shutdown()
  }

  private static func configuration(_ key: Key) throws(StorageError) -> HTTPClient.Configuration {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv12
    if let file = key.caFile {
      do {
        let roots = try NIOSSLCertificate.fromPEMFile(file)
        guard !roots.isEmpty else { throw NIOSSLError.failedToLoadCertificate }
        tls.trustRoots = .certificates(roots)
      } catch {
        throw StorageError(.badName, "use", file, reason: "it is no PEM file with certificates")
      }
    }
    let seconds = { (count: Int) in TimeAmount.seconds(Int64(count)) }
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls, redirectConfiguration: .disallow,
      timeout: .init(
        connect: seconds(key.patience.connect), read: seconds(key.patience.idle),
        write: seconds(key.patience.idle)),
      decompression: .disabled)
    configuration.httpVersion = .http1Only
    // Requests wait at the store's own gate; a stream that somebody reads slowly keeps nobody waiting here.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 4096
    configuration.connectionPool.idleTimeout = .seconds(20)
    configuration.connectionPool.retryConnectionEstablishment = false
    return configuration
  }
}
