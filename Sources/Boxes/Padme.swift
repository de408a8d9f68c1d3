/// Padmé numbers (Format.md, conventions): sizes that tell little of what they pad and cost at most 12 percent.
package enum Padme {
  /// The least Padmé number that isn't below `size`; nil where it doesn't fit 64 bits.
  package static func padded(_ size: UInt64) -> UInt64? {
    let mask = step(size) - 1
    let (sum, overflow) = size.addingReportingOverflow(mask)
    return overflow ? nil : sum & ~mask
  }

  /// How far apart Padmé numbers are at this size.
  static func step(_ size: UInt64) -> UInt64 {
    guard size >= 2 else { return 1 }
    let exponent = UInt64.bitWidth - 1 - size.leadingZeroBitCount
    let significant = Int.bitWidth - exponent.leadingZeroBitCount
    return exponent > significant ? UInt64(1) << (exponent - significant) : 1
  }

  /// True for what `padded` leaves as it is.
  package static func isPadded(_ size: UInt64) -> Bool { padded(size) == size }
}
