internal import Rules
internal import Storage
internal import Vault

/// Why a drill that was begun says nothing about a recovery.
public enum Unfit: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no room for what comes back.
  case noSpace(String)
  /// The destination can't be reached.
  case unreachable(String)
  /// Somebody stopped it.
  case interrupted
  /// The destination has fewer snapshots than the plan needs.
  case fewSnapshots(needed: UInt64)
  /// So many boxes of the earlier snapshot that the plan goes back to were replaced since, and erased at the destination.
  case olderErased(boxes: Int)
  /// There is nothing there of what the plan damages.
  case nothingToDamage(String, String)
  /// Nothing was ever erased, so that nothing can come back.
  case nothingErased
  /// Something that was to break or fail while the archive was brought back never did.
  case didNotHappen
  /// So many customers whom the plan names have no records in the vault.
  case unknownCustomers(Int)
  /// The identity may not do what the plan has to do.
  case notAllowed(String)

  /// What of an error says nothing about the recovery itself; nil for all that does.
  init?(_ error: any Error) {
    switch error {
    case let unfit as Unfit: self = unfit
    case is CancellationError: self = .interrupted
    case let error as VaultError where error.hint == .chooseScratchFolder: self = .noSpace(error.what)
    case let error as StorageError where error.code == .full: self = .noSpace("\(error)")
    default: return nil
    }
  }

  /// A short word for programs.
  public var code: String {
    switch self {
    case .noSpace: "no_space"
    case .unreachable: "unreachable"
    case .interrupted: "interrupted"
    case .fewSnapshots: "few_snapshots"
    case .olderErased: "older_erased"
    case .nothingToDamage: "nothing_to_damage"
    case .nothingErased: "nothing_erased"
    case .didNotHappen: "did_not_happen"
    case .unknownCustomers: "unknown_customers"
    case .notAllowed: "not_allowed"
    }
  }

  /// For people: lower case, no full stop.
  public var description: String {
    switch self {
    case .noSpace(let what): "there is no room for what comes back: \(what)"
    case .unreachable(let what): "the destination can't be looked at: \(what)"
    case .interrupted: "it was interrupted"
    case .fewSnapshots(let needed): "the destination needs at least \(needed) snapshots for this plan"
    case .olderErased(let boxes):
      "the destination can't be made as it was at that snapshot: \(boxes) of its boxes were moved to others since, and erased there"
    case .nothingToDamage(let kind, let objects): "nothing of \(objects) is there for '\(kind)' to damage"
    case .nothingErased: "nothing was ever erased in this vault, so nothing could come back"
    case .didNotHappen:
      "something that was to break, fail or fill never did: it took too little to bring the archive back"
    case .unknownCustomers(let count):
      "the vault holds nothing of \(count) of the customers whom the plan names"
    case .notAllowed(let what): what
    }
  }
}
