internal import Boxes
internal import Rules
internal import Sealing

/// How long bundles are kept, as of one moment (Format.md, 4.4).
struct Retention: Sendable {
  /// What time says of a bundle.
  enum Fate: Hashable, Sendable {
    /// It is kept to the end of a year; nil for ever.
    case kept(until: UInt64?)
    /// It was kept for long enough, and a hold holds it.
    case held
    /// It was kept for long enough.
    case over
  }

  /// Everything that was kept for a year before this one may go; nil where nobody can say which year it is.
  let presentYear: UInt64?
  private let holds: [Hold]

  /// - Parameters:
  ///   - presentYear: by the more careful of two clocks.
  ///   - holds: those in force.
  init(presentYear: UInt64?, holds: [Hold]) {
    self.presentYear = presentYear
    self.holds = holds.filter { $0.ended == nil }
  }

  /// What is to be done with a customer's bundle of a class that is kept to the end of a year; nil for ever.
  func fate(of subject: Identifier, in classID: Identifier, until: UInt64?) -> Fate {
    guard let until, let presentYear, until < presentYear else { return .kept(until: until) }
    return holds.contains { $0.holds(subject, in: classID) } ? .held : .over
  }
}

/// Which bundles of a place were kept for long enough: what the catalog knows of older ones counts with it. One task's own.
final class DueBundles {
  let retention: Retention
  private let state: LedgerState
  private let file: CatalogFile
  /// From which first entry on a customer's bundles stay, since an older one does; nil where none does.
  private var blocked: [[UInt8]: UInt64?] = [:]

  /// So many customers are remembered.
  private static let mostRemembered = 65_536

  init(_ retention: Retention, _ state: LedgerState, _ file: CatalogFile) {
    self.retention = retention
    self.state = state
    self.file = file
  }

  /// What is to be done with a bundle that is in a box. One that is newer than one which stays does so, too: else that one
  /// would be the newest that is left, and be taken for how things are.
  func fate(of row: IndexRow, in box: KnownBox, _ classID: Identifier) throws -> Retention.Fate {
    let until = keptUntil(row, box, classID)
    let fate = retention.fate(of: row.subject, in: classID, until: until)
    guard case .over = fate else { return fate }
    let blocked = try blocked(CatalogFile.customer(classID, row.subject), row.subject, classID)
    return blocked.map { row.firstEntry(in: box) > $0 } == true ? .kept(until: until) : .over
  }

  private func keptUntil(_ row: IndexRow, _ box: KnownBox, _ classID: Identifier) -> UInt64? {
    state.keptUntil(classID, year: box.box.year, first: row.firstEntry(in: box))
  }

  private func blocked(_ customer: [UInt8], _ subject: Identifier, _ classID: Identifier) throws -> UInt64? {
    if let known = blocked[customer] { return known }
    if blocked.count >= Self.mostRemembered { blocked = [:] }
    let staying = try file.bundles(of: [customer]).joined().compactMap { bundle -> UInt64? in
      guard state.boxes.indices.contains(bundle.ordinal) else { return nil }
      let box = state.boxes[bundle.ordinal]
      let fate = retention.fate(of: subject, in: classID, until: keptUntil(bundle.row, box, classID))
      if case .kept = fate { return bundle.row.firstEntry(in: box) }
      return nil
    }.min()
    blocked[customer] = .some(staying)
    return staying
  }
}

/// On what it hangs whether something may be left out for good: where that changed, somebody looks anew.
struct LookBasis: Hashable, Sendable {
  private let policy: UInt64
  private let holds: Set<UInt64>
  private let putBack: UInt64?

  init(_ state: LedgerState) {
    policy = state.policyEntry
    putBack = state.time.putBack
    holds = Set(state.holds.filter { $0.value.ended == nil }.keys)
  }
}

extension OpenPlace {
  /// How long what lies here is kept, as of now. What time allows is judged by the more careful of two clocks, and no year is
  /// over before an entry says that the next one has begun.
  func retention() async throws -> Retention {
    let me = try writer().publicIdentity.id
    let time = state.time.allowing(
      clock: machine.now(), otherCustodians: state.activeCustodians.filter { $0 != me })
    return Retention(
      presentYear: time.map { CivilTime.year(of: min($0, state.time.newest)) }, holds: try await holds())
  }
}
