internal import Rules
internal import Boxes
internal import Sealing

/// A file that is to be sealed, with what the walk saw of it.
struct SourceItem: Sendable {
  /// Which of the given sources it was found in.
  let root: Int
  /// Its path below that source.
  let file: [UInt8]
  /// Where its label's path begins in that: below class and subject.
  let pathStart: Int
  /// What comes before that in the label's path: folders that tell neither class nor subject.
  let kept: [UInt8]
  /// What its label calls it.
  let title: String
  /// The day that its label says it is of.
  let date: CivilDay?
  /// The customer as the source gives it.
  let subjectAsGiven: [UInt8]
  let looks: FileFingerprint
  /// Its mark: the id of the record, where it is a new one.
  var record = Identifier.zero
  /// The newest version of the record, where there is one.
  var known: KnownVersion?

  /// Whether its path tells a title or a day that the newest version's label doesn't have.
  var tellsMore: Bool {
    guard let known else { return false }
    return (!title.isEmpty && title != known.title) || (date != nil && date != known.date)
  }

  /// Bytes.
  var size: UInt64 { looks.size }
  /// Its label's path.
  var path: ArraySlice<UInt8> { kept.isEmpty ? file[pathStart...] : (kept + file[pathStart...])[...] }
}

/// What goes into one bundle: records of one subject and class, at most 64 MiB of them, or one part of a
/// record that is larger.
struct BundlePlan: Sendable {
  enum Contents: Sendable {
    case records([SourceItem])
    case part(PartPlan)
  }

  let customer: SealingSubject
  /// By what the customer's name is recognised (`CustomerName`).
  let mark: Identifier
  let contents: Contents
  /// Bytes to read for it.
  let bytes: UInt64
  /// Whether what is remembered of the customer's other files still holds.
  let keepsMarks: Bool

  var subject: Identifier { customer.subject }
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
enum BundlePlanner {
  /// A part of a large record: with its tags and table it fills a box to just below 63 MiB, a Padmé number, where
  /// 64 MiB would be padded to 66.
  static let partSize: UInt64 = 65_900_000

  /// Bundles for one customer's items of one class.
  /// - Parameter newSet: gives the random id that the parts of one large record share.
  static func plan(
    _ items: [SourceItem], of customer: SealingSubject, mark: Identifier, keepsMarks: Bool,
    newSet: () throws -> Identifier
  ) rethrows -> [BundlePlan] {
    var bundles: [BundlePlan] = []
    var open: [SourceItem] = []
    var openBytes: UInt64 = 0
    func add(_ contents: BundlePlan.Contents, _ bytes: UInt64) {
      bundles.append(
        BundlePlan(customer: customer, mark: mark, contents: contents, bytes: bytes, keepsMarks: keepsMarks))
    }
    func close() {
      guard !open.isEmpty else { return }
      add(.records(open), openBytes)
      (open, openBytes) = ([], 0)
    }
    for item in items {
      if item.size > BoxLimits.content {
        for part in parts(of: item, set: try newSet()) { add(.part(part), part.length) }
        continue
      }
      if openBytes + item.size > BoxLimits.content || open.count == BoxLimits.records { close() }
      open.append(item)
      openBytes += item.size
    }
    close()
    return bundles
  }

  private static func parts(of item: SourceItem, set: Identifier) -> [PartPlan] {
    var parts: [PartPlan] = []
    var offset: UInt64 = 0
    while offset < item.size {
      let length = min(partSize, item.size - offset)
      parts.append(
        PartPlan(
          item: item, set: set, number: UInt32(parts.count), offset: offset, length: length,
          isLast: offset + length == item.size))
      offset += length
    }
    // The last part has the digest of the whole, for which all is read: begun first, it is done when the others are.
    if let last = parts.popLast() { parts.insert(last, at: 0) }
    return parts
  }
}
