/// What happened in a drill, in order: for a report's reader, and for who measures.
public struct Timeline: Hashable, Sendable {
  /// A stage of a drill.
  public enum Stage: String, Hashable, Sendable, CaseIterable {
    /// The plan's damage is done.
    case damage
    /// Somebody looks for damage.
    case detect
    /// The place is opened as somebody would who comes from elsewhere.
    case open
    /// A snapshot is chosen whose boxes are sound.
    case choose
    /// The next snapshot makes the destination good.
    case mend
    /// The vault is copied from the destination.
    case restore
    /// The keyring is opened.
    case unlock
    /// Records are read from the destination.
    case read
    /// What came back is compared with its labels.
    case verify
    /// A former employee's key is tried.
    case former
  }

  /// A stage, when it began and how long it took.
  public struct Step: Hashable, Sendable {
    /// What was done.
    public let stage: Stage
    /// Milliseconds from the drill's start, which the incident follows.
    public let began: UInt64
    /// Milliseconds.
    public let took: UInt64
    /// Whether it ended as it should.
    public let succeeded: Bool
  }

  /// The stages, in order.
  public private(set) var steps: [Step] = []
  private let start: ContinuousClock.Instant

  /// Nothing happened yet.
  public init() { start = .now }

  /// Does a stage and notes it, whatever becomes of it.
  mutating func doing<Value>(_ stage: Stage, _ work: () async throws -> Value) async throws -> Value {
    let began = ContinuousClock.now
    do {
      let value = try await work()
      note(stage, began, succeeded: true)
      return value
    } catch {
      note(stage, began, succeeded: false)
      throw error
    }
  }

  private mutating func note(_ stage: Stage, _ began: ContinuousClock.Instant, succeeded: Bool) {
    steps.append(
      Step(
        stage: stage, began: Self.milliseconds(from: start, to: began),
        took: Self.milliseconds(from: began, to: .now), succeeded: succeeded))
  }

  /// Milliseconds since the drill's start.
  var elapsed: UInt64 { Self.milliseconds(from: start, to: .now) }

  /// Milliseconds between two moments of a clock that nobody sets.
  static func milliseconds(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) -> UInt64 {
    let (seconds, attoseconds) = start.duration(to: end).components
    return UInt64(max(0, seconds)) * 1000 + UInt64(max(0, attoseconds) / 1_000_000_000_000_000)
  }
}
