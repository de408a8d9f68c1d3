internal import Storage

/// The numbers of the commits that a listing of `ledger/` shows, by copy, ascending.
package struct LedgerNames: Sendable {
  private let first: [UInt64]
  private let second: [UInt64]
  /// Of commits before this one nothing is known.
  private let start: UInt64

  init(first: [ObjectName], second: [ObjectName], from start: UInt64) {
    self.start = start
    self.first = first.compactMap(Layout.commitNumber).sorted()
    self.second = second.compactMap(Layout.commitNumber).sorted()
  }

  /// The first commit above a number, in either copy.
  func first(above number: UInt64) -> UInt64? {
    [first, second].compactMap { numbers in numbers.first(where: { $0 > number }) }.min()
  }

  /// The last commit that begins at a number or below it, in either copy.
  func last(upTo number: UInt64) -> UInt64? {
    [first, second].compactMap { numbers in numbers.last(where: { $0 <= number }) }.max()
  }

  /// Whether both copies of the commits with these numbers, ascending, are there, as far as was looked.
  func holdsTwice(_ numbers: some Sequence<UInt64>) -> Bool {
    var (one, two) = (0, 0)
    for number in numbers where number >= start {
      while one < first.count, first[one] < number { one += 1 }
      while two < second.count, second[two] < number { two += 1 }
      guard one < first.count, first[one] == number, two < second.count, second[two] == number else {
        return false
      }
    }
    return true
  }
}
