/// One kind of damage that a plan does, and to what.
public struct PlannedFault: Hashable, Sendable {
  /// The kinds of damage.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A bit of an object flips.
    case flip
    /// An object ends too early.
    case truncate
    /// An object is gone.
    case lose
    /// An object's bytes are others of the same length, as after encryption by somebody else.
    case overwrite
    /// Two objects change places.
    case swap
    /// The ledger ends at an earlier snapshot, and what came later is gone.
    case cut
    /// Another vault lies at the place.
    case replace
    /// Every read takes longer.
    case slow
    /// Some reads fail the first time.
    case fail
    /// The disk that is restored to is full after so many bytes, once.
    case fill
    /// The recovery is killed after so many objects, once, and begun again.
    case kill

    /// Whether something of it must be found by whoever looks.
    var leavesTraces: Bool {
      switch self {
      case .flip, .truncate, .lose, .overwrite, .swap, .cut, .replace: true
      case .slow, .fail, .fill, .kill: false
      }
    }

    /// Whether it is about objects that are chosen.
    var choosesObjects: Bool {
      switch self {
      case .flip, .truncate, .lose, .overwrite, .swap: true
      case .cut, .replace, .slow, .fail, .fill, .kill: false
      }
    }
  }

  /// Where damage is done: to an overlay, never to what lies there.
  public enum Side: String, Hashable, Sendable, CaseIterable {
    case destination, vault
  }

  /// What kind of objects.
  public enum Objects: String, Hashable, Sendable, CaseIterable {
    case boxes, keyring, ledger, marker
  }

  /// How many of them.
  public enum Amount: Hashable, Sendable {
    case count(UInt64)
    /// In thousandths, at least one.
    case share(UInt64)
  }

  /// What is done.
  public let kind: Kind
  /// To which place.
  public let at: Side
  /// To which objects.
  public let of: Objects
  /// To how many; nil: all.
  public let amount: Amount?
  /// Only to what was sealed in the last so many seconds, wherever it was moved to since; to generations and commits of that
  /// time.
  public let since: UInt64?
  /// Whether both copies of what is kept twice are hit.
  public let bothCopies: Bool
  /// By how many snapshots the ledger is cut.
  public let snapshots: UInt64
  /// Milliseconds that a read is slowed by.
  public let milliseconds: UInt64
  /// After how many objects, or MiB, it happens; of `fail`: each how-manieth read.
  public let after: UInt64

  init?(_ node: PlanNode) {
    guard let kind: Kind = node.required("fault").flatMap({ $0.choice() }) else { return nil }
    let known =
      switch kind {
      case .flip, .truncate, .lose, .overwrite, .swap: ["at", "of", "count", "share", "since", "copies"]
      case .cut: ["snapshots"]
      case .slow: ["at", "milliseconds"]
      case .fail: ["at", "after"]
      case .fill, .kill: ["after"]
      case .replace: [String]()
      }
    node.allows(["fault"] + known, of: "a fault '\(kind.rawValue)'")
    self.kind = kind
    at = node["at"]?.choice() ?? .destination
    of = node["of"]?.choice() ?? .boxes
    let count = node["count"]?.integer((kind == .swap ? 2 : 1)...1_000_000)
    let share = node["share"]?.thousandths()
    if count != nil, share != nil { node.wrong("either 'count' or 'share'") }
    amount = count.map(Amount.count) ?? share.map(Amount.share)
    since = node["since"]?.duration()
    bothCopies = node["copies"].map { $0.text(limit: 10) == "both" } ?? false
    if let copies = node["copies"]?.text(limit: 10), !["both", "first"].contains(copies) {
      node["copies"]?.wrong("'copies' is to be first or both")
    }
    snapshots = node["snapshots"]?.integer(1...1000) ?? 1
    milliseconds = node["milliseconds"]?.integer(1...10_000) ?? 20
    after = node["after"]?.integer(1...1_000_000) ?? 10
  }
}
