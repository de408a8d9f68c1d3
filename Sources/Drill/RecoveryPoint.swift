internal import Rules
public import Vault

/// What an incident now would lose, compared with what a plan allows: the age of the newest snapshot that arrived at any
/// place.
public struct RecoveryPoint: Hashable, Sendable {
  /// The plan's name.
  public let plan: String
  /// At most so many seconds; nil where the plan says nothing of it.
  public let objective: UInt64?
  /// Seconds since the newest snapshot was begun; nil where there is none.
  public let age: UInt64?
  /// Whether that is more than the plan allows. Where nothing is sealed there is nothing to lose.
  public let isMissed: Bool

  /// How a vault stands to a plan.
  public init(of vault: OpenPlace, plan: Plan) {
    let started = vault.state.newestArrivedSnapshot(readAt: vault.place.marker.place)?.content.started
    let now = vault.machine.now()
    let age = started.map { now >= $0 ? now - $0 : 0 }
    let objective = plan.objectives.rpo
    self.plan = plan.name
    self.objective = objective
    self.age = age
    isMissed =
      !vault.state.liveBoxes().isEmpty
      && objective.map { objective in age.map { $0 > objective } ?? true }
        ?? false
  }
}
