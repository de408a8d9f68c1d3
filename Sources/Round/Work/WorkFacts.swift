internal import Drill
internal import Rules
internal import Sealing
internal import Storage
internal import Vault

/// What has to be known to say which work is due. All times are seconds since 1970.
struct WorkFacts {
  struct Destination {
    let name: String
    /// When its newest snapshot was begun; nil where there is none, or where this machine never met it.
    let newest: UInt64?
    /// What keeps everybody from copying to it.
    var obstacle: Obstacle?
  }

  struct Held {
    /// Nil at the vault.
    let name: String?
    /// When the box came there or was last read that wasn't for the longest time; nil where none must be there.
    let oldest: UInt64?
    /// Whether it is to be read at once: nobody ever did, or somebody found something damaged.
    let isUrgent: Bool
    /// What keeps everybody from reading there.
    var obstacle: Obstacle?
  }

  struct Drill {
    let name: String
    let every: UInt64
    let losesIdentity: Bool
    let hasKey: Bool
    var isSilent = false
    /// When it last passed, as its plan is now.
    let passed: UInt64?
    /// Its newest run, as its plan is now.
    let last: Entered<DrillOutcome>?
    /// When that was.
    var tried: UInt64? { last?.time }
    /// Whether its newest run passed.
    var didPass: Bool { last?.content.passed ?? false }
    /// Whether it could not be carried out.
    var wasUnfit: Bool { last?.content.verdict == .unfit }
  }

  var destinations: [Destination] = []
  /// What the configuration calls places that are known, the vault nothing.
  var names: [Identifier: String] = [:]
  var places: [Held] = []
  var drills: [Drill] = []
  /// Seconds before a snapshot isn't fresh any more.
  var snapshotPeriod: UInt64
  /// Seconds within which every box is to be read.
  var verifyPeriod: UInt64
  var mayCopy = true
  var mayVerify = true

  /// What the policy leaves open.
  static let usualSnapshotHours: UInt64 = 24
  static let usualVerifyDays: UInt64 = 30

  /// What is to be done at a time, in the order in which it is begun.
  func work(at now: UInt64) -> [PlannedWork] {
    destinations.map { plan($0, now) } + places.compactMap { plan($0, now) } + drills.map { plan($0, now) }
  }

  /// A time that a wrong clock put into the future says nothing.
  private func believed(_ time: UInt64?, _ now: UInt64) -> UInt64? {
    time.flatMap { $0.isBelievable(asOf: now) ? $0 : nil }
  }

  private func stand(from due: UInt64?, _ now: UInt64, _ obstacle: Obstacle?) -> PlannedWork.Stand {
    if let due, now < due { return .later(due) }
    return obstacle.map { .blocked($0) } ?? .due
  }

  /// Three quarters of a period: a round that comes every period, now and then an hour early, is never late.
  static func early(_ period: UInt64) -> UInt64 { period - period / 4 }

  private func plan(_ destination: Destination, _ now: UInt64) -> PlannedWork {
    let due = believed(destination.newest, now).map { $0 + Self.early(snapshotPeriod) }
    let obstacle: Obstacle? = destination.obstacle ?? (mayCopy ? nil : .mayNotCopy)
    return PlannedWork(work: .snapshot(to: destination.name), stand: stand(from: due, now, obstacle))
  }

  private func plan(_ held: Held, _ now: UInt64) -> PlannedWork? {
    guard let oldest = held.oldest else { return nil }
    let due = held.isUrgent ? nil : believed(oldest, now).map { $0 + Self.early(verifyPeriod) }
    return PlannedWork(
      work: .verification(at: held.name),
      stand: stand(from: due, now, held.obstacle ?? (mayVerify ? nil : .mayNotVerify)))
  }

  private func plan(_ drill: Drill, _ now: UInt64) -> PlannedWork {
    // A day early, so that a drill every thirty days isn't late where the round comes in the evening.
    let ahead = min(drill.every / 8, 86_400)
    var due = believed(drill.passed, now).map { $0 + drill.every - ahead }
    // One that failed is tried again with the next daily round, and not with each round of an hour.
    if let tried = believed(drill.tried, now) {
      // One that could not be carried out says nothing, and is tried again before long.
      let pause: UInt64 = drill.wasUnfit ? 3600 : 20 * 3600
      let again = tried + min(drill.every / 8, pause)
      // What an earlier pass showed a later failure took back.
      due = drill.didPass ? max(due ?? 0, again) : again
    }
    let obstacle: Obstacle? =
      drill.losesIdentity ? .needsPeople : drill.isSilent ? .silent : drill.hasKey ? nil : .noDrillKey
    return PlannedWork(work: .drill(drill.name), stand: stand(from: due, now, obstacle))
  }
}

extension WorkFacts {
  /// What an open vault's ledger says.
  /// - Parameters:
  ///   - drillKeys: the drills for which a key is at hand.
  ///   - known: how places stand, where that was read off already.
  init(
    of vault: OpenPlace, _ settings: RoundSettings, drillKeys: Set<String> = [],
    coverage known: [PlaceCoverage]? = nil
  ) {
    let state = vault.state
    let schedule = state.policy.schedule
    snapshotPeriod =
      (schedule.snapshotHours > 0 ? schedule.snapshotHours : Self.usualSnapshotHours) * 3600
    verifyPeriod = Self.verifyPeriod(of: schedule)
    let coverage = known ?? vault.coverage()
    var held: [Held] = coverage.filter(\.isHome).map { Held(name: nil, $0) }
    var names: [Identifier: String] = [state.home: ""]
    var folders: [Location: String] = [:]
    for destination in settings.destinations {
      let resolved = settings.resolved(destination.location)
      let place = vault.remembered(atResolved: resolved)?.place
      let other = place.flatMap { names[$0] } ?? folders[resolved]
      if let place, other == nil { names[place] = destination.name }
      folders[resolved] = other ?? destination.name
      let known = place.flatMap { place in coverage.first { $0.place == place } }
      let isForgotten = place.flatMap { state.places[$0]?.forgotten } != nil
      let isSilent = settings.isSilent(destination.location)
      destinations.append(
        Destination(
          name: destination.name, newest: known?.snapshot?.content.started,
          obstacle: isSilent
            ? .silent
            : other.map { .samePlace($0) }
              ?? (settings.isAbsent(destination.location) ? .absent : isForgotten ? .forgotten : nil)))
      if let known, other == nil {
        var place = Held(name: destination.name, known)
        place.obstacle =
          isSilent ? .silent : settings.isAbsent(destination.location) ? .absent : nil
        held.append(place)
      }
    }
    places = held
    self.names = names
    let now = vault.machine.now()
    drills = settings.drills.map { drill in
      let isSilent = settings.isSilent(drill.destination)
      let place = vault.remembered(atResolved: settings.resolved(drill.destination))?.place
      let runs = state.drills.filter {
        $0.content.plan == drill.plan.digest && place != nil && $0.content.destination == place
          && $0.time.isBelievable(asOf: now)
      }
      return Drill(
        name: drill.name, every: drill.every, losesIdentity: drill.plan.loses.contains(.identity),
        hasKey: drillKeys.contains(drill.name), isSilent: isSilent,
        passed: runs.last { $0.content.passed }?.time, last: runs.last)
    }
    if let identity = try? vault.writer().publicIdentity.id {
      mayCopy = state.may(identity, .copying) && state.may(identity, .snapshot)
      mayVerify = state.may(identity, .verified)
    }
  }
}

extension WorkFacts {
  /// Seconds within which every box is to be read.
  static func verifyPeriod(of schedule: Policy.Schedule) -> UInt64 {
    (schedule.verifyDays > 0 ? schedule.verifyDays : usualVerifyDays) * 86_400
  }
}

extension WorkFacts.Held {
  init(name: String?, _ place: PlaceCoverage) {
    self.init(
      name: name, oldest: place.longestUnread, isUrgent: place.urgent > 0)
  }
}
