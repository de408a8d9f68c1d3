import Round
import Storage
import Vault

/// Units in a folder of systemd's. What somebody else wrote there stays as it is.
struct UnitFiles {
  let folder: String

  /// Longer than any unit that a person writes.
  private static let limit = 1 << 20

  func path(of unit: String) -> String { folder + "/" + unit }

  /// Writes units durably, unless one of them would take the place of somebody else's.
  /// - Returns: the paths of those that weren't there as they are now.
  func install(_ units: [Schedule.Unit]) throws -> [String] {
    let changed = try units.filter { try read($0.name) != Array($0.text.utf8) }
    if !changed.isEmpty { try DurableFile.makeFolder(folder) }
    for unit in changed {
      try DurableFile.replace(Array(unit.text.utf8), at: path(of: unit.name), mode: 0o644)
    }
    return changed.map { path(of: $0.name) }
  }

  /// Removes ours, and the link by which systemd has the timer enabled.
  /// - Returns: their paths.
  func remove(_ units: (service: String, timer: String)) throws -> [String] {
    let names = try [units.service, units.timer].filter { try read($0) != nil }
    if names.contains(units.timer) { try removeLink(of: units.timer) }
    for name in names { try DurableFile.remove(path(of: name)) }
    return names.map { path(of: $0) }
  }

  private func removeLink(of timer: String) throws(StorageError) {
    do { try DurableFile.remove(path(of: "timers.target.wants/" + timer)) } catch {
      guard error.code == .absent else { throw error }
    }
  }

  /// The bytes of a unit of ours, nil where there is none of that name.
  private func read(_ name: String) throws -> [UInt8]? {
    guard let bytes = try DurableFile.read(path(of: name), limit: Self.limit) else { return nil }
    guard Schedule.isOurs(bytes) else {
      throw VaultError(
        .exists, "somebody else wrote \(path(of: name))", safe: "nothing was written",
        hint: "move it away, or put '\(Schedule.firstLine)' before its first line")
    }
    return bytes
  }
}
