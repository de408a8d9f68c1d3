internal import Rules
internal import Keyring
internal import Ledger
public import Sealing
public import Storage

/// The classes that a new vault starts with.
public struct NewClasses: Sendable {
  /// Names and retention in years.
  public let classes: [(name: String, years: UInt64)]

  /// Classes by name, with their retention in years.
  public init(_ classes: [(name: String, years: UInt64)]) { self.classes = classes }

  /// Those of `Keys/policy.json`.
  public static let standard = NewClasses(StartingPolicy.standard.classes.map { ($0.name, $0.years) })
}

/// A vault that was just founded.
public struct CreatedVault: Sendable {
  /// Its id: the trust anchor.
  public let vault: Identifier
  /// Its first custodian.
  public let custodian: Identifier
  /// The names of its classes.
  public let classes: [String]
  /// When, in seconds since 1970.
  public let founded: UInt64
}

/// Founds vaults.
public enum CreateVault {
  /// Makes a vault in a folder that is empty or not there yet; or goes on with a founding that broke off there.
  ///
  /// The founding entry and the first generation stand in one commit; the marker comes last, so that a vault is
  /// there whole or not at all.
  /// - Throws: `VaultError` `.exists` where something is there, `.input` for a weak passphrase.
  public static func create(
    _ location: Location, founder source: KeySource, classes: NewClasses, in machine: Machine
  ) async throws -> CreatedVault {
    try checkStrength(of: source)
    try Place.refuse(location, within: location.upwards.dropFirst(), for: "a vault")
    try await Place.refuseNested(location, in: machine, for: "a vault")
    // A vault that this machine can't remember would be a stranger to its own founder.
    _ = try KnownPlaces.change(machine.knownPlaces) { _ in }
    let store = try await machine.openStore(location, true)
    try await Place.requireManyWriters(store)
    // Also what bears no object's name: a listing of objects doesn't show it.
    guard try await store.unexpectedEntries(besides: [Layout.keyring, Layout.ledger, "second"]).isEmpty,
      try await store.list("").allSatisfy({ mayRemain($0.name) })
    else { throw notEmpty(location) }
    let twice = Place.twice(store, mends: true)
    let founded: Founded
    if let begun = try await begun(location, in: twice, by: source) {
      founded = begun
    } else {
      founded = try await found(location, in: twice, by: source, classes: classes, at: machine.now())
    }
    _ = try await twice.put(Marker(vault: founded.vault, place: founded.home).bytes, at: Layout.marker)
    let created = try await OpenPlace.open(
      location, in: machine, expecting: founded.vault, toWrite: true)
    guard created.state.generation?.file == founded.generation, created.state.notCountedCount == 0 else {
      throw VaultError(.failed, "the new vault does not read back as it was made")
    }
    try created.remember(wrote: true)
    // A founding that broke off may be completed now, after a copy was damaged.
    if let shortfall = created.shortfalls.first {
      throw VaultError(
        .damaged, "the new vault isn't whole: \(shortfall)", hint: "found one in another folder")
    }
    return CreatedVault(
      vault: founded.vault, custodian: founded.custodian, classes: founded.classes, founded: founded.time)
  }

  /// A vault whose first commit stands, and whose marker is to be written.
  private struct Founded {
    let vault: Identifier
    let home: Identifier
    let custodian: Identifier
    let classes: [String]
    let generation: Digest
    let time: UInt64
  }

  private static func found(
    _ location: Location, in twice: any ObjectStore, by source: KeySource, classes: NewClasses, at now: UInt64
  ) async throws -> Founded {
    let (identity, scrypt) = try founder(source)
    let home = try Identifier.random()
    let named = try classes.classes.map { (id: try Identifier.random(), name: $0.name, years: $0.years) }
    let policy = StartingPolicy.standard.policy(
      for: named.map { Policy.ClassRule(id: $0.id, years: $0.years) })
    let kind: IdentityKind = scrypt == nil ? .file : .passphrase
    let founding = Event.founded(
      Founding(
        custodians: [Founding.Custodian(identity: identity.publicIdentity, kind: kind)], home: home,
        nonce: try Randomness.bytes(32), policy: policy))
    let first = try founding.entry(by: identity.publicIdentity.id, time: now)
    let vault = Commit.vault(founding: first)
    let opened = try OpenGeneration.founding(
      vault: vault, classes: named.map { OpenGeneration.NewClass(id: $0.id, name: $0.name) }, since: now,
      recipients: [(Recipient(identity.publicIdentity, scrypt: scrypt), .all)])
    try await KeyringFiles(twice).put(opened.generation.bytes)
    let none = KeyringChange.Rows(before: 0, added: 0, dropped: 0, merged: 0, after: 0)
    let change = Event.keyring(
      KeyringChange(
        file: opened.generation.digest, generation: 1, previous: nil, reason: .founded, refused: [],
        rows: none, size: UInt64(opened.generation.bytes.count), through: 0))
    let second = try change.entry(by: identity.publicIdentity.id, time: now)
    let commit = try Commit.build([first, second], before: MerkleTree(), vault: nil, identity: identity)
    switch try await LedgerFiles(twice).append(commit.bytes, at: 0) {
    case .won: break
    // There is no marker yet, so nothing is lost by stopping here.
    case .wonOnce(let error): throw error
    case .lost: throw VaultError(.exists, "another vault was founded at \(location) at the same time")
    }
    return Founded(
      vault: vault, home: home, custodian: identity.publicIdentity.id, classes: named.map(\.name),
      generation: opened.generation.digest, time: now)
  }

  /// A vault that the same founder began here and whose marker is missing: it can't be told from a lost one, and
  /// the marker is the same.
  private static func begun(
    _ location: Location, in twice: any ObjectStore, by source: KeySource
  ) async throws -> Founded? {
    guard try await twice.size(Layout.commit(0)) != nil else { return nil }
    let files = KeyringFiles(twice)
    do {
      let state = try await OpenLedger.load(LedgerFiles(twice), expecting: nil).state
      let identity: Identity
      switch source {
      case .identity(let given): identity = given
      case .passphrase(let passphrase):
        identity = try await OpenKeyring.identity(of: passphrase, state: state, files: files)
      }
      guard state.identities[identity.publicIdentity.id]?.granted == 0, let generation = state.generation
      else {
        throw notEmpty(location)
      }
      let keys = try await OpenKeyring(identity, state: state, files: files)
      return Founded(
        vault: state.vault, home: state.home, custodian: identity.publicIdentity.id,
        classes: keys.classes.map(\.name),
        generation: generation.file, time: generation.time)
    } catch is VaultError {
      throw notEmpty(location)
    }
  }

  /// What a founding leaves that broke off before the marker.
  private static func mayRemain(_ name: ObjectName) -> Bool {
    let first = name.within("second") ?? name
    return first.isUnder(Layout.keyring) || first == Layout.commit(0)
  }

  private static func notEmpty(_ location: Location) -> VaultError {
    VaultError(
      .exists, "\(location) is not empty", safe: "nothing was changed", hint: "choose another folder")
  }

  private static func checkStrength(of source: KeySource) throws(VaultError) {
    guard case .passphrase(let passphrase) = source else { return }
    if let fault = Passphrase.fault(ofNew: passphrase) { throw VaultError(fault) }
  }

  private static func founder(_ source: KeySource) throws -> (Identity, IdentityFile.Scrypt?) {
    switch source {
    case .identity(let identity): return (identity, nil)
    case .passphrase(let passphrase):
      let new = try Passphrase.newIdentity(of: passphrase)
      return (new.identity, new.scrypt)
    }
  }
}
