internal import Synchronization

/// Which worker seals which bundle next.
///
/// A worker stays with a class as long as it has bundles, so that its box fills up; a second one joins a class
/// only where what is left of it is worth a box of its own. Within a class bundles go out in the order of their
/// subjects, so that every box has them in order.
final class SealQueue: Sendable {
  private struct Line {
    let plan: ClassPlan
    var next = 0
    var left: UInt64
    var workers = 0
  }

  private let lines: Mutex<[Line]>
  /// A class with less than this left is one worker's.
  static let worthSharing: UInt64 = 64 << 20

  init(_ plans: [ClassPlan]) {
    lines = Mutex(plans.filter { !$0.bundles.isEmpty }.map { Line(plan: $0, left: $0.bytes) })
  }

  /// The next bundle for a worker that is at a class, or at none yet; nil where nothing is left for it.
  func next(at current: Int?) -> (classIndex: Int, bundle: BundlePlan)? {
    lines.withLock { lines in
      if let current, let line = lines.firstIndex(where: { $0.plan.classIndex == current }) {
        if let bundle = Self.take(&lines[line]) { return (current, bundle) }
        lines[line].workers -= 1
      }
      let open = lines.indices.filter { lines[$0].next < lines[$0].plan.bundles.count }
      let free = open.filter { lines[$0].workers == 0 }
      let shared = open.filter { lines[$0].workers > 0 && lines[$0].left > Self.worthSharing }
      guard let line = (free.isEmpty ? shared : free).max(by: { lines[$0].left < lines[$1].left }),
        let bundle = Self.take(&lines[line])
      else { return nil }
      lines[line].workers += 1
      return (lines[line].plan.classIndex, bundle)
    }
  }

  private static func take(_ line: inout Line) -> BundlePlan? {
    guard line.next < line.plan.bundles.count else { return nil }
    let bundle = line.plan.bundles[line.next]
    line.next += 1
    line.left -= min(line.left, bundle.bytes)
    return bundle
  }
}
