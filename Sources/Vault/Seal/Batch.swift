internal import Sealing

/// A file that is to be sealed, with what the walk saw of it.
struct SourceItem: Sendable {
  /// Which of the given sources it was found in.
  let root: Int
  /// Its path below that source.
  let file: [UInt8]
  /// Its label's path, below class and subject.
  let path: [UInt8]
  /// The customer as the source gives it.
  let subjectAsGiven: [UInt8]
  let size: UInt64
  let mtime: Int64
  let ctime: Int64
  let inode: UInt64
  let mode: UInt16
}

/// What goes into one bundle: records of one subject and class, at most 64 MiB of them, or one part of a
/// record that is larger.
struct BundlePlan: Sendable {
  enum Contents: Sendable {
    case records([SourceItem])
    case part(PartPlan)
  }

  let subject: Identifier
  let contents: Contents
  /// Bytes to read for it.
  let bytes: UInt64
}

/// One part of a large record.
struct PartPlan: Sendable {
  let item: SourceItem
  let set: Identifier
  let number: UInt32
  let offset: UInt64
  let length: UInt64
  let isLast: Bool
}

/// The bundles of one class, in the order of their subjects.
struct ClassPlan: Sendable {
  let classIndex: Int
  let bundles: [BundlePlan]
  var bytes: UInt64 { bundles.reduce(0) { $0 + $1.bytes } }
}

/// Cuts what is to be sealed into bundles: a pure function of the walk's result.
enum Batch {
  /// At most so much content a bundle (Format.md, 3.3).
  static let bundleLimit: UInt64 = 64 << 20
  /// A part of a large record: with its tags and table it fills a box to just below 63 MiB, a Padmé number, where
  /// 64 MiB would be padded to 66.
  static let partSize: UInt64 = 65_900_000
  /// At most so many records a bundle (Format.md, 3.2).
  static let recordLimit = 65_536

  /// Bundles for one class's items, which are grouped by subject.
  /// - Parameter newSet: gives the random id that the parts of one large record share.
  static func plan(
    classIndex: Int, items: [Identifier: [SourceItem]], newSet: () throws -> Identifier
  ) rethrows -> ClassPlan {
    var bundles: [BundlePlan] = []
    for (subject, items) in items.sorted(by: { $0.key < $1.key }) {
      var open: [SourceItem] = []
      var openBytes: UInt64 = 0
      func close() {
        guard !open.isEmpty else { return }
        bundles.append(BundlePlan(subject: subject, contents: .records(open), bytes: openBytes))
        (open, openBytes) = ([], 0)
      }
      for item in items {
        if item.size > bundleLimit {
          bundles += parts(of: item, subject: subject, set: try newSet())
          continue
        }
        if openBytes + item.size > bundleLimit || open.count == recordLimit { close() }
        open.append(item)
        openBytes += item.size
      }
      close()
    }
    return ClassPlan(classIndex: classIndex, bundles: bundles)
  }

  private static func parts(of item: SourceItem, subject: Identifier, set: Identifier) -> [BundlePlan] {
    var bundles: [BundlePlan] = []
    var offset: UInt64 = 0
    while offset < item.size {
      let length = min(partSize, item.size - offset)
      let part = PartPlan(
        item: item, set: set, number: UInt32(bundles.count), offset: offset, length: length,
        isLast: offset + length == item.size)
      bundles.append(BundlePlan(subject: subject, contents: .part(part), bytes: length))
      offset += length
    }
    // The last part has the digest of the whole, for which all is read: begun first, it is done when the others are.
    if let last = bundles.popLast() { bundles.insert(last, at: 0) }
    return bundles
  }
}
