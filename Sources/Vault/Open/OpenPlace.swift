public import Rules
internal import Glibc
public import Sealing
public import Storage

/// A vault, destination or restored copy, opened: where it is, what its ledger says, how far it is to be
/// trusted, and, once somebody has unlocked it, the keys at work.
///
/// Used from one task at a time.
public final class OpenPlace {
  /// The location.
  public let place: Place
  /// The ledger.
  public let ledger: OpenLedger
  /// Whether it is the home place, or a copy, and how far behind.
  public let role: PlaceRole
  /// What the user should know, in the order in which it came up.
  public var remarks: [Notice] { place.notices.all }
  /// What came up that is out of order and stays so, though nothing was lost by it: a command that leaves any doesn't end
  /// as if all were well.
  public var shortfalls: [Finding] { place.notices.shortfalls }
  /// What was out of order there and was mended meanwhile.
  package var mended: [Repair] { place.notices.mended }
  /// How this machine knows that it is the vault that was meant.
  public let trust: Trust
  /// The world outside.
  public let machine: Machine
  /// Who unlocked it.
  public internal(set) var identity: Identity?
  /// The keys that this identity opens.
  var keys: OpenKeyring?
  /// Whether nothing that was remembered of its contents may be used (verify).
  let isAfresh: Bool
  /// Its catalog, once something asked for it.
  var openCatalog: (identity: Identifier, file: CatalogFile)?
  /// Whose keys were erased by these entries, once something asked for it.
  var knownErased: (entries: [UInt64], opens: Bool, keys: ErasedKeys)?
  package var known: KnownPlaces
  /// Other folders of this place that were found to hold nothing more than this one.
  var comparedTwins: Set<Location> = []
  let accepted: Fork?
  /// A commit that is missing though later ones are there: what they say, and what they name, is not read.
  package let gap: Finding?
  /// A commit of a destination that can't be used, and that may hide newer snapshots.
  package let torn: Finding?

  /// What the ledger says.
  public var state: LedgerState { ledger.state }

  /// How far a place is the vault itself.
  public enum PlaceRole: Hashable, Sendable {
    /// The home place.
    case home
    /// A destination or restored copy; `behind` is what this machine has seen beyond it.
    case copy(behind: Behind?)
  }

  /// How this machine knows a vault.
  public enum Trust: Hashable, Sendable {
    /// It saw this vault before.
    case seenBefore
    /// Its id was given by the user.
    case idGiven
    /// It is consistent with itself; nobody said which vault to expect.
    case selfConsistent
  }

  private init(
    place: Place, ledger: OpenLedger, role: PlaceRole, trust: Trust, machine: Machine,
    known: KnownPlaces, isAfresh: Bool, accepted: Fork?, gap: Finding?, torn: Finding?
  ) {
    (self.gap, self.torn) = (gap, torn)
    self.isAfresh = isAfresh
    self.place = place
    self.ledger = ledger
    self.role = role
    self.trust = trust
    self.machine = machine
    self.known = known
    self.accepted = accepted
  }

  /// Opens the place at a location, reads its ledger whole and compares it with what this machine remembers.
  /// - Parameters:
  ///   - expected: the vault id from the vault card, where the user gave one.
  ///   - toWrite: whether something will be written; then damaged copies are mended while reading.
  ///   - mendsCopy: whether that holds for a place that isn't the vault, too (snapshots, at their destination).
  ///   - afresh: whether every commit is read, whatever was folded before (verify).
  ///   - accepted: a fork that the user accepts.
  ///   - allowsUnknown: whether a vault that nobody vouched for may be looked at (verify).
  ///   - askedFor: asks the user at first contact whether this id is the right one.
  /// - Throws: `VaultError` `.noVault`, `.unknownVault`, `.rollback`, `.refused`, `.damaged`.
  public static func open(
    _ location: Location, in machine: Machine, expecting expected: Identifier? = nil,
    toWrite: Bool = false, mendsCopy: Bool = false, afresh: Bool = false,
    accepting accepted: Fork? = nil, allowsUnknown: Bool = false,
    askedFor: (Identifier) -> Bool = { _ in false }
  ) async throws -> OpenPlace {
    var known = try KnownPlaces(path: machine.knownPlaces)
    let remembered = known.locations[location.resolved]
    // A copy takes no write, and so isn't mended on the way to a refusal.
    var mends = toWrite
    if toWrite, !mendsCopy {
      mends = await isVault(at: location, in: machine, as: remembered, expecting: expected)
    }
    let place = try await Place.open(location, mends: mends, by: machine.openStore)
    try checkMarker(of: place, remembered: remembered, expected: expected)
    let files = LedgerFiles(place.store)
    let folds = FoldFile(in: machine, vault: place.marker.vault, place: place.marker.place)
    let compares = mends && folds.isToCompare
    let fold = afresh || compares ? nil : folds.load()
    // Before the ledger is read: what another writer adds meanwhile is no gap.
    let listed = toWrite ? try await files.names(from: fold?.lastNumber ?? 0) : nil
    let ledger = try await OpenLedger.load(
      files, expecting: expected ?? remembered?.vault, standingAs: place.marker.place, remembering: fold,
      listed: listed, seen: accepted == nil ? known.vaults[place.marker.vault] : nil)
    guard place.marker.vault == ledger.state.vault else {
      throw VaultError(
        .unknownVault,
        "\(location)/STRONGROOM names another vault than its ledger, \(ledger.state.vault.hex)",
        safe: "nothing was written"
      )
    }
    if compares {
      // Every commit was just read from its first copy, or mended there, and is signed.
      try await place.mendCopies { Layout.commitNumber(of: $0).map { $0 < ledger.state.size } ?? false }
      folds.compared()
    }
    if toWrite { try await checkHome(place, remembered: remembered, home: ledger.state.home) }
    let trust = try contact(
      ledger.state.vault, expected: expected, known: known, allowsUnknown: allowsUnknown, askedFor: askedFor)
    // What was found out of order is told, but isn't remembered as folded.
    if ledger.unusedTail != nil { place.notices.passOver(Layout.commit(ledger.whole.size)) }
    let isSound = place.notices.all.isEmpty
    let comparison = try await compare(
      ledger, with: known, place, wasHome: remembered?.kind == .vault, accepting: accepted)
    for remark in comparison.remarks { place.notices.note(remark) }
    if let doubt = ledger.state.time.doubt(clock: machine.now(), policy: ledger.state.policy) {
      place.notices.note(.clock(doubt))
    }
    let gap = try await gap(behind: ledger, listed: listed, seen: known.vaults[ledger.state.vault])
    if let gap { place.notices.note(.shortfall(gap)) }
    let tail = try await unusedTail(of: ledger, listed: listed, at: location)
    if let tail { place.notices.note(tail) }
    let torn: Finding? = if case .shortfall(let finding) = tail { finding } else { nil }
    if comparison.goesOn {
      known.restart(ledger.state.vault, as: ledger.seen(isHome: place.marker.place == ledger.state.home))
    }
    let vault = OpenPlace(
      place: place, ledger: ledger, role: comparison.role, trust: trust, machine: machine,
      known: known, isAfresh: afresh, accepted: comparison.accepted, gap: gap, torn: torn)
    if trust != .selfConsistent {
      try vault.remember()
      // A command that may write is to read it all, and mend it, where anything is out of order.
      if isSound, ledger.isWorthFolding(on: machine) {
        folds.save(ledger.fold)
      }
    }
    return vault
  }

  /// Forgets how the ledger was folded, so that the next command reads every commit, and the next that writes mends what it
  /// can of both copies.
  package func forgetFold() {
    FoldFile(in: machine, vault: place.marker.vault, place: place.marker.place).forget()
  }

  /// Remembers how far this ledger was seen, so that a rollback is noticed.
  /// - Parameter wrote: whether entries were just added here.
  package func remember(wrote: Bool = false) throws {
    try remember { fresh in
      if let memory = fresh.vaults[state.vault], isAnotherWay(memory) {
        fresh.restart(state.vault, as: ledger.seen(isHome: isHome))
      }
      fresh.recordLedger(state.vault, as: ledger.seen(isHome: isHome))
      fresh.recordLocation(
        place.location, vault: state.vault, kind: isHome ? .vault : .copy,
        place: place.marker.place, written: wrote ? state.size : nil)
    }
  }

  /// Changes what is remembered, as other commands left it meanwhile.
  func remember(_ change: (inout KnownPlaces) -> Void) throws {
    known = try KnownPlaces.change(machine.knownPlaces, change)
  }

  /// Whether what was remembered is the tail that an accepted fork gave up, or that a copy alone showed.
  private func isAnotherWay(_ memory: KnownPlaces.Memory) -> Bool {
    guard ledger.root(at: memory.size) != memory.root else { return false }
    if isHome, Continuity.isTheVaultsOwnWord(ledger, memory, accepted: accepted) { return true }
    guard let fork = accepted ?? memory.accepted else { return false }
    return state.wasRecovered(at: fork) && memory.recovered != fork
  }

  /// What this machine met at a location; nil where it knows of nothing of this vault there.
  package func remembered(at location: Location) -> KnownPlaces.KnownLocation? {
    known.locations[location.resolved].flatMap { $0.vault == state.vault ? $0 : nil }
  }

  /// The same for a location that is resolved already: the disk isn't looked at.
  package func remembered(atResolved location: Location) -> KnownPlaces.KnownLocation? {
    known.locations[location].flatMap { $0.vault == state.vault ? $0 : nil }
  }

  /// Reads anew what this machine remembers of places: others on it may have learned more.
  package func reloadKnown() throws { known = try KnownPlaces(path: machine.knownPlaces) }

  /// Remembers a place that was just made somewhere else, whatever lay there before.
  package func recordLocation(_ place: Identifier, at location: Location) throws {
    try remember { $0.recordLocation(location, vault: state.vault, kind: .copy, place: place) }
  }

  /// Refuses a folder that lies within this place or another one, or around this one: what is written there would be
  /// part of the place.
  package func refuseOverlap(_ location: Location, for use: String) throws(VaultError) {
    guard !location.overlaps(place.location) else {
      throw VaultError(
        .refused, "\(location) and \(place.location) lie in one another, so it can't be \(use)",
        safe: "nothing was written", hint: "choose a folder outside")
    }
    try Place.refuse(location, within: location.upwards.dropFirst(), for: use)
  }

  /// Adds a remark for the user.
  package func note(_ remark: Notice) { place.notices.note(remark) }

  /// How many seconds this machine's clock is ahead of the newest entry: one that is wrong would keep all others from
  /// writing, once it was entered.
  public var clockLead: UInt64 { state.time.lead(of: machine.now()) }

  /// Whether this place is the vault itself.
  public var isHome: Bool { place.marker.place == state.home }

  private static func contact(
    _ id: Identifier, expected: Identifier?, known: KnownPlaces, allowsUnknown: Bool,
    askedFor: (Identifier) -> Bool
  ) throws(VaultError) -> Trust {
    if expected != nil { return .idGiven }
    if known.vaults[id] != nil { return .seenBefore }
    if allowsUnknown { return .selfConsistent }
    if askedFor(id) { return .idGiven }
    throw VaultError(
      .unknownVault, "this machine has not seen vault \(id.hex) before, and nobody said to expect it",
      safe: "nothing was read beyond its ledger",
      hint: .compareWithCard(id))
  }
}
