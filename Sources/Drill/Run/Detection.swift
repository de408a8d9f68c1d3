internal import Backup
internal import Rules
internal import Sealing
internal import Storage
internal import Vault

/// What somebody found who looked for damage, by how they found it.
struct Traces: Sendable {
  /// Ways to find damage, the cheapest first.
  enum Way: String, Hashable, Sendable, CaseIterable {
    /// The place couldn't be opened, or opening it told.
    case open
    /// This machine had seen more of the ledger.
    case memory
    /// Names and sizes were compared with the ledger.
    case list
    /// Every byte was compared with the ledger.
    case hash
    /// A snapshot that makes a destination good came upon it.
    case mend
    /// It was told while the vault was copied.
    case restore
    /// It was told while records were compared with their labels.
    case verify
  }

  private var objects: [PlannedFault.Side: [Way: Set<String>]] = [:]
  /// From which commit on a place's ledger was said not to be usable.
  private var ends: [PlannedFault.Side: UInt64] = [:]
  /// Ways by which a place as a whole was found wanting, by side.
  private var places: [PlannedFault.Side: Way] = [:]

  mutating func add(_ findings: [Finding], _ way: Way, at side: PlannedFault.Side = .destination) {
    objects[side, default: [:]][way, default: []].formUnion(findings.map(\.object))
  }

  mutating func add(strays: [String], at side: PlannedFault.Side) {
    objects[side, default: [:]][.list, default: []].formUnion(strays)
  }

  mutating func add(_ side: PlannedFault.Side, _ way: Way) {
    if places[side] == nil { places[side] = way }
  }

  mutating func add(_ side: PlannedFault.Side, endsAt size: UInt64) { ends[side] = size }

  /// How a fault's object was found; nil where it wasn't.
  func way(_ name: ObjectName, at side: PlannedFault.Side) -> Way? {
    // What lies behind where a ledger breaks isn't looked at: it is told as a whole.
    if let end = ends[side], let number = Layout.commitNumber(of: name.within("second") ?? name),
      number >= end
    {
      return .open
    }
    let names = [name.text, name.within("second")?.text].compactMap(\.self)
    return Way.allCases.first { way in names.contains { objects[side]?[way]?.contains($0) ?? false } }
  }

  /// How a place as a whole was found wanting; nil where it wasn't.
  func way(_ side: PlannedFault.Side) -> Way? { places[side] }
}

/// What came of one fault.
public struct FaultOutcome: Hashable, Sendable {
  /// What was done.
  public let fault: PlannedFault
  /// The objects that it hit, at most the first hundred by name.
  public let objects: [String]
  /// How many it hit.
  public let count: UInt64
  /// How many of them were found, by how they were found.
  public let foundBy: [String: UInt64]
  /// The first of those that nobody found.
  public let unfound: [String]

  /// Whether all of it was found.
  public var isFound: Bool { foundBy.values.reduce(0, +) == count && count > 0 }

  init(_ damage: Damage, _ traces: Traces) {
    fault = damage.fault
    guard fault.kind.choosesObjects else {
      // What concerns a place as a whole counts as one.
      let way = traces.way(fault.at)
      (objects, count) = ([], 1)
      foundBy = way.map { [$0.rawValue: 1] } ?? [:]
      unfound = []
      return
    }
    let names = damage.objects.sorted()
    var found: [String: UInt64] = [:]
    var missed: [String] = []
    let hit = Set(damage.objects)
    let head = damage.head.flatMap { head -> Traces.Way? in
      guard let second = MirroredStore.second(of: head), hit.contains(head), hit.contains(second) else {
        return nil
      }
      return traces.way(head, at: damage.fault.at)
    }
    for name in names {
      // A place without its marker or its ledger is refused as a whole; what else lies there wasn't looked at.
      let isOfOpening = fault.of == .marker || fault.of == .ledger
      let whole = isOfOpening ? traces.way(fault.at).flatMap { $0 == .open ? $0 : nil } : nil
      if let way = traces.way(name, at: fault.at) ?? whole ?? head {
        found[way.rawValue, default: 0] += 1
      } else {
        missed.append(name.text)
      }
    }
    objects = names.prefix(100).map(\.text)
    count = UInt64(names.count)
    foundBy = found
    unfound = Array(missed.prefix(20))
  }
}

/// Looks for damage as whoever doubts a place would.
struct Detection {
  let sandbox: Sandbox
  let vault: Identifier
  /// What the destination lacked of what this machine saw, before anything was done to it.
  let lag: Behind?
  /// Whether every byte is read, or names and sizes alone.
  let reads: Bool

  /// Looks at a place; what keeps it from being opened is a trace, too.
  /// - Returns: what was found there, for who makes it good; nil where it could not be looked at.
  func look(
    at location: Location, _ side: PlannedFault.Side, _ traces: inout Traces,
    report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> Verifier.Outcome? {
    let place: OpenPlace
    do {
      place = try await OpenPlace.open(location, in: sandbox.stranger, expecting: vault, afresh: true)
    } catch let error as CancellationError {
      throw error
    } catch let error as VaultError where error.code != .storage {
      // It says what is wrong with the place; that it can't be reached says nothing of it.
      traces.add(side, .open)
      return nil
    } catch is StorageError {
      return nil
    }
    if place.lacks(more: lag) { traces.add(side, .memory) }
    if place.gap != nil || place.torn != nil { traces.add(side, endsAt: place.state.size) }
    traces.add(place.shortfalls, .open, at: side)
    traces.add(place.mended.map { Finding($0) }, .open, at: side)
    let listed = try await Verifier(of: place, level: .list).run(report: report)
    traces.add(listed.findings, .list, at: side)
    // What lies behind a ledger that can't be read further is told as what nothing names.
    traces.add(strays: listed.strays, at: side)
    guard reads else { return listed }
    let read = try await Verifier(of: place, level: .hash).run(report: report)
    traces.add(read.findings, .hash, at: side)
    return read
  }
}

extension OpenPlace {
  /// What it lacks of what this machine saw, where that is more than bookkeeping.
  var lag: Behind? {
    guard case .copy(behind: let behind?) = role, !behind.isOnlyBookkeeping, behind.entries > 0 else {
      return nil
    }
    return behind
  }

  /// Whether it lacks more of that than before.
  func lacks(more before: Behind?) -> Bool { lag.map { $0.entries > before?.entries ?? 0 } ?? false }
}
