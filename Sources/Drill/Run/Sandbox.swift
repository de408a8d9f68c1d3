internal import Backup
internal import Rules
internal import Sealing
internal import Storage
internal import Synchronization
internal import Vault

/// The world in which a drill does its damage: the destination, and where a plan needs it the vault, lie under overlays, so
/// that nothing of them changes; what is written goes to the scratch folder.
struct Sandbox: Sendable {
  /// A folder of the drill's own.
  let scratch: ScratchFolder
  /// The machine of who recovers.
  let stranger: Machine
  /// The machine of who does the damage: nothing that it saw is remembered by the stranger.
  var wrecker: Machine {
    stranger.elsewhere(memory: scratch.path + "/memory-of-damage", openStore: stranger.openStore)
  }
  /// Where the recovery comes from, and the vault.
  let destination: Location
  let home: Location
  private let overlays: Overlays

  /// Where the vault is restored to.
  var copy: Location { .folder(scratch.path + "/vault") }

  /// The stores by location, and what lies in their place.
  private final class Overlays: Sendable {
    let stores = Mutex<[PlannedFault.Side: OverlayStore]>([:])
    let target = Mutex<BreakingStore?>(nil)
    let breaks: [BreakingStore.Break]
    let isReplaced = Mutex(false)

    init(_ breaks: [BreakingStore.Break]) { self.breaks = breaks }
  }

  /// - Parameters:
  ///   - plan: what is lost, and what breaks.
  ///   - machine: the machine that the drill runs on.
  static func make(
    for plan: Plan, in scratch: ScratchFolder, of machine: Machine, destination: Location, home: Location
  ) async throws -> Sandbox {
    let breaks: [BreakingStore.Break] = plan.faults.compactMap { fault in
      switch fault.kind {
      case .fill: .full(after: fault.after << 20)
      case .kill: .killed(after: fault.after)
      default: nil
      }
    }
    let overlays = Overlays(breaks)
    func overlay(_ location: Location, _ side: PlannedFault.Side) async throws {
      let below = try await machine.openStore(location, false)
      let above = try await Machine.folders(.folder("\(scratch.path)/written-\(side.rawValue)"), true)
      overlays.stores.withLock { $0[side] = OverlayStore(over: below, writingTo: above) }
    }
    try await overlay(destination, .destination)
    if !plan.loses.contains(.vault) { try await overlay(home, .vault) }
    let copy = Location.folder(scratch.path + "/vault")
    let other = Location.folder(scratch.path + "/another-vault")
    let stranger = machine.elsewhere(memory: scratch.path + "/memory") { location, create in
      if location.resolved == destination.resolved {
        if overlays.isReplaced.withLock({ $0 }) { return try await machine.openStore(other, false) }
        if let store = overlays.stores.withLock({ $0[.destination] }) { return store }
      }
      if location.resolved == home.resolved, let store = overlays.stores.withLock({ $0[.vault] }) {
        return store
      }
      // Nothing else is opened: what is written lies in the scratch folder, whatever a path leads to.
      guard location.lies(within: .folder(scratch.path)) else {
        throw VaultError(.refused, "\(location) is no part of this drill", safe: "nothing of it was read")
      }
      let store = try await machine.openStore(location, create)
      guard location == copy, !overlays.breaks.isEmpty else { return store }
      // One that broke stays the same store, so that it breaks once.
      return overlays.target.withLock { target in
        let breaking = target ?? BreakingStore(store, overlays.breaks)
        target = breaking
        return breaking
      }
    }
    if !plan.loses.contains(.memory) { try stranger.remember(asOn: machine) }
    return Sandbox(
      scratch: scratch, stranger: stranger, destination: destination, home: home, overlays: overlays)
  }

  private init(
    scratch: ScratchFolder, stranger: Machine, destination: Location, home: Location, overlays: Overlays
  ) {
    self.scratch = scratch
    self.stranger = stranger
    self.destination = destination
    self.home = home
    self.overlays = overlays
  }

  /// The overlay of a side; nil for a vault that is lost.
  func overlay(_ side: PlannedFault.Side) -> OverlayStore? { overlays.stores.withLock { $0[side] } }

  /// Whether what is restored to just broke; the next attempt finds it whole.
  func takeBroken() -> Bool { overlays.target.withLock { $0 }?.takeBroken() ?? false }

  /// Whether all that was to break did, and all reads failed that were to.
  var didBreak: Bool {
    let broken = overlays.target.withLock { $0 }?.happened ?? 0
    return broken == UInt64(overlays.breaks.count)
      && overlays.stores.withLock { $0.values.allSatisfy(\.didFail) }
  }

  /// Bytes that were read of destination and vault.
  var bytesRead: UInt64 { overlays.stores.withLock { $0.values.reduce(0) { $0 + $1.bytesRead } } }

  /// Puts another vault where the destination is.
  func replaceDestination() async throws {
    let other = stranger.elsewhere(memory: scratch.path + "/memory-of-another") { location, create in
      try await Machine.folders(location, create)
    }
    _ = try await CreateVault.create(
      .folder(scratch.path + "/another-vault"), founder: .identity(try Identity.generate()),
      classes: .standard, in: other)
    overlays.isReplaced.withLock { $0 = true }
  }
}
