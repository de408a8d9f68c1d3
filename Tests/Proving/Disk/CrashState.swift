/// A state in which a crash may leave a disk: after so many changes, with what was durable by then, and some of what
/// wasn't. What nobody synced may be there or not, in any order, and a write may be there by half.
struct CrashState: Sendable, CustomStringConvertible {
  /// How many of the changes had been made.
  let point: Int
  /// The changes that are missing though they were made.
  let lost: [Int]
  /// Writes of which half is there.
  let torn: [Int]
  /// Whether everything that was done is there.
  var isWhole: Bool { lost.isEmpty && torn.isEmpty }

  var description: String {
    var words = ["after \(point) changes"]
    if !lost.isEmpty { words.append("without \(lost.map(String.init).joined(separator: ","))") }
    if !torn.isEmpty { words.append("with half of \(torn.map(String.init).joined(separator: ","))") }
    return words.joined(separator: ", ")
  }

  /// The disk in that state.
  func disk(from before: Disk, _ changes: [DiskChange]) -> Disk {
    var disk = before
    let (lost, torn) = (Set(lost), Set(torn))
    for index in 0..<point where !lost.contains(index) {
      disk.apply(changes[index], torn: torn.contains(index))
    }
    return disk
  }
}

/// Makes the crash states of a recorded run.
struct CrashStates {
  let changes: [DiskChange]
  /// For each change, the index of the sync that made it durable; nil: none did.
  private let settled: [Int?]
  private let seed: UInt64
  /// Random states at every point, beside the regular ones.
  private let randoms: Int
  /// At most so many changes that aren't durable are lost, and kept, one at a time.
  private let singles = 24

  init(_ changes: [DiskChange], seed: UInt64, randoms: Int) {
    self.changes = changes
    self.seed = seed
    self.randoms = randoms
    var settled = [Int?](repeating: nil, count: changes.count)
    var open: [Inode: [Int]] = [:]
    for (index, change) in changes.enumerated() {
      switch change {
      case .sync(let inode):
        for earlier in open.removeValue(forKey: inode) ?? [] { settled[earlier] = index }
      case .syncAll:
        for earlier in open.values.joined() { settled[earlier] = index }
        open = [:]
      default:
        if let home = change.home { open[home, default: []].append(index) }
      }
    }
    self.settled = settled
  }

  /// The changes before a point that were not durable there.
  func open(at point: Int) -> [Int] {
    (0..<point).filter { changes[$0].home != nil && (settled[$0].map { $0 >= point } ?? true) }
  }

  /// The states of a crash after so many changes.
  func states(at point: Int) -> [CrashState] {
    let open = open(at: point)
    func state(keeping kept: (Int) -> Bool, torn: [Int] = []) -> CrashState {
      CrashState(point: point, lost: open.filter { !kept($0) }, torn: torn)
    }
    var states = [state { _ in true }]
    guard !open.isEmpty else { return states }
    states.append(state { _ in false })
    if let last = open.last(where: isWrite) { states.append(state(keeping: { _ in true }, torn: [last])) }
    var dice = Dice(seed: seed &+ UInt64(point))
    let chosen = open.count <= singles ? open : open.shuffled(using: &dice).prefix(singles).sorted()
    if open.count > 1 {
      for one in chosen {
        states.append(state { $0 != one })
        states.append(state { $0 == one })
        // In the order in which they were made.
        states.append(state { $0 <= one })
      }
    }
    for _ in 0..<(open.count > 2 ? randoms : 0) {
      let kept = Set(open.filter { _ in Bool.random(using: &dice) })
      let torn = kept.filter { isWrite($0) && UInt8.random(in: 0..<4, using: &dice) == 0 }.sorted()
      states.append(state(keeping: { kept.contains($0) }, torn: torn))
    }
    return states
  }

  private func isWrite(_ index: Int) -> Bool {
    if case .write = changes[index] { return true }
    return false
  }
}

/// Numbers that look random and are the same for the same seed (SplitMix64).
public struct Dice: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Begins with a seed.
  public init(seed: UInt64) { state = seed }

  /// The next number.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
