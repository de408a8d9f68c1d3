/// How much an identity enters: what lets one be found that enters in a loop.
public struct Activity: Hashable, Sendable {
  /// Entries, those without effect included.
  public internal(set) var entries: UInt64 = 0
  /// The newest day of which it entered anything, in days since 1970 as its entries state the time.
  public internal(set) var day: UInt64 = 0
  /// How many entries since the first of that day.
  public internal(set) var onThatDay: UInt64 = 0

  mutating func note(_ count: Int, time: UInt64) {
    entries += UInt64(count)
    // What is dated before the newest day counts onto it: whoever once states a day far ahead isn't counted less.
    if time / 86_400 > day { (day, onThatDay) = (time / 86_400, 0) }
    onThatDay += UInt64(count)
  }
}

extension Activity: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    entries = try rows.number()
    day = try rows.number()
    onThatDay = try rows.number()
  }

  func write(to rows: inout FoldWriter) {
    rows.number(entries)
    rows.number(day)
    rows.number(onThatDay)
  }
}
