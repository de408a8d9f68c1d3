public import Rules
internal import Sealing
internal import Storage
public import Vault

/// Writes anew, from healthy places of the same vault, what a verification found damaged or missing at a place.
///
/// Objects are named by their digests, so what another place holds under a name is the right one or is seen to be wrong
/// before it is written: no key is needed, and nothing sound is touched. Damaged bytes are kept under `aside/`.
public struct Repairer {
  /// What came of it.
  public struct Outcome: Sendable {
    /// Boxes written anew.
    package let boxes: [KnownBox]
    /// Bytes of these.
    public let bytes: UInt64
    /// Copies of files of the keyring written anew.
    public let files: UInt64
    /// What the other places said of what they could not give, and what could not be written.
    public let findings: [Finding]

    /// How many boxes were written anew.
    public var boxCount: UInt64 { UInt64(boxes.count) }
  }

  private let place: OpenPlace
  private let sources: [ObjectSource]

  /// - Parameters:
  ///   - place: the place as it was verified.
  ///   - sources: where its objects may be had, the preferred ones first.
  public init(of place: OpenPlace, from sources: [ObjectSource]) {
    self.place = place
    self.sources = sources
  }

  /// Writes anew what it can; an object that can't be read or written keeps no other from being mended.
  /// - Parameter findings: what the verification found.
  /// - Throws: `StorageError` where the place can't be written to at all.
  public func run(
    _ findings: [Finding], report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> Outcome {
    let raw = try await place.machine.openStore(place.place.location, true)
    guard let store = Place.twice(raw, mends: false) as? MirroredStore else {
      throw VaultError(.failed, "\(place.place.location) doesn't keep its ledger twice")
    }
    var keyring = KeyringRepairer(of: place, in: raw, store, from: sources)
    try await keyring.run(Self.keyringFiles(in: findings))
    var left = Self.boxes(in: findings).compactMap { digest in
      place.state.box(digest).flatMap { $0.isLive(at: place.state.size) ? $0 : nil }
    }
    var said = keyring.findings
    var healed: [KnownBox] = []
    var bytes: UInt64 = 0
    for source in sources where !left.isEmpty {
      let tally = try await BoxCopier(
        left, from: source, to: store, rereads: true, goesOn: true, report: report
      ).run(workers: place.machine.workers)
      let lacking = Set(tally.missing.map(\.hash))
      let stuck = Set(tally.unplaced.map(\.hash))
      healed += left.filter { !lacking.contains($0.box.hash) && !stuck.contains($0.box.hash) }
      left.removeAll { !lacking.contains($0.box.hash) }
      bytes += tally.copiedBytes
      said += tally.findings
    }
    return Outcome(boxes: healed, bytes: bytes, files: keyring.written, findings: Findings(said).all)
  }

  private static func keyringFiles(in findings: [Finding]) -> [Digest] {
    digests(in: findings) { $0.isUnder(Layout.keyring) }
  }

  fileprivate static func boxes(in findings: [Finding]) -> [Digest] {
    digests(in: findings) { $0.isUnder(Layout.boxes) }
  }

  /// Of objects that are damaged or missing; what could not be looked at is left as it is.
  private static func digests(in findings: [Finding], where isKind: (ObjectName) -> Bool) -> [Digest] {
    var seen: Set<Digest> = []
    return findings.compactMap { finding in
      guard [.damaged, .missing].contains(finding.kind), let object = ObjectName(finding.object) else {
        return nil
      }
      let name = object.within("second") ?? object
      guard isKind(name), let digest = Layout.digest(of: name), seen.insert(digest).inserted else {
        return nil
      }
      return digest
    }
  }
}

extension Verifier.Outcome {
  /// What stands at level hash after a repair.
  /// - Parameter again: what a verification found afterwards that read again every box of which anything was said.
  public func followed(by again: Verifier.Outcome) -> Verifier.Outcome {
    // What could not be looked at wasn't repaired, and nobody looked at it again.
    let unread = findings.filter {
      $0.kind == .unread && ObjectName($0.object)?.isUnder(Layout.boxes) == true
    }
    let fresh = Set(again.covered.boxes.map(\.ordinal))
    let sound = covered.boxes.filter { !fresh.contains($0.ordinal) } + again.covered.boxes
    func size(_ boxes: [KnownBox]) -> UInt64 { boxes.reduce(0) { $0 + $1.box.size } }
    let unsound = again.boxes - UInt64(again.covered.boxes.count)
    return Verifier.Outcome(
      level: level, boxes: UInt64(sound.count) + unsound,
      bytes: size(sound) + again.bytes - size(again.covered.boxes), records: records, expected: expected,
      recordBytes: recordBytes, closed: closed, incompleteParts: incompleteParts, erased: erased,
      erasedOrLost: erasedOrLost, findings: Findings(looks: unread, again.findings).all, left: left,
      strays: again.strays, place: place, size: again.size,
      covered: Covered(
        boxes: sound, damaged: again.covered.damaged, missing: again.covered.missing,
        generations: again.covered.generations, strays: again.covered.strays))
  }

  /// The boxes of which anything is said.
  public func concernedBoxes(of place: OpenPlace) -> [KnownBox] {
    Repairer.boxes(in: findings).compactMap { place.state.box($0) }
  }
}
