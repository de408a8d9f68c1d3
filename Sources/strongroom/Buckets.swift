import Foundation
import S3
import Storage
import Synchronization
import Vault

/// The buckets that a command opens, each once.
final class Buckets: Sendable {
  /// What was sent and received by this process.
  static let traffic = S3Traffic()
  /// Before which time buckets are read as they were; nil: as they are.
  static let past = Mutex<Int64?>(nil)
  /// How fast that may be.
  static let throttle = Throttle()

  /// Says what the command cost, where `STRONGROOM_TRAFFIC` is set.
  static func tellTraffic() {
    guard environment("STRONGROOM_TRAFFIC") != nil, traffic.counts.allRequests > 0 else { return }
    let counts = traffic.counts
    let kinds = S3RequestKind.allCases.compactMap { kind in
      counts.requests[kind].map { "\($0) \(kind.rawValue)" }
    }
    Output.note(
      "traffic: \(Output.count(counts.allRequests, "request")) (\(kinds.joined(separator: ", "))), "
        + "\(Output.size(counts.allSent)) sent, \(Output.size(counts.allReceived)) received")
  }

  private let memory: String
  private let spool: String
  /// What was configured when the command began.
  private let configured: [String: ConfiguredBucket]
  private let open = Mutex<[BucketAddress: BucketStore]>([:])
  private let openEarlier = Mutex<[BucketAddress: EarlierBucket]>([:])

  private init(memory: String, cache: String) {
    self.memory = memory
    spool = cache + "/spool"
    configured = Configuration.current.buckets
  }

  private func store(_ address: BucketAddress) throws(StorageError) -> BucketStore {
    if let known = open.withLock({ $0[address] }) { return known }
    let configured = configured[address.bucket] ?? ConfiguredBucket()
    let made = try BucketStore(
      address, configured.options,
      environment: ProcessInfo.processInfo.environment, spoolFolder: spool, traffic: Self.traffic,
      throttle: Self.throttle, servers: ServerMemory(in: memory), retains: configured.locks)
    return open.withLock { open in
      open[address] = open[address] ?? made
      return open[address] ?? made
    }
  }

  /// Its listing takes its time, so that it is made once.
  private func earlier(
    _ store: BucketStore, _ address: BucketAddress, before time: Int64
  ) async throws(StorageError) -> EarlierBucket {
    if let known = openEarlier.withLock({ $0[address] }) { return known }
    let made = try await store.before(time)
    openEarlier.withLock { $0[address] = made }
    return made
  }

  /// Opens what is no folder.
  static func opener(memory: String, cache: String) -> Machine.StoreOpener {
    let buckets = Buckets(memory: memory, cache: cache)
    return { location, create in
      guard case .bucket(let address) = location else {
        throw StorageError(.unsupported, "open", location.description, reason: "it is no bucket")
      }
      let store = try buckets.store(address)
      if let time = past.withLock({ $0 }) { return try await buckets.earlier(store, address, before: time) }
      if create { _ = try? await store.clearSpool(olderThan: 86_400) }
      return store
    }
  }
}

extension Machine {
  /// Says it where everybody may read a bucket: nothing there can be opened without keys, but sizes, times and names can be
  /// seen. What can't be found out is no matter here.
  func warnIfOpenToAll(_ location: Location) async {
    guard location.path == nil, let store = try? await openStore(location, false) as? BucketStore,
      (try? await store.isOpenToAll(reading: Layout.marker)) == true
    else { return }
    Output.warn(
      .openToAll,
      "anybody may read the bucket of \(Output.printable(location.description)): see to its policy")
  }

  /// This machine, with buckets.
  static func here(workers: Int? = nil, sharing new: NewSharedPlace? = nil) throws(VaultError) -> Machine {
    try real(workers: workers, sharing: new, buckets: Buckets.opener)
  }
}
