extension Range<Int> {
  /// The first index for which `holds`, by binary search; the end of the range where there is none. It must hold for
  /// every index behind one for which it holds.
  @inlinable
  package func partitioningIndex(where holds: (Int) -> Bool) -> Int {
    var low = lowerBound
    var high = upperBound
    while low < high {
      let middle = low + (high - low) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
