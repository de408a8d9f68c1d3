internal import Sealing

/// Chooses the compression level of a frame by what it is: level 1 where it comes within a percent of level 3 at
/// twice the speed, else 3. Tried on the beginning of every 16th frame of a kind.
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

  private struct Experience {
    var frames = 0
    var level: Int32 = 3
  }

  private static let interval = 16
  /// A little more than 256 KiB: up to there zstd's levels are others than for whole frames, and mislead.
  private static let sample = 288 << 10
  private static let kinds = 4_096
  private var known: [Kind: Experience] = [:]
  private var trial: [UInt8] = []

  /// The level for the next frame of this kind.
  func level(_ kind: Kind, _ frame: Span<UInt8>, with compressor: Compressor) throws(BoxError) -> Int32 {
    if known.count >= Self.kinds { known.removeAll(keepingCapacity: true) }
    var experience = known[kind] ?? Experience()
    if experience.frames % Self.interval == 0 {
      experience.level = try betterLevel(frame.extracting(first: Self.sample), with: compressor)
    }
    experience.frames += 1
    known[kind] = experience
    return experience.level
  }

  private func betterLevel(_ sample: Span<UInt8>, with compressor: Compressor) throws(BoxError) -> Int32 {
    try compressor.compress(sample, level: 1, into: &trial)
    let fast = trial.count
    try compressor.compress(sample, level: 3, into: &trial)
    return fast <= trial.count + trial.count / 100 ? 1 : 3
  }
}
