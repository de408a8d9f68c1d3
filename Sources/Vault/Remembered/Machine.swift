internal import Glibc
internal import Sealing
public import Storage

/// The world outside, passed in: the clock, and where this machine remembers things.
public struct Machine: Sendable {
  /// Seconds since 1970.
  public let now: @Sendable () -> UInt64
  /// The clock that stamps files, nanoseconds since 1970.
  package let fileClock: @Sendable () -> Int64
  /// The folder for what this machine remembers of vaults.
  public let memory: String
  /// The folder for what can be made again at any time: catalogs and folded ledgers.
  package let cache: String

  /// How many work side by side where work can be shared out.
  public let workers: Int

  /// From how many entries on a folded ledger is remembered.
  package let foldsFrom: UInt64

  /// Opens the store at a location; where there is none, `create` makes it.
  public typealias StoreOpener =
    @Sendable (_ location: Location, _ create: Bool) async throws -> any ObjectStore
  package let openStore: StoreOpener

  /// Machine of one's own, for tests.
  public init(
    memory: String, cache: String? = nil, workers: Int = 2, now: @escaping @Sendable () -> UInt64
  ) {
    self.init(memory: memory, cache: cache, workers: workers, now: now, openStore: Self.folders)
  }

  /// The same with stores of one's own, which may fail.
  package init(
    memory: String, cache: String? = nil, workers: Int = 2, now: @escaping @Sendable () -> UInt64,
    fileClock: @escaping @Sendable () -> Int64 = { SourceFolder.clock() }, foldsFrom: UInt64 = 64,
    openStore: @escaping StoreOpener
  ) {
    self.fileClock = fileClock
    self.foldsFrom = foldsFrom
    self.memory = memory
    self.cache = cache ?? memory + "/cache"
    self.workers = max(1, workers)
    self.now = now
    self.openStore = openStore
  }

  /// The same world with another memory and other stores, as somebody sees it from whom something is lost.
  package func elsewhere(memory: String, openStore: @escaping StoreOpener) -> Machine {
    Machine(
      memory: memory, workers: workers, now: now, fileClock: fileClock, foldsFrom: foldsFrom,
      openStore: openStore)
  }

  /// Takes over what another machine remembers of vaults; nothing of what can be made again.
  package func remember(asOn other: Machine) throws {
    guard let known = try DurableFile.read(other.knownPlaces, limit: 64 << 20) else { return }
    try DurableFile.makeFolder(memory)
    try DurableFile.writeNew(known.span, to: knownPlaces)
  }

  /// Folders, and nothing else.
  package static let folders: StoreOpener = { location, create in
    try location.requireMeant()
    let folder: FolderStore
    switch location {
    case .folder(""): throw StorageError(.absent, "open", "", reason: "its path is empty")
    case .folder(let path): folder = try FolderStore(path: path, create: create)
    case .bucket(let address):
      throw StorageError(.unsupported, "open", address.description, reason: "only folders can be used here")
    }
    // What a run that was killed left behind, where the file system needs names for what is being written.
    if create { _ = try? folder.clearSpool(olderThan: 86_400) }
    return folder
  }

  /// This machine's clock; for memory `$STRONGROOM_STATE`, `$XDG_STATE_HOME/strongroom` or
  /// `~/.local/state/strongroom`; for the cache `$STRONGROOM_CACHE`, `$XDG_CACHE_HOME/strongroom`,
  /// `~/.cache/strongroom`, or a folder within that memory where it was chosen.
  /// - Parameters:
  ///   - workers: how many work side by side; by default one for each processor that this process may use.
  ///   - new: the place that is to be made for a group, if one is.
  ///   - buckets: what opens what is no folder, made of the folders in which this machine remembers things and keeps what
  ///     it could do without.
  public static func real(
    workers: Int? = nil, sharing new: NewSharedPlace? = nil,
    buckets: ((_ memory: String, _ cache: String) -> StoreOpener)? = nil
  ) throws(VaultError) -> Machine {
    let folder: String
    if let chosen = variable("STRONGROOM_STATE") {
      folder = chosen
    } else if let state = variable("XDG_STATE_HOME") {
      folder = state + "/strongroom"
    } else if let home = variable("HOME") {
      folder = home + "/.local/state/strongroom"
    } else {
      throw VaultError(
        .failed, "there is no place to remember vaults in: HOME is not set",
        hint: "set STRONGROOM_STATE to a folder")
    }
    let cache = cacheFolder()
    let openOther = buckets?(folder, cache ?? folder + "/cache") ?? folders
    return Machine(
      memory: folder, cache: cache, workers: workers ?? Processors.usable,
      now: { UInt64(max(0, time(nil))) },
      openStore: { location, create in
        if create, let new, new.location == location { try new.make() }
        return try await location.path == nil ? openOther(location, create) : folders(location, create)
      })
  }

  private static func cacheFolder() -> String? {
    if let chosen = variable("STRONGROOM_CACHE") { return chosen }
    if variable("STRONGROOM_STATE") != nil { return nil }
    if let cache = variable("XDG_CACHE_HOME") { return cache + "/strongroom" }
    return variable("HOME").map { $0 + "/.cache/strongroom" }
  }

  /// Whether a fold to a size saves more than it costs to write: what is folded again and again stays below 1/256 of
  /// the ledger.
  /// - Parameter isRemote: each commit costs a request then, and a fold is written after few.
  func isWorthFolding(_ size: UInt64, since remembered: UInt64?, isRemote: Bool = false) -> Bool {
    if isRemote { return size - min(size, remembered ?? 0) > (remembered ?? 0) >> 16 }
    guard let remembered, remembered <= size else { return size >= foldsFrom }
    return size - remembered >= foldsFrom + remembered / 256
  }

  /// A secret of this machine and user, by which what lies in the cache is known to be theirs; nil where none can be
  /// kept. It protects nothing in a vault.
  func cacheKey() -> Secret? {
    let path = memory + "/cache-key"
    if let bytes = try? DurableFile.read(path, limit: 32) {
      return bytes.count == 32 ? Secret(copying: bytes) : nil
    }
    do {
      try DurableFile.makeFolder(memory)
      try DurableFile.writeNew(try Randomness.bytes(32), to: path)
    } catch {
      // Another command may have made it meanwhile.
      guard let bytes = try? DurableFile.read(path, limit: 32), bytes.count == 32 else { return nil }
      return Secret(copying: bytes)
    }
    return (try? DurableFile.read(path, limit: 32)).map { Secret(copying: $0) }
  }

  /// The file of the known places.
  var knownPlaces: String { memory + "/known-places" }

  private static func variable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}
