/// Where a writer closes a box, so that little of it is filler.
///
/// A box is padded to a Padmé number; between 32 and 64 MiB these are 1 MiB apart. From 48 MiB on a box is closed where
/// it ends just below one: choosy at first, as there are more places to come, and less and less so; at 64 MiB it is
/// closed in any case. With bundles of 0.7 MB, filler comes to 0.16 percent and boxes to 53 MiB on average.
package enum BoxClosing {
  /// From here on a good place is taken: 48 MiB.
  package static let least: UInt64 = 48 << 20

  /// Whether a box whose tables end at `end` is to be closed here.
  package static func isDue(_ end: UInt64) -> Bool {
    guard end >= least else { return false }
    guard end < BoxLimits.closing, let padded = Padme.padded(end) else { return true }
    return padded - end <= bearable(end)
  }

  /// A box below this size is small: 32 MiB. Where many have gathered, their bundles are moved into larger ones.
  package static let small: UInt64 = 32 << 20

  /// Whether bundles that take `next` bytes still go into a box whose tables end at `end`: not where that makes it
  /// larger than a box should be, unless it is small without them.
  package static func takes(_ next: UInt64, behind end: UInt64) -> Bool {
    end < small || next <= BoxLimits.closing && end <= BoxLimits.closing - next
  }

  /// The most filler that is borne at this size. Of n places that come with any filler alike, the best rule takes one
  /// with less than 2 / (n + 3) of a step; a place for each step is assumed.
  static func bearable(_ end: UInt64) -> UInt64 {
    let step = Padme.step(end)
    // No overflow: the step is 1 MiB.
    return 2 * step * step / (BoxLimits.closing - end + 3 * step)
  }
}
