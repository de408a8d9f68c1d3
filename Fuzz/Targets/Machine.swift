import Foundation
import Rules
import Sealing
import Storage
import Synchronization
import Vault

extension FuzzTarget {
  /// What a machine remembers.
  static let machine = [
    FuzzTarget(name: "places", limit: 64 << 10) { bytes in
      try Memory.with { memory in
        try DurableFile.replace(bytes, at: memory.path + "/known-places")
        let places = try KnownPlaces(path: memory.path + "/known-places")
        let again = try KnownPlaces.change(memory.path + "/known-places") { _ in }
        try promise(
          again.vaults == places.vaults && again.locations == places.locations,
          "what is remembered is another once it is written")
      }
    },
    FuzzTarget(name: "remembered-fold", limit: 64 << 10) { bytes in
      try Memory.with { memory in
        let file = FoldFile(in: memory.machine, vault: Known.vault, place: Known.bundle)
        try CacheFile.replace(try memory.marked(bytes), at: memory.foldPath)
        guard let fold = file.load() else { return }
        file.save(fold)
        try promise(file.load() != nil, "a fold can't be read once it is written")
      }
    },
    FuzzTarget(name: "catalog", limit: 256 << 10) { bytes in
      try Memory.with { memory in
        let path = memory.catalogPath
        try CacheFile.replace(bytes, at: path)
        defer { for suffix in ["", "-wal", "-shm"] { _ = try? DurableFile.remove(path + suffix) } }
        do { try CatalogWalk.run(in: memory.machine, vault: Known.vault, identity: Known.bundle) } catch {
          // What can't be read is made anew by the next command.
          try CatalogWalk.run(in: memory.machine, vault: Known.vault, identity: Known.bundle)
          throw error
        }
      }
    },
  ]
}

/// A machine's memory, made anew for each process, in a folder that lies in memory.
final class Memory: Sendable {
  let path: String
  let machine: Machine

  private static let made = Mutex<Memory?>(nil)

  private init() throws {
    let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    path = "\(base)/strongroom-fuzz-\(getpid())"
    machine = Machine(memory: path) { 1_790_812_800 }
    try DurableFile.makeFolder(path)
    try DurableFile.replace([UInt8](repeating: 0x11, count: 32), at: path + "/cache-key")
    // The process ends by many ways; this is the one that most of them take.
    atexit { Memory.remove() }
  }

  static func with(_ body: (Memory) throws -> Void) throws {
    let memory = try made.withLock { made in
      if let made { return made }
      let new = try Memory()
      made = new
      return new
    }
    try body(memory)
  }

  private static func remove() {
    guard let path = made.withLock({ $0?.path }) else { return }
    try? FileManager.default.removeItem(atPath: path)
  }

  var foldPath: String { "\(path)/cache/folds/\(Known.vault.hex)-\(Known.bundle.hex)" }

  /// Rows of a fold as this machine would have written them: behind the header, and marked with its key.
  func marked(_ rows: [UInt8]) throws -> [UInt8] {
    let header =
      Array("strongroom fold\n".utf8) + BigEndian.bytes(RememberedFold.version) + Known.vault.bytes
      + Known.bundle.bytes
    let file = header + rows
    return file + (try KeyDerivation.hmac256(key: Known.key, Digest.sha256(of: file).bytes).bytes)
  }

  /// Where the catalog of a vault and an identity lies.
  var catalogPath: String { "\(machine.cache)/\(Known.vault.hex)-\(Known.bundle.hex).catalog" }

  /// Where the rows of a fold begin and end in its file.
  static func rows(of file: [UInt8]) -> [UInt8] { Array(file.dropFirst(56).dropLast(32)) }
}
