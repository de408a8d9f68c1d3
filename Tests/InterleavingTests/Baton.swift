import StorageFaults
import Synchronization

/// Lets exactly one of several writers go on at a time: whoever holds the baton. At each of the holder's operations that
/// is a *step*, a chooser says who holds it next; the others wait before their next operation.
final class Baton: Sendable {
  /// What a chooser is asked: the step's number, from 0, who is at it, and who could go on.
  struct Choice: Sendable {
    let number: Int
    let holder: Int
    let runnable: [Int]
    let operation: String
  }

  /// Says who goes on. Nil stands for a writer that has ended: then it isn't asked to go on itself.
  typealias Chooser = @Sendable (Choice) -> Int

  private struct Waiting {
    let continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var holder: Int
    var runnable: Set<Int>
    var waiting: [Int: [CheckedContinuation<Void, Never>]] = [:]
    var trace: [Choice] = []
  }

  private let state: Mutex<State>
  private let isStep: @Sendable (Operation) -> Bool
  private let chooser: Chooser

  /// - Parameters:
  ///   - writers: how many there are.
  ///   - first: who begins.
  ///   - isStep: at which operations somebody else may be chosen.
  init(
    _ writers: Int, first: Int, isStep: @escaping @Sendable (Operation) -> Bool, chooser: @escaping Chooser
  ) {
    state = Mutex(State(holder: first, runnable: Set(0..<writers)))
    self.isStep = isStep
    self.chooser = chooser
  }

  /// Every step so far.
  var trace: [Choice] { state.withLock { $0.trace } }

  /// Waits for a writer's turn at an operation.
  func pass(_ writer: Int, at operation: Operation) async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let going = state.withLock { state -> [CheckedContinuation<Void, Never>] in
        guard state.holder == writer else {
          state.waiting[writer, default: []].append(continuation)
          return []
        }
        guard isStep(operation) else { return [continuation] }
        let choice = Choice(
          number: state.trace.count, holder: writer, runnable: state.runnable.sorted(),
          operation: operation.description)
        state.trace.append(choice)
        let next = chooser(choice)
        guard next != writer, state.runnable.contains(next) else { return [continuation] }
        state.waiting[writer, default: []].append(continuation)
        return Self.hand(to: next, &state)
      }
      for one in going { one.resume() }
    }
  }

  /// A writer has ended; the first of the others goes on.
  func end(_ writer: Int) {
    let going = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.runnable.remove(writer)
      guard state.holder == writer, let next = state.runnable.min() else { return [] }
      return Self.hand(to: next, &state)
    }
    for one in going { one.resume() }
  }

  private static func hand(to next: Int, _ state: inout State) -> [CheckedContinuation<Void, Never>] {
    state.holder = next
    return state.waiting.removeValue(forKey: next) ?? []
  }
}

/// An order of writers: who begins, and at which steps who goes on instead. Its text is all it takes to run it again.
struct Order: Hashable, Sendable, CustomStringConvertible {
  struct Switch: Hashable, Sendable {
    let at: Int
    let to: Int
  }

  var first: Int
  var switches: [Switch] = []

  var description: String {
    "\(first)" + switches.map { ",\($0.at)>\($0.to)" }.joined()
  }

  init(first: Int, switches: [Switch] = []) {
    self.first = first
    self.switches = switches
  }

  init?(_ text: String) {
    let parts = text.split(separator: ",")
    guard let begin = parts.first.flatMap({ Int($0) }) else { return nil }
    first = begin
    for part in parts.dropFirst() {
      let numbers = part.split(separator: ">").compactMap { Int($0) }
      guard numbers.count == 2 else { return nil }
      switches.append(Switch(at: numbers[0], to: numbers[1]))
    }
  }

  /// The chooser that keeps this order.
  var chooser: Baton.Chooser {
    let next = Dictionary(switches.map { ($0.at, $0.to) }, uniquingKeysWith: { one, _ in one })
    return { next[$0.number] ?? $0.holder }
  }

  /// The orders with one switch more, behind the last one, as far as this one's run went.
  func children(_ trace: [Baton.Choice]) -> [Order] {
    let from = (switches.last?.at ?? -1) + 1
    return trace.dropFirst(from).flatMap { choice in
      choice.runnable.filter { $0 != choice.holder }.map { other in
        Order(first: first, switches: switches + [Switch(at: choice.number, to: other)])
      }
    }
  }
}

/// Numbers that are the same for the same seed.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }
}

/// The same for several who ask.
final class Chance: Sendable {
  private let seeded: Mutex<Seeded>

  init(_ seed: UInt64) { seeded = Mutex(Seeded(seed)) }

  func number(below limit: Int) -> Int {
    seeded.withLock { seeded in Int.random(in: 0..<limit, using: &seeded) }
  }
}
