internal import Synchronization

/// Which worker seals which bundle next. The planner puts in a stretch of the source at a time; workers take bundles,
/// and wait where none is there yet.
///
/// A worker stays with a class as long as it has bundles, so that its box fills up; a second one joins a class
/// only where what is left of it is worth a box of its own. Within a stretch bundles of a class go out in the order of
/// their subjects, so that every box has them in order.
final class SealQueue: Sendable {
  private struct Line {
    let classIndex: Int
    /// What is left, the next one last: what was taken doesn't stay in memory.
    var bundles: [BundlePlan]
    var left: UInt64
    var workers = 0
    var isEmpty: Bool { bundles.isEmpty }

    init(_ plan: ClassPlan) {
      classIndex = plan.classIndex
      bundles = plan.bundles.reversed()
      left = plan.bytes
    }
  }

  private struct Lines {
    var lines: [Line] = []
    var waiting: [CheckedContinuation<Void, Never>] = []
    var isClosed = false
    var wasAbandoned = false
    var hasAsked = false

    var left: UInt64 { lines.reduce(0) { $0 + $1.left } }
  }

  private enum Step {
    case take(Int, BundlePlan)
    case wait
    case end
  }

  private let lines = Mutex(Lines())
  /// A class with less than this left is one worker's.
  private static let worthSharing: UInt64 = 16 << 20
  /// With less than this left, more is asked for: enough to keep everybody busy until it comes.
  private let low: UInt64

  init(workers: Int) { low = UInt64(max(2, workers)) * (32 << 20) }

  /// Puts in the bundles of the next stretch.
  func put(_ plans: [ClassPlan]) {
    wake { lines in
      guard !lines.isClosed else { return }
      lines.lines.removeAll { $0.isEmpty }
      lines.lines += plans.filter { !$0.bundles.isEmpty }.map(Line.init)
      lines.hasAsked = false
    }
  }

  /// Nothing more comes.
  func close() {
    wake { lines in lines.isClosed = true }
  }

  /// Throws away what nobody has taken yet, and closes.
  func abandon() {
    wake { lines in
      lines.wasAbandoned = true
      lines.lines = []
      lines.isClosed = true
    }
  }

  /// Whether bundles may have been thrown away.
  var wasAbandoned: Bool { lines.withLock { $0.wasAbandoned } }

  /// The next bundle for a worker that is at a class, or at none yet; nil where nothing is left for it.
  /// - Parameter ask: called where there is soon nothing left, once for each stretch.
  func next(at current: Int?, ask: () -> Void) async -> (classIndex: Int, bundle: BundlePlan)? {
    var current = current
    while true {
      let (step, isLow) = lines.withLock { lines in
        let step = Self.step(&lines, at: current)
        let isLow = !lines.isClosed && !lines.hasAsked && lines.left < low
        if isLow { lines.hasAsked = true }
        return (step, isLow)
      }
      if isLow { ask() }
      switch step {
      case .take(let index, let bundle): return (index, bundle)
      case .end: return nil
      case .wait:
        // It has left its class; what comes may be of another.
        current = nil
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
          let hasChanged = lines.withLock { lines in
            if lines.isClosed || lines.lines.contains(where: { !$0.isEmpty && $0.workers == 0 }) {
              return true
            }
            lines.waiting.append(continuation)
            return false
          }
          if hasChanged { continuation.resume() }
        }
      }
    }
  }

  private func wake(_ change: (inout Lines) -> Void) {
    let waiting = lines.withLock { lines in
      change(&lines)
      defer { lines.waiting = [] }
      return lines.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  private static func step(_ lines: inout Lines, at current: Int?) -> Step {
    if let current {
      // Where it is at work already, then where a stretch of the same class waits.
      let mine = lines.lines.indices.filter { lines.lines[$0].classIndex == current }
      if let line = mine.first(where: { !lines.lines[$0].isEmpty && lines.lines[$0].workers > 0 }) {
        return step(taking: line, of: &lines)
      }
      if let left = mine.first(where: { lines.lines[$0].isEmpty && lines.lines[$0].workers > 0 }) {
        lines.lines[left].workers -= 1
      }
      if let line = mine.first(where: { !lines.lines[$0].isEmpty && lines.lines[$0].workers == 0 }) {
        lines.lines[line].workers += 1
        return step(taking: line, of: &lines)
      }
    }
    let open = lines.lines.indices.filter { !lines.lines[$0].isEmpty }
    let free = open.filter { lines.lines[$0].workers == 0 }
    let shared = open.filter { lines.lines[$0].workers > 0 && lines.lines[$0].left > worthSharing }
    guard let line = (free.isEmpty ? shared : free).max(by: { lines.lines[$0].left < lines.lines[$1].left })
    else { return lines.isClosed ? .end : .wait }
    lines.lines[line].workers += 1
    return step(taking: line, of: &lines)
  }

  private static func step(taking line: Int, of lines: inout Lines) -> Step {
    guard let bundle = lines.lines[line].bundles.popLast() else { return .wait }
    lines.lines[line].left -= min(lines.lines[line].left, bundle.bytes)
    return .take(lines.lines[line].classIndex, bundle)
  }
}
