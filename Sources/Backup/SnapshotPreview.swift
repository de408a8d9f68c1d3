internal import Rules
internal import Sealing
public import Storage
public import Vault

/// What a snapshot would send to a destination now. Nothing is written for it, there or at the vault.
public struct SnapshotPreview: Sendable {
  /// Boxes that would be copied.
  public let boxes: UInt64
  /// Bytes of these.
  public let bytes: UInt64
  /// Boxes that are there already, with their size.
  public let kept: UInt64
  /// Whether a new destination would begin.
  public let isNew: Bool

  /// Looks.
  /// - Throws: `VaultError` `.refused` where a place of another vault lies there, or nothing does and none may begin.
  public static func look(
    at destination: Location, from vault: OpenPlace, begins: Bool
  ) async throws -> SnapshotPreview {
    try vault.refuseOverlap(destination, for: "a destination")
    let store = try await opened(destination, vault.machine)
    let bytes = try await store?.get(Layout.marker, limit: Marker.limit)
    if let bytes {
      let marker = try Marker(bytes: bytes)
      guard marker.vault == vault.state.vault else {
        throw VaultError(
          .refused, "\(destination) belongs to another vault, \(marker.vault.hex)",
          safe: "nothing was written", hint: "choose another folder")
      }
    } else if !begins {
      throw VaultError(
        .refused, "there is no destination of this vault at \(destination)", safe: "nothing was written",
        hint: .beginDestination)
    } else {
      try await Place.refuseNested(destination, in: vault.machine, for: "a place of its own")
    }
    let there = Dictionary(
      (try await store?.list(Layout.boxes) ?? []).map { ($0.name, $0.size) }
    ) { first, _ in first }
    var (count, size, kept): (UInt64, UInt64, UInt64) = (0, 0, 0)
    for box in vault.state.boxesToCopy(at: vault.state.size) {
      if there[Layout.box(box.box.hash)] == box.box.size {
        kept += 1
      } else {
        count += 1
        size += box.box.size
      }
    }
    return SnapshotPreview(boxes: count, bytes: size, kept: kept, isNew: bytes == nil)
  }

  private static func opened(_ location: Location, _ machine: Machine) async throws -> (any ObjectStore)? {
    do { return try await machine.openStore(location, false) } catch let error as StorageError
      where error.code == .absent
    { return nil }
  }
}
