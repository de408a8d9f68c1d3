public import Drill
public import Storage
internal import Vault

/// What the round goes by besides the policy: where copies are kept, and which drills are wanted.
public struct RoundSettings: Sendable {
  /// A destination that is kept up to date.
  public struct Destination: Hashable, Sendable {
    /// What the configuration calls it.
    public let name: String
    /// Where it lies.
    public let location: Location

    /// A destination.
    public init(name: String, location: Location) {
      self.name = name
      self.location = location
    }
  }

  /// A drill that is to be run again and again.
  public struct PlannedDrill: Sendable {
    /// What the configuration calls it.
    public let name: String
    /// What is rehearsed.
    public let plan: Plan
    /// Where it recovers from.
    public let destination: Location
    /// Seconds within which it must have passed.
    public let every: UInt64

    /// A drill, every so many seconds.
    public init(name: String, plan: Plan, destination: Location, every: UInt64) {
      self.name = name
      self.plan = plan
      self.destination = destination
      self.every = every
    }
  }

  /// The destinations, by name.
  public let destinations: [Destination]
  /// The drills, by name.
  public let drills: [PlannedDrill]
  /// Drills whose plans can't be read, and why, by name.
  public let unreadable: [String: any Error]
  /// What may happen, and what is done about it; nil where nobody wrote that down.
  public let risks: Result<RiskRegister, any Error>?
  /// For how many seconds boxes of one place are read.
  public let verifyFor: UInt64
  /// The seconds from one round to the next.
  public let every: UInt64
  /// What was seen of locations; nothing before anybody looked.
  public private(set) var looks: [Location: Look] = [:]
  /// The days that people have to see to a finding.
  public let findingDays: UInt64

  /// The settings of a round.
  public init(
    destinations: [Destination], drills: [PlannedDrill] = [], unreadable: [String: any Error] = [:],
    risks: Result<RiskRegister, any Error>? = nil, verifyFor: UInt64 = 20 * 60, every: UInt64 = 86_400,
    findingDays: UInt64 = 30
  ) {
    self.destinations = destinations
    self.drills = drills
    self.unreadable = unreadable
    self.risks = risks
    self.verifyFor = verifyFor
    self.every = every
    self.findingDays = findingDays
  }
}

extension RoundSettings {
  /// What is seen of a location without opening it.
  public enum Look: Hashable, Sendable {
    /// A place lies at this resolved location, with so many bytes to be written; nil where that isn't known.
    case place(Location, free: UInt64?)
    /// Nothing of a vault lies at it.
    case absent(Location)
    /// Nothing answers.
    case silent
  }

  /// The same, having looked at each location: at one whose server is gone that may take for ever.
  public func looking(for patience: Duration = .seconds(15)) async -> RoundSettings {
    let locations = Set(destinations.map(\.location) + drills.map(\.destination))
    var settings = self
    settings.looks = await withTaskGroup(of: (Location, Look).self) { group in
      for location in locations {
        group.addTask {
          (location, await Patience.wait(patience, grace: .zero) { Self.look(at: location) } ?? .silent)
        }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    return settings
  }

  private static func look(at location: Location) -> Look {
    let resolved = location.resolved
    // What lies behind a network shows when it is opened.
    guard let path = resolved.path else { return .place(resolved, free: nil) }
    // One that may not be looked into is for whoever opens it to tell.
    do {
      guard try DurableFile.read("\(path)/\(Layout.marker)", limit: 65_536) != nil else {
        return .absent(resolved)
      }
    } catch {}
    return .place(resolved, free: try? FreeSpace.available(path))
  }

  /// The same, where a location stopped to answer.
  func silencing(_ location: Location) -> RoundSettings {
    var settings = self
    settings.looks[location] = .silent
    return settings
  }

  /// By which a machine knows a location, without looking at it again: to do so may take for ever.
  func resolved(_ location: Location) -> Location {
    switch looks[location] {
    case .place(let resolved, _), .absent(let resolved): resolved
    case .silent: location
    case nil: location.resolved
    }
  }

  func isAbsent(_ location: Location) -> Bool {
    if case .absent? = looks[location] { true } else { false }
  }

  func isSilent(_ location: Location) -> Bool { looks[location] == .silent }
}
