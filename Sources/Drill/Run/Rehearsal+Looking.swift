internal import Backup
internal import Rules
internal import Sealing
internal import Storage
internal import Vault

/// The first look at the destination, before anything is damaged.
extension Rehearsal {
  /// What a machine finds from which the vault is lost, where the plan loses it.
  private var opener: Machine.StoreOpener {
    let (machine, home) = (vault.machine, vault.place.location)
    guard plan.loses.contains(.vault) else { return machine.openStore }
    return { location, create in
      guard !location.lies(within: home) else {
        throw VaultError(.noVault, "\(location) is lost", safe: "nothing of it was read")
      }
      return try await machine.openStore(location, create)
    }
  }

  func look(
    in scratch: ScratchFolder, _ stop: Stop, _ report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> Baseline {
    let machine = vault.machine.elsewhere(
      memory: scratch.path + "/memory-before",
      openStore: opener)
    let (destination, id) = (settings.destination, vault.state.vault)
    do {
      return try await stop.run {
        try await Baseline.look(at: destination, of: id, in: machine, report: report)
      }
    } catch let error where error is VaultError || error is StorageError || error is DrillError {
      let isHere = settings.destination.lies(within: vault.place.location)
      // One that nobody ever saw is more likely mistyped.
      guard vault.remembered(at: settings.destination) != nil, !isHere else { throw error }
      guard let store = try? await vault.machine.openStore(settings.destination, false),
        let names = try? await store.names(""), !names.isEmpty
      else { throw Unfit.unreachable("\(error)") }
      throw Spoiled(error)
    }
  }

  /// All that a recovery is counted against, and where it works.
  func prepare(
    _ baseline: Baseline, in scratch: ScratchFolder, _ stop: Stop,
    _ report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> Recovery {
    try checkSpace(for: baseline, in: scratch)
    let promise = try await Promise.count(in: vault, of: baseline.place, for: plan, seed: seed, stop)
    guard promise.unknown == 0 else { throw Unfit.unknownCustomers(promise.unknown) }
    if plan.expects.contains(.erased), promise.erased?.isEmpty ?? false { throw Unfit.nothingErased }
    let sandbox = try await Sandbox.make(
      for: plan, in: scratch, of: vault.machine, destination: settings.destination,
      home: vault.place.location)
    return Recovery(
      plan: plan, vault: vault.state.vault, key: key, sandbox: sandbox, baseline: baseline,
      promise: promise, seed: seed, memory: settings.mayUseMemory ? vault.machine : nil, report: report)
  }

  /// A destination that is there and can't be opened, though nothing was done to it.
  struct Spoiled: Error {
    let finding: Finding

    init(_ error: any Error) {
      let reason = VaultError(telling: error).map(Reason.recovery) ?? .otherRecovery("\(error)")
      finding = Finding(.unfinished, "recovery", reason)
    }
  }

  func checkSpace(for baseline: Baseline, in scratch: ScratchFolder) throws {
    let needed = Preflight(plan: plan, archive: baseline.bytes).writes
    let free = try FreeSpace.available(scratch.path)
    guard free > needed else {
      throw Unfit.noSpace("\(needed) bytes are needed in \(settings.scratch), and \(free) are free")
    }
    if let limit = plan.limits.space, needed > limit {
      throw Unfit.noSpace("\(needed) bytes are needed, and the plan allows \(limit)")
    }
  }
}
