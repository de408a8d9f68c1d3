public import Rules
package import Sealing

/// What a drill rehearses and what it must achieve: a YAML document (Docs/Drills.md; Docs/Plan.schema.json).
public struct Plan: Hashable, Sendable {
  /// What is lost before the recovery begins.
  public enum Loss: String, Sendable, Hashable, CaseIterable {
    /// The whole vault: nothing of it is read.
    case vault
    /// What this machine remembers of vaults.
    case memory
    /// Every way in but the recovery shares.
    case identity
  }

  /// Which snapshot is to come back.
  public enum Wanted: Hashable, Sendable {
    /// The newest one.
    case latest
    /// The newest one all of whose boxes are sound.
    case lastGood
    /// The newest one that was begun so many seconds before the incident or earlier.
    case before(UInt64)
    /// The newest one that was begun at this time or earlier.
    case asOf(UInt64)
  }

  /// What of the archive is looked at once it is back.
  public enum Scope: Hashable, Sendable {
    /// Every record.
    case all
    /// The records of these classes.
    case classes([String])
    /// The records of these customers.
    case customers([String])
    /// The records of so many customers, chosen by the seed.
    case sample(Int)
    /// The records of so many customers whose turn it is: each comes before any comes again.
    case untested(Int)
  }

  /// How the archive is brought back.
  public enum Recovery: String, Hashable, Sendable, CaseIterable {
    /// The whole vault, to another folder.
    case restore
    /// The records themselves, straight from the destination.
    case read
    /// The next snapshot makes the destination good; then the whole vault comes back from it.
    case mend
    /// Not at all: the drill is over once the damage was noticed.
    case none
  }

  /// What a good end is.
  public enum Expectation: String, Hashable, Sendable, CaseIterable {
    /// What the plan asks for came back.
    case recovered
    /// All damage that was done was found.
    case noticed
    /// The place was refused.
    case refused
    /// Nobody's erased records came back.
    case erased
    /// A key that was taken from somebody opens nothing that was sealed since.
    case shut
  }

  /// A short name, as `site-lost`.
  public let name: String
  /// What a manager reads.
  public let title: String
  /// What is rehearsed, in a sentence or two.
  public let story: String
  /// Title and story in other languages, by their tags.
  let translations: [String: Text]
  /// How thoroughly.
  public let level: DrillLevel
  /// What is lost.
  public let loses: Set<Loss>
  /// Where the recovery comes from; nil leaves it to the command.
  public let destination: String?
  /// Which snapshot.
  public let snapshot: Wanted
  /// What is looked at.
  public let scope: Scope
  /// The damage that is done, in its order.
  public let faults: [PlannedFault]
  /// How the archive is brought back.
  public let recovery: Recovery
  /// What a good end is: all of these.
  public let expects: Set<Expectation>
  /// What must be achieved.
  public let objectives: Objectives
  /// What is asked of the records once they are back.
  public let probes: [Probe]
  /// What the drill may take at most.
  public let limits: Limits
  /// Who is to be told of the outcome.
  public let tells: [String]
  /// Which controls it serves.
  public let controls: [String]
  /// The questions of a tabletop.
  public let questions: [String]
  /// For how many seconds a passed drill is valid.
  public let valid: UInt64
  /// By what damage and samples are chosen; nil: by the ledger as it is then, so that each drill looks at others.
  public let seed: UInt64?
  /// SHA-256 of the plan's text.
  package let digest: Digest

  /// What a manager reads.
  struct Text: Hashable, Sendable {
    let title: String
    let story: String
  }

  /// Title and story in a language, or as the plan has them where it doesn't speak it.
  func text(in language: String) -> Text { translations[language] ?? Text(title: title, story: story) }

  /// A plan is at most this long.
  public static let limit = 64 * 1024

  /// What a drill may take at most; nil where nothing is said.
  public struct Limits: Hashable, Sendable {
    /// Bytes of scratch space.
    public let space: UInt64?
    /// Seconds from the incident.
    public let time: UInt64?
    /// Bytes read from the destination.
    public let read: UInt64?
  }

  /// Reads a plan.
  /// - Throws: `DrillError` `.plan`, which says everything that is wrong, and where.
  public init(yaml text: String) throws(DrillError) {
    let log = PlanMistakes()
    guard let top = PlanNode(reading: text, limit: Self.limit, log), let plan = Plan(top, of: text, log),
      log.all.isEmpty
    else { throw DrillError(log.sorted) }
    self = plan
  }

  /// What is wrong with a plan, in the order in which it stands there; nothing where it can be used.
  public static func mistakes(in text: String) -> [PlanMistake] {
    do { _ = try Plan(yaml: text) } catch { return error.mistakes }
    return []
  }

  private init?(_ top: PlanNode, of text: String, _ log: PlanMistakes) {
    top.allows([
      "name", "title", "story", "zh", "level", "loses", "destination", "snapshot", "scope", "faults",
      "recovery",
      "expects", "objectives", "probes", "limits", "tells", "controls", "questions", "valid", "seed",
    ])
    digest = Digest.sha256(of: Array(text.utf8))
    name = top.required("name").flatMap { $0.word(limit: 64) } ?? ""
    title = top.required("title").flatMap { $0.text(limit: 200) } ?? ""
    story = top.required("story").flatMap { $0.text(limit: 4000) } ?? ""
    translations =
      top["zh"].map { zh in
        zh.allows(["title", "story"])
        return [
          "zh": Text(
            title: zh.required("title").flatMap { $0.text(limit: 200) } ?? "",
            story: zh.required("story").flatMap { $0.text(limit: 4000) } ?? "")
        ]
      } ?? [:]
    level = top["level"]?.choice() ?? .functional
    loses = Set(top["loses"]?.choices() ?? [.vault])
    destination = top["destination"]?.text(limit: 4096)
    snapshot = top["snapshot"].flatMap(Wanted.init(_:)) ?? .latest
    scope = top["scope"].flatMap(Scope.init(_:)) ?? .all
    faults = top["faults"]?.items(limit: 50).compactMap { PlannedFault($0) } ?? []
    recovery = top["recovery"]?.choice() ?? .restore
    expects = Set(top["expects"]?.choices() ?? [.recovered])
    probes = top["probes"]?.items(limit: 50).compactMap { Probe($0) } ?? []
    limits = top["limits"].map(Limits.init(_:)) ?? Limits(space: nil, time: nil, read: nil)
    tells = top["tells"]?.texts(limit: 20, each: 200) ?? []
    controls = top["controls"]?.texts(limit: 50, each: 200) ?? []
    questions = top["questions"]?.texts(limit: 50, each: 1000) ?? []
    valid = top["valid"]?.duration() ?? 90 * 86_400
    seed = top["seed"]?.integer(0...UInt64(Int64.max))
    let isTabletop = level == .tabletop
    objectives =
      (isTabletop && top["objectives"] == nil ? nil : top.required("objectives")).map(Objectives.init(_:))
      ?? Objectives()
    checkWhole(top)
  }

  /// What no single member tells.
  private func checkWhole(_ top: PlanNode) {
    if level == .tabletop {
      if questions.isEmpty { top.wrong("a tabletop asks questions, and none are there") }
      return
    }
    if loses.isEmpty, faults.isEmpty { top.wrong("a drill that loses and damages nothing proves nothing") }
    if expects.isEmpty { top["expects"]?.wrong("a drill that expects nothing proves nothing") }
    let breaks = faults.contains { $0.kind == .kill || $0.kind == .fill }
    if breaks, recovery == .read || recovery == .none {
      top["faults"]?.wrong("'kill' and 'fill' strike while the vault is restored, which this plan doesn't do")
    }
    if faults.contains(where: { $0.kind == .replace }),
      faults.contains(where: { $0.at == .destination && $0.kind.choosesObjects })
    {
      top["faults"]?.wrong(
        "where another vault lies in its place, nothing else of the destination can be damaged")
    }
    if recovery == .mend, loses.contains(.vault) {
      top["recovery"]?.wrong("'mend' copies from the vault, which the plan loses")
    }
    if recovery == .none, expects.contains(.recovered) {
      top["recovery"]?.wrong("with 'none' nothing is recovered; say what it expects instead")
    }
    if recovery == .none {
      if objectives.rto != nil || objectives.rpo != nil {
        top["objectives"]?.wrong("with recovery 'none' nothing comes back whose time could be measured")
      }
      if !probes.isEmpty {
        top["probes"]?.wrong("with recovery 'none' nothing comes back that could be asked")
      }
    }
    if expects.contains(.refused), expects.contains(.recovered) {
      top["expects"]?.wrong("what is refused isn't recovered from")
    }
    if expects.contains(.erased), recovery == .none || recovery == .read || scope != .all {
      top["expects"]?.wrong(
        "whether erased keys came back is seen where the whole vault is restored, scope all")
    }
    if expects.contains(.shut), loses.contains(.vault) {
      top["expects"]?.wrong("somebody is granted and revoked at the vault, which the plan loses")
    }
    if recovery == .read, snapshot != .latest {
      top["snapshot"]?.wrong("'read' reads from the newest snapshot only; older ones are restored")
    }
    if level == .full, !loses.isSuperset(of: [.memory, .identity]) {
      top["level"]?.wrong("a full drill loses memory and identity: it comes from recovery shares alone")
    }
    let usesVault = faults.contains { $0.at == .vault }
    if usesVault, loses.contains(.vault) {
      top["faults"]?.wrong("the vault can't be damaged where it is lost as a whole")
    }
    if expects.contains(.noticed), !faults.contains(where: \.kind.leavesTraces) {
      top["expects"]?.wrong("nothing is damaged that could be noticed")
    }
  }
}
