internal import Sealing

/// What a change of keys is made from. While it stays the same, a change that was made holds, whatever else others
/// entered meanwhile; so nobody who only looks keeps a custodian from changing keys.
package struct KeyBasis: Equatable {
  /// The present generation's file.
  private let generation: Digest?
  /// The newest entry whose pages wait, and how many do.
  private let pending: (entry: UInt64?, pages: Int)
  /// How many objects were removed: a page that was reused may be among them.
  private let removed: Int
  private let recoveries: Int
  private let policy: UInt64
  private let identities: [Identifier: KnownIdentity]
  private let requests: Set<UInt64>
  private let holds: [UInt64: KnownHold]
  private let erasures: [UInt64: KnownErasure]

  init(_ state: LedgerState) {
    generation = state.generation?.file
    pending = (state.pendingPages.last?.entry, state.pendingPages.count)
    removed = state.removed.count
    recoveries = state.recoveries.count
    policy = state.policyEntry
    identities = state.identities
    requests = state.openRequests
    holds = state.holds
    erasures = state.erasures
  }

  package static func == (one: KeyBasis, other: KeyBasis) -> Bool {
    one.generation == other.generation && one.pending == other.pending && one.removed == other.removed
      && one.recoveries == other.recoveries && one.policy == other.policy && one.requests == other.requests
      && one.holds == other.holds && one.erasures == other.erasures && one.identities == other.identities
  }
}

extension LedgerState {
  /// What a change of keys is made from now.
  package var keyBasis: KeyBasis { KeyBasis(self) }
}
