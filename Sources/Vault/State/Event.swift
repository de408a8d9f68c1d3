public import Sealing

/// The events of Format 4.4, by name.
public enum EventName: String, Hashable, Sendable, CaseIterable {
  case founded, granted, revoked, requested, policy, keyring, keys, sealed, copying, snapshot, verified,
    drilled
  case recovered, removed, clock

  /// The one member that the sealed part may have, if the event has a sealed part of its own.
  public var sealedMember: String? {
    switch self {
    case .granted: "label"
    case .revoked, .requested: "reason"
    case .keyring: "about"
    case .copying: "name"
    case .drilled: "plan"
    default: nil
    }
  }
}

/// What an entry enters: one case for each event of Format 4.4, with its public members.
public enum Event: Hashable, Sendable {
  /// The vault's beginning.
  case founded(Founding)
  /// An identity and its roles.
  case granted(Grantee)
  /// An identity is no longer active.
  case revoked(Identifier)
  /// What a custodian asks another one to do.
  case requested(AskedAct)
  /// The rules from now on.
  case policy(Policy)
  /// The next generation of the keyring.
  case keyring(KeyringChange)
  /// Pages added to the present generation.
  case keys(AddedPages)
  /// Boxes added.
  case sealed(SealedBoxes)
  /// A place is about to get copies.
  case copying(Copying)
  /// What a place holds.
  case snapshot(Snapshot)
  /// What was looked at, at a place, and found.
  case verified(Verification)
  /// A rehearsal and its outcome.
  case drilled(DrillOutcome)
  /// Another place is home from now on.
  case recovered(Recovery)
  /// Objects that may be erased and never count again.
  case removed([RemovedObject])
  /// Settles whose clock is right.
  case clock

  /// Its name.
  public var name: EventName {
    switch self {
    case .founded: .founded
    case .granted: .granted
    case .revoked: .revoked
    case .requested: .requested
    case .policy: .policy
    case .keyring: .keyring
    case .keys: .keys
    case .sealed: .sealed
    case .copying: .copying
    case .snapshot: .snapshot
    case .verified: .verified
    case .drilled: .drilled
    case .recovered: .recovered
    case .removed: .removed
    case .clock: .clock
    }
  }
}

/// What the secret of an identity is kept in.
public enum IdentityKind: String, Hashable, Sendable, CaseIterable {
  case file, passphrase, shares
}

/// Members of `founded`.
public struct Founding: Hashable, Sendable {
  /// One of the first custodians.
  public struct Custodian: Hashable, Sendable {
    /// Both public keys.
    public let identity: PublicIdentity
    /// What its secret is kept in.
    public let kind: IdentityKind

    /// A custodian of the founding entry.
    public init(identity: PublicIdentity, kind: IdentityKind) {
      self.identity = identity
      self.kind = kind
    }
  }

  /// At least one; the first is the founder.
  public let custodians: [Custodian]
  /// The home place.
  public let home: Identifier
  /// 32 random bytes, so that the vault id is the vault's alone.
  public let nonce: [UInt8]
  /// The first policy.
  public let policy: Policy

  /// A founding.
  public init(custodians: [Custodian], home: Identifier, nonce: [UInt8], policy: Policy) {
    self.custodians = custodians
    self.home = home
    self.nonce = nonce
    self.policy = policy
  }
}

/// Members of `granted`.
public struct Grantee: Hashable, Sendable {
  /// Both public keys.
  public let identity: PublicIdentity
  /// What its secret is kept in.
  public let kind: IdentityKind
  /// Ascending, each once, at least one.
  public let roles: [Role]

  /// An identity to be made active; roles are put in order.
  public init(identity: PublicIdentity, kind: IdentityKind, roles: Set<Role>) {
    self.identity = identity
    self.kind = kind
    self.roles = roles.sorted()
  }
}

/// Members of `requested`.
public struct AskedAct: Hashable, Sendable {
  /// The event asked for.
  public let act: EventName
  /// How many rows it may drop from the keyring, at most.
  public let drops: UInt64
  /// Until when, that second included.
  public let expires: UInt64
  /// `Entry.particulars` of the act; zero for a `keyring`.
  public let particulars: Digest

  /// What is asked for.
  public init(act: EventName, drops: UInt64, expires: UInt64, particulars: Digest) {
    self.act = act
    self.drops = drops
    self.expires = expires
    self.particulars = particulars
  }
}

/// Members of `removed`: one object that may be erased.
public struct RemovedObject: Hashable, Sendable {
  /// In which folder it lies.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case box, keyring
  }

  /// SHA-256 of its bytes, which is its name.
  public let hash: Digest
  /// In which folder it lies.
  public let kind: Kind

  /// An object to be removed.
  public init(hash: Digest, kind: Kind) {
    self.hash = hash
    self.kind = kind
  }
}
