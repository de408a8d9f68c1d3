internal import Rules
internal import Sealing
public import Vault

/// Something about a vault that people should know, or see to.
public struct Matter: Hashable, Sendable {
  /// What it is.
  public enum About: Hashable, Sendable {
    /// What the ledger shows.
    case ledger(VaultStatus.Remark)
    /// A configured destination holds no snapshot that is as fresh as the policy wants: the newest one was begun then.
    case stale(destination: String, newest: UInt64?, period: UInt64)
    /// A configured drill hasn't passed within its period, as its plan is now: since then.
    case drill(String, since: UInt64, hasPassedBefore: Bool)
    /// The newest run of a configured drill, as its plan is now, has this entry and didn't pass.
    case drillRed(String, entry: UInt64)
    /// Boxes of a place weren't read within so many seconds, though the policy wants nothing of it: of a destination by its
    /// name, or of the vault.
    case unread(at: String?, period: UInt64)
    /// A destination's location doesn't answer.
    case silent(destination: String)
    /// There is no place where a destination should lie.
    case absent(destination: String)
    /// A place's newest snapshot had to leave boxes out.
    case lacking(String, boxes: UInt64, snapshot: UInt64)
    /// Two names lead to one place.
    case samePlace(String, String)
    /// This work of the round that just ended failed, or found something out of order.
    case failed(Work)
    /// This work of the round is due, and can't be done.
    case blocked(Work, Obstacle)
    /// No drill shows, within its period, that the measure against this risk works.
    case risk(String, text: String, score: UInt64, plan: String)
    /// A drill's plan can't be read.
    case unreadable(drill: String, why: String)
    /// So many objects of the place lie in one copy only, or are damaged in one.
    case shortfalls(UInt64)
    /// The register of risks can't be read.
    case register(why: String)
    /// So many findings are open, so many of them longer than they should.
    case findings(open: Int, overdue: Int)
    /// No round came to its end on this machine since then, though one should have.
    case noRound(since: UInt64)
    /// The round was broken off before it came to its end.
    case interrupted
    /// A way to tell people doesn't work: what it is called, and why.
    case untold(channel: String, why: String)
  }

  /// How grave it is.
  public enum Level: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Something is late, damaged or failed.
    case wrong
    /// Its time has come.
    case due
    /// Worth knowing.
    case note

    private var order: Int {
      switch self {
      case .wrong: 0
      case .due: 1
      case .note: 2
      }
    }

    /// The graver first.
    public static func < (left: Level, right: Level) -> Bool { left.order < right.order }
  }

  /// Who is to see to it.
  public enum Addressee: String, Hashable, Sendable, CaseIterable {
    /// The round does it by itself.
    case round
    /// Whoever keeps the machine and its destinations.
    case `operator`
    /// A custodian.
    case custodian
  }

  /// What it is.
  public let about: About
  /// How grave it is.
  public let level: Level
  /// Who is to see to it.
  public let addressee: Addressee

  /// Words that stay the same as long as it is the same thing: what was told isn't told again.
  public let key: String
  /// How much there is of it: where that grows, it is told again.
  public let amount: UInt64

  init(_ about: About, _ level: Level, for addressee: Addressee, key: String, amount: UInt64 = 0) {
    self.about = about
    self.level = level
    self.addressee = addressee
    self.key = key
    self.amount = amount
  }
}

extension Matter {
  init(failed work: Work, amount: UInt64 = 0) {
    self.init(.failed(work), .wrong, for: .operator, key: "failed:\(work.key)", amount: amount)
  }

  /// Whether it says of the vault's newest drill what one of these says of that drill by its name.
  func isOfDrill(among red: [Matter]) -> Bool {
    let entry: UInt64
    switch about {
    case .ledger(.drillMissed(let number)), .ledger(.drillUnfit(let number)): entry = number
    default: return false
    }
    return red.contains { if case .drillRed(_, entry) = $0.about { true } else { false } }
  }

  /// What the ledger shows.
  init(_ remark: VaultStatus.Remark) {
    let (level, addressee, key): (Level, Addressee, String) =
      switch remark {
      case .oneCustodian: (.note, .custodian, "one-custodian")
      case .epochsDue(let names, _): (.due, .custodian, "epochs:\(names.sorted().joined(separator: ","))")
      case .due(let duty, _): (duty.isOverdue ? .wrong : .due, duty.kind.addressee, duty.kind.key)
      case .noSnapshot: (.due, .operator, "no-snapshot")
      case .unfinishedSnapshot(let entry): (.due, .round, "unfinished:\(entry)")
      case .sealedSinceSnapshot: (.note, .round, "sealed-since")
      case .neverVerified(let place): (.due, .round, "never-verified:\(place.place.hex)")
      // Who said it settles it, and a custodian does.
      case .unsound(let place): (.wrong, .custodian, "unsound:\(place.place.hex)")
      case .noDrill: (.due, .operator, "no-drill")
      case .drillMissed(let entry): (.wrong, .operator, "drill-missed:\(entry)")
      case .drillUnfit(let entry): (.due, .operator, "drill-unfit:\(entry)")
      case .spaceShort: (.due, .operator, "space")
      case .notCounted: (.note, .custodian, "not-counted")
      case .entersMuch(let id, _): (.wrong, .custodian, "enters-much:\(id.hex)")
      case .keysWait(let id, _): (.due, .custodian, "keys-wait:\(id.hex)")
      case .requestWaits(let number, _, _): (.due, .custodian, "request:\(number)")
      case .keyringWaits(let number, _): (.due, .custodian, "keyring:\(number)")
      case .moveWaits(let entry, _): (.due, .custodian, "moved:\(entry)")
      case .disposalWaits(let entry, _): (.due, .custodian, "disposed:\(entry)")
      case .disposalUnlooked(let entry): (.due, .custodian, "looked:\(entry)")
      case .retentionDue: (.note, .custodian, "retention")
      }
    let amount: UInt64 =
      switch remark {
      case .unsound(let place): place.unsound
      default: 0
      }
    self.init(.ledger(remark), level, for: addressee, key: key, amount: amount)
  }
}

extension Duty.Kind {
  fileprivate var addressee: Matter.Addressee {
    switch self {
    case .snapshot, .verification, .drill: .round
    case .rehearsal: .custodian
    }
  }

  /// The same whatever the figures are.
  package var key: String {
    switch self {
    case .snapshot: "due:snapshot"
    case .verification(let place, _): "due:verify:\(place.hex)"
    case .drill: "due:drill"
    case .rehearsal: "due:rehearse"
    }
  }
}
