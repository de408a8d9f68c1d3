extension UInt64 {
  /// The sum, or the greatest number there is: of sizes that a store says, which may be anything.
  package func adding(_ other: UInt64) -> UInt64 {
    let (sum, overflows) = addingReportingOverflow(other)
    return overflows ? .max : sum
  }
}
