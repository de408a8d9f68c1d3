internal import Rules
internal import Sealing
internal import Vault

/// What a `verified` entry says of what was looked at.
struct Covered {
  let boxes: [KnownBox]
  let damaged: Set<Digest>
  let missing: Set<Digest>
  let generations: [UInt64]
  let strays: Int

  /// An entry is at most 32 KiB, so it names so many objects and ranges at most; what isn't named isn't covered either.
  static let limit = 150

  /// The members of the entry.
  func entry(_ level: VerifyLevel, place: Identifier, size: UInt64) -> Verification {
    Verification(
      boxes: ranges, damaged: Array(damaged.sorted().prefix(Self.limit)),
      generations: Array(generations.sorted().prefix(100)),
      level: level, missing: Array(missing.sorted().prefix(Self.limit)), place: place, size: size,
      strays: UInt64(strays))
  }

  private var ranges: [ClosedRange<UInt64>] {
    var ranges: [ClosedRange<UInt64>] = []
    for ordinal in boxes.map({ UInt64($0.ordinal) }).sorted() {
      if let last = ranges.last, last.upperBound + 1 == ordinal {
        ranges[ranges.count - 1] = last.lowerBound...ordinal
      } else {
        ranges.append(ordinal...ordinal)
      }
    }
    return Array(ranges.prefix(Self.limit))
  }
}

extension Inventory {
  /// The members of a `verified` entry about this inventory.
  func entry(_ level: VerifyLevel, of place: OpenPlace) -> Verification {
    Covered(boxes: boxes, damaged: damaged, missing: missing, generations: generations, strays: strays.count)
      .entry(level, place: place.place.marker.place, size: place.state.size)
  }
}
