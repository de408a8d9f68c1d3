internal import Sealing

/// Chooses the effort of a frame by what it is: the least that comes within 0.6 percent of the greatest. Tried on the
/// beginning of a kind's first frame, and again in ever longer intervals.
///
/// Some records are even smaller at less effort, and what is saved by them may be spent on others: as long as
/// everything together is no larger than the greatest effort would make it, a kind may be 6 percent above that. What
/// doesn't shrink is found out by zstd at 4 GB/s, frame by frame: nothing is stored that would have shrunk.
final class FrameEffort {
  /// A class, and the last eight bytes at most of a path's extension.
  struct Kind: Hashable {
    let classID: Identifier
    let ending: UInt64

    init(classID: Identifier, path: [UInt8]) {
      self.classID = classID
      var ending: UInt64 = 0
      for byte in path.reversed().prefix(9) {
        if byte == UInt8(ascii: ".") {
          self.ending = ending
          return
        }
        if byte == UInt8(ascii: "/") { break }
        let lower = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
        ending = ending << 8 | UInt64(lower)
      }
      self.ending = 0
    }
  }

  /// What came of trying a kind: sizes by effort, where the newest trial counts as much as all before.
  private struct Experience {
    var sizes: [Int]
    /// The least effort that is as good as the greatest.
    var thorough = 0
    /// The least that comes near to it.
    var thrifty = 0
    /// Bytes until it is tried again.
    var left = 0
    /// The same in samples, as it was the last time.
    var interval = 1
  }

  /// How often at least a kind is tried again: when so many times the bytes of the last trial went by.
  private static let interval = 256
  /// A little more than 256 KiB: up to there zstd's levels are others than for whole frames, and mislead.
  private static let sample = 288 << 10
  private static let kinds = 4_096
  /// By how many thousandths a frame may be larger than at the greatest effort.
  private static let asGood = 6
  /// The same where other kinds have saved it.
  private static let near = 60

  /// The same for the quick effort beside level 1.
  private static let quickly = 5

  private let efforts: [Effort]
  /// The least of zstd's own levels among them.
  private let lowest: Int
  private var known: [Kind: Experience] = [:]
  private var trial: [UInt8] = []
  /// By how many bytes all frames so far are smaller than the greatest effort would have made them.
  private var saved = 0

  /// - Parameter bounds: the least and the greatest effort.
  init(bounds: ClosedRange<Effort>) {
    efforts = Effort.allCases.filter(bounds.contains)
    lowest = efforts.firstIndex { $0 > .quick } ?? 0
  }

  /// Compresses the next frame of a kind with the effort that it is worth, and returns that.
  @discardableResult
  func compress(
    _ frame: Span<UInt8>, _ kind: Kind, with compressor: Compressor, into packed: inout [UInt8]
  ) throws(BoxError) -> Effort {
    if known.count >= Self.kinds { known.removeAll(keepingCapacity: true) }
    var experience = known[kind] ?? Experience(sizes: efforts.map { _ in 0 })
    if experience.left <= 0 {
      let sample = frame.extracting(first: Self.sample)
      try learn(sample, &experience, with: compressor)
      experience.left = experience.interval * sample.count
      experience.interval = min(4 * experience.interval, Self.interval)
    }
    experience.left -= frame.count
    known[kind] = experience
    let chosen = saved > 0 ? experience.thrifty : experience.thorough
    try compressor.compress(frame, efforts[chosen], into: &packed)
    let size = min(packed.count, frame.count)
    // As far as the trials tell; the sizes are those of samples, so that nothing overflows.
    let greatest = size * experience.sizes[efforts.count - 1] / max(1, experience.sizes[chosen])
    saved += greatest - size
    return efforts[chosen]
  }

  private func learn(
    _ sample: Span<UInt8>, _ experience: inout Experience, with compressor: Compressor
  ) throws(BoxError) {
    let last = efforts.count - 1
    var sizes = efforts.map { _ in 0 }
    func tryOut(_ number: Int) throws(BoxError) {
      try compressor.compress(sample, efforts[number], into: &trial)
      // What doesn't shrink is stored as it is.
      sizes[number] = min(trial.count, sample.count)
    }
    try tryOut(last)
    if lowest < last { try tryOut(lowest) }
    // What can't be chosen isn't tried: it counts as no better than its neighbour.
    if lowest > 0 {
      sizes[0] = sizes[lowest] * 21 / 20
      if sizes[lowest] <= Self.limit(sizes[last], Self.near) { try tryOut(0) }
    }
    for number in efforts.indices where number > lowest && number < last {
      sizes[number] = sizes[lowest]
      if sizes[lowest] > Self.limit(sizes[last], Self.asGood) { try tryOut(number) }
    }
    for number in efforts.indices { experience.sizes[number] = experience.sizes[number] / 2 + sizes[number] }
    experience.thorough = least(within: Self.asGood, of: experience.sizes)
    experience.thrifty = least(within: Self.near, of: experience.sizes)
  }

  /// The least effort whose size is within so many thousandths of that of the greatest. The quick one is little quicker
  /// than level 1, and stands for it only where it is as good.
  private func least(within share: Int, of sizes: [Int]) -> Int {
    let most = Self.limit(sizes[efforts.count - 1], share)
    let chosen = efforts.indices.first { $0 >= lowest && sizes[$0] <= most } ?? efforts.count - 1
    return chosen == lowest && sizes[0] <= Self.limit(sizes[lowest], Self.quickly) ? 0 : chosen
  }

  private static func limit(_ size: Int, _ share: Int) -> Int { size + size * share / 1_000 }
}
