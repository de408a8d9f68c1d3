package import Sealing

/// Where the commits of a ledger end, and the root there: what a recovery and a machine's memory are compared with.
package struct CommitEnds: Equatable, Sendable {
  /// The sizes, ascending.
  package private(set) var sizes: [UInt64]
  /// The root at each of them.
  private(set) var roots: [Digest]

  /// As many roots as sizes.
  init(sizes: [UInt64], roots: [Digest]) {
    self.sizes = sizes
    self.roots = roots
  }

  /// Adds the end of another commit.
  mutating func append(_ size: UInt64, root: Digest) {
    sizes.append(size)
    roots.append(root)
  }

  /// The root at a size; nil where no commit ends there.
  package func root(at size: UInt64) -> Digest? {
    let place = place(ofFirst: { $0 >= size })
    return place < sizes.count && sizes[place] == size ? roots[place] : nil
  }

  /// Where the commit with an entry ends; nil where there is none.
  func end(behind entry: UInt64) -> UInt64? {
    let place = place(ofFirst: { $0 > entry })
    return place < sizes.count ? sizes[place] : nil
  }

  /// The place of the first size of which something holds, as it does of all behind it; behind the last if of none.
  private func place(ofFirst holds: (UInt64) -> Bool) -> Int {
    var (low, high) = (0, sizes.count)
    while low < high {
      let middle = low + (high - low) / 2
      if holds(sizes[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
