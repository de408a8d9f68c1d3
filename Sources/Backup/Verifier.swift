public import Rules
public import Sealing
internal import Storage
public import Vault

/// Verifies a place: the vault, a destination or a restored copy. Nothing is written to it.
public final class Verifier {
  /// What was found.
  public struct Outcome: Sendable {
    /// How thoroughly it was looked at.
    public let level: VerifyLevel
    /// Boxes that were looked at.
    public let boxes: UInt64
    /// Bytes of these boxes.
    public let bytes: UInt64
    /// Records found equal to their labels; 0 below level `open`.
    public let records: UInt64
    /// Records that should have been; nil where boxes or tables that can't be read may hold more of them.
    public let expected: UInt64?
    /// Bytes of the records found equal.
    package let recordBytes: UInt64
    /// Boxes of classes that the identity doesn't open, and that were looked at without opening them.
    public let closed: UInt64
    /// Sets of parts that make no record: its sealing broke off, or what is missing of it is among the findings. 0 below
    /// level `open`.
    public let incompleteParts: UInt64
    /// Bundles whose keys were erased; 0 below level `open`.
    public let erased: UInt64
    /// Bundles whose keys were erased or lost, which the journal alone says; 0 below level `open`.
    public let erasedOrLost: UInt64
    /// Everything out of order.
    public let findings: [Finding]
    /// Boxes that were chosen to be looked at, and weren't before the time was over.
    public let left: UInt64
    /// Objects that nothing names; no failure.
    public let strays: [String]
    /// The place.
    public let place: Identifier
    /// The size of the ledger that it was compared with.
    public let size: UInt64
    let covered: Covered

    /// Whether everything that must be there is there, as it was sealed.
    public var isWhole: Bool { findings.isEmpty }
  }

  private let place: OpenPlace
  private let level: VerifyLevel
  private let scratch: String?
  private let memory: Machine?
  private let inspect: ScratchRestore.Inspection
  private let choice: Choice?

  /// Which boxes are looked at where not all of them are, in which order, and for how long.
  public struct Choice: Sendable {
    let ordinals: [Int]
    let patience: Duration?

    /// - Parameters:
    ///   - boxes: the first ones first.
    ///   - patience: once the first one is begun no other one is begun after so long; nil for no end.
    public init(_ boxes: [KnownBox], for patience: Duration? = nil) {
      ordinals = boxes.map(\.ordinal)
      self.patience = patience
    }
  }

  /// Looks at every byte of ledger and keyring at level hash, and of the boxes at these alone.
  public init(of place: OpenPlace, _ choice: Choice) {
    self.place = place
    self.choice = choice
    level = .hash
    scratch = nil
    memory = nil
    inspect = { _ in }
  }

  /// - Parameters:
  ///   - place: an open place, unlocked for the levels `open` and `restore`.
  ///   - level: `drill` is looked at as `restore`: a drill brings the rest.
  ///   - scratch: where level `restore` makes a folder of its own; by default the system's temporary folder.
  ///   - memory: where that folder may lie in memory instead, if it fits: the machine that keeps note of it.
  public convenience init(
    of place: OpenPlace, level: VerifyLevel, scratch: String? = nil, orInMemoryOf memory: Machine? = nil
  ) {
    self.init(of: place, level: level, scratch: scratch, orInMemoryOf: memory) { _ in }
  }

  /// The same.
  /// - Parameter inspect: looks at the restored records before they are removed, at level `restore`.
  package init(
    of place: OpenPlace, level: VerifyLevel, scratch: String?, orInMemoryOf memory: Machine?,
    inspect: @escaping ScratchRestore.Inspection
  ) {
    self.inspect = inspect
    self.place = place
    self.level = level
    choice = nil
    self.scratch = scratch
    self.memory = memory
  }

  /// Looks.
  /// - Throws: `VaultError` `.notGranted` where a level needs keys that aren't there; `StorageError` where the place
  ///   can't be listed. Damage is in the outcome.
  public func run(report: @escaping @Sendable (CopyProgress) -> Void) async throws -> Outcome {
    if level >= .open { _ = try place.unlocked() }
    report(CopyProgress(stage: "listing", bytes: 0, total: 0, items: 0))
    let inventory = try await Inventory.take(of: place)
    var findings = place.shortfalls
    func add(_ more: [Finding]) {
      var all = Findings(findings)
      all.add(another: more)
      findings = all.all
    }
    add(inventory.findings)
    // A destination needn't hold them, and nobody must take it for whole.
    add(place.boxesNotCopied.map(Finding.init(notCopied:)))
    var looked = inventory.boxes
    var sound = looked
    var left = 0
    var damaged = inventory.damaged
    var opened: BoxesCheck?
    if level >= .hash {
      // At higher levels boxes are compared with their names while they are opened.
      let bytes = try await BytesCheck(of: place, inventory).run(report: report)
      add(bytes.findings)
      damaged.formUnion(bytes.damaged)
    }
    if level == .hash {
      let look = try await look(at: inventory.boxes, report: report)
      add(look.unsound.map(\.finding))
      damaged.formUnion(look.unsound.filter { $0.finding.kind != .unread }.map(\.hash))
      let unsound = Set(look.unsound.map(\.hash))
      looked = look.read
      sound = look.read.filter { !unsound.contains($0.box.hash) }
      left = look.left
    }
    if level >= .open {
      let total = sound.reduce(0) { $0 + $1.box.size }
      let check = try await place.checkBoxes(sound) { bytes, records in
        report(CopyProgress(stage: "opening boxes", bytes: bytes, total: total, items: records))
      }
      add(check.findings)
      damaged.formUnion(check.damaged)
      let whole = Set(check.sound.map(\.ordinal))
      sound = sound.filter { whole.contains($0.ordinal) }
      opened = check
    }
    var records = (sound: opened?.records ?? 0, expected: opened?.expected, bytes: opened?.bytes ?? 0)
    if findings.contains(where: \.hidesABox) { records.expected = nil }
    if level >= .restore {
      let restored = try await ScratchRestore(
        of: place, in: scratch, orInMemoryOf: memory, inspect: inspect
      ).run(report: report)
      records = (restored.sound, restored.expected, restored.bytes)
      add(restored.findings)
    }
    // What came up while it was looked at.
    add(place.shortfalls)
    // Whoever writes next is to look at both copies, and so mend them.
    if findings.contains(where: \.isOfCopies) { place.forgetFold() }
    return Outcome(
      level: level, boxes: UInt64(looked.count), bytes: looked.reduce(0) { $0 + $1.box.size },
      records: records.sound, expected: records.expected, recordBytes: records.bytes,
      closed: opened?.closed ?? 0, incompleteParts: opened?.incompleteParts ?? 0,
      erased: opened?.erased ?? 0, erasedOrLost: opened?.erasedOrLost ?? 0, findings: findings,
      left: UInt64(left), strays: inventory.strays.map(\.text),
      place: place.place.marker.place, size: place.state.size,
      covered: Covered(
        boxes: sound, damaged: damaged, missing: inventory.missing, generations: inventory.generations,
        strays: inventory.strays.count))
  }

  /// Reads boxes: those that were chosen, in their order, or else all.
  private func look(
    at boxes: [KnownBox], report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> (read: [KnownBox], unsound: [BoxHasher.Unsound], left: Int) {
    guard let choice else {
      // The largest first, so that all workers end together.
      let largestFirst = boxes.sorted { $0.box.size > $1.box.size }
      let looks = try await BoxHasher(largestFirst, in: place.place.raw, report: report)
        .run(workers: place.machine.workers)
      return (boxes, looks.unsound, 0)
    }
    let here = Dictionary(boxes.map { ($0.ordinal, $0) }) { first, _ in first }
    let chosen = choice.ordinals.compactMap { here[$0] }
    let looks = try await BoxHasher(chosen, in: place.place.raw, for: choice.patience, report: report)
      .run(workers: place.machine.workers)
    return (looks.read, looks.unsound, chosen.count - looks.read.count)
  }

  /// Refuses what could not be entered afterwards, before hours are spent on it.
  /// - Throws: `VaultError` `.refused` where the place isn't one that the vault knows, `.notGranted` where the identity
  ///   may not enter it.
  public static func checkMayEnter(_ place: OpenPlace, at vault: OpenPlace) throws {
    try checkKnown(place.place.marker.place, at: vault)
    guard vault.state.may(try vault.writer().publicIdentity.id, .verified) else {
      throw VaultError(
        .notGranted, "this identity may not enter verifications", safe: "nothing was verified",
        hint: "an operator's, a clerk's, an auditor's or a custodian's may; anybody may look")
    }
  }

  private static func checkKnown(_ place: Identifier, at vault: OpenPlace) throws {
    guard vault.state.places[place] != nil else {
      throw VaultError(
        .refused, "place \(place.hex) is not registered at the vault", safe: "nothing was entered",
        hint: "only the vault and its destinations have a history")
    }
  }

  /// Enters at the vault what was found.
  /// - Returns: the entry's number.
  /// - Throws: `VaultError` `.refused` where the place isn't one that the vault knows.
  public static func enter(_ outcome: Outcome, at vault: OpenPlace) async throws -> UInt64 {
    let identity = try vault.writer()
    try checkKnown(outcome.place, at: vault)
    let entry = outcome.covered.entry(outcome.level, place: outcome.place, size: outcome.size)
    return try await vault.commit(as: identity) { _ in [OpenLedger.Draft(.verified(entry))] }.lowerBound
  }
}
