public import Sealing

/// The vault's rules, as the newest `policy` entry that counts states them, or `founded`.
public struct Policy: Hashable, Sendable {
  /// What takes two custodians because the policy says so.
  public enum Eyes: String, Hashable, Sendable, CaseIterable, Comparable {
    /// `erased`.
    case drop
    /// `recovered`.
    case recovered

    /// Ascending by name.
    public static func < (left: Eyes, right: Eyes) -> Bool { left.rawValue < right.rawValue }
  }

  /// A class of records, without its name.
  public struct ClassRule: Hashable, Sendable {
    /// The class's id.
    public let id: Identifier
    /// Years that its records are kept.
    public let years: UInt64
    /// Whether the law wants them kept that long, so that nobody's are erased before.
    public let isKept: Bool

    /// A class kept for so many years.
    public init(id: Identifier, years: UInt64, isKept: Bool = false) {
      self.id = id
      self.years = years
      self.isKept = isKept
    }
  }

  /// How often what keeps an archive recoverable is to be done; 0 where the policy wants nothing.
  public struct Schedule: Hashable, Sendable {
    /// How many destinations must hold a fresh snapshot; at most 64.
    public let destinations: UInt64
    /// Days within which a drill must pass.
    public let drillDays: UInt64
    /// Days within which recovery shares must have been tried.
    public let rehearseDays: UInt64
    /// Hours before a snapshot isn't fresh any more.
    public let snapshotHours: UInt64
    /// Days within which every box must be read, at each place.
    public let verifyDays: UInt64

    /// A schedule.
    public init(
      destinations: UInt64, drillDays: UInt64, rehearseDays: UInt64 = 0, snapshotHours: UInt64,
      verifyDays: UInt64
    ) {
      self.destinations = destinations
      self.drillDays = drillDays
      self.rehearseDays = rehearseDays
      self.snapshotHours = snapshotHours
      self.verifyDays = verifyDays
    }
  }

  /// By how many minutes what a custodian stated may be ahead of a writer's clock; 1 to 1440.
  package let clockLead: UInt64
  /// Whether programs enter whose records they opened, and what for.
  public let entersAccess: Bool
  /// Ascending by id.
  public let classes: [ClassRule]
  /// Days after which an epoch is to be rotated.
  package let cryptoperiod: UInt64
  /// Ascending.
  public let fourEyes: [Eyes]
  /// Hours before what was superseded or removed is erased; 0 to 720.
  package let holdback: UInt64
  /// Percent of what is there that one run may erase unasked; 1 to 100.
  public let erasePercent: UInt64
  /// What is to be done how often.
  public let schedule: Schedule

  /// A policy; classes and eyes are put in order.
  public init(
    clockLead: UInt64, entersAccess: Bool = false, classes: [ClassRule], cryptoperiod: UInt64,
    fourEyes: Set<Eyes>, holdback: UInt64,
    erasePercent: UInt64, schedule: Schedule
  ) {
    self.clockLead = clockLead
    self.entersAccess = entersAccess
    self.classes = classes.sorted { $0.id < $1.id }
    self.cryptoperiod = cryptoperiod
    self.fourEyes = fourEyes.sorted()
    self.holdback = holdback
    self.erasePercent = erasePercent
    self.schedule = schedule
  }

  /// The rule for a class.
  public func rule(for id: Identifier) -> ClassRule? { classes.first { $0.id == id } }
}

extension Policy {
  /// From its canonical form; what is out of bounds is refused.
  package init(_ object: JSONObject) throws(Malformed) {
    try object.only([
      "access", "ahead", "classes", "cryptoperiod", "destinations", "drill", "eyes", "holdback", "limit",
      "rehearse", "snapshot", "verify",
    ])
    clockLead = try object.integer("ahead", in: 1...1440)
    entersAccess = try object.integer("access", in: 0...1) == 1
    cryptoperiod = try object.integer("cryptoperiod", in: 1...36_500)
    holdback = try object.integer("holdback", in: 0...720)
    erasePercent = try object.integer("limit", in: 1...100)
    schedule = Schedule(
      destinations: try object.integer("destinations", in: 0...64),
      drillDays: try object.integer("drill", in: 0...3650),
      rehearseDays: try object.integer("rehearse", in: 0...3650),
      snapshotHours: try object.integer("snapshot", in: 0...8760),
      verifyDays: try object.integer("verify", in: 0...3650))
    fourEyes = try object.choices("eyes", of: Eyes.self)
    try object.require(fourEyes.isStrictlyAscending, "eyes", "isn't ascending")
    var classes: [ClassRule] = []
    for member in try object.objects("classes") {
      try member.only(["id", "keep", "years"])
      classes.append(
        ClassRule(
          id: try member.identifier("id"), years: try member.integer("years", in: 0...1000),
          isKept: try member.integer("keep", in: 0...1) == 1))
    }
    self.classes = classes
    let ids = classes.map(\.id)
    try object.require((1...200).contains(ids.count), "classes", "must be 1 to 200")
    try object.require(ids.isStrictlyAscending, "classes", "isn't ascending")
    // These ids are sections of the keyring already.
    try object.require(
      ids.allSatisfy { $0 != .zero && $0 != .directory && $0 != .journal }, "classes", "has a reserved id")
  }

  /// The canonical form.
  package var members: JSONObject {
    JSONObject([
      "access": .integer(entersAccess ? 1 : 0),
      "ahead": .integer(clockLead),
      "classes": .array(
        classes.map {
          .object(
            JSONObject([
              "id": .string($0.id.hex), "keep": .integer($0.isKept ? 1 : 0), "years": .integer($0.years),
            ]))
        }),
      "cryptoperiod": .integer(cryptoperiod),
      "destinations": .integer(schedule.destinations),
      "drill": .integer(schedule.drillDays),
      "eyes": .array(fourEyes.map { .string($0.rawValue) }),
      "holdback": .integer(holdback),
      "limit": .integer(erasePercent),
      "rehearse": .integer(schedule.rehearseDays),
      "snapshot": .integer(schedule.snapshotHours),
      "verify": .integer(schedule.verifyDays),
    ])
  }
}
