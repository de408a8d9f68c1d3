public import Rules
internal import Sealing

/// What sealing would do, without doing it.
public struct SealPreview: Sendable {
  /// What would be sealed of a customer in one class.
  public struct Customer: Sendable {
    /// The customer as the source gives it, in one of its ways.
    public let subject: [UInt8]
    /// Records that aren't sealed yet.
    public fileprivate(set) var new: UInt64 = 0
    /// Records whose files don't look as they were sealed: they would be read and compared.
    public fileprivate(set) var compared: UInt64 = 0
    /// Records that are as they were sealed.
    public fileprivate(set) var unchanged: UInt64 = 0
    /// Bytes of new and compared records.
    public fileprivate(set) var bytes: UInt64 = 0
  }

  /// A file, and what it would be sealed as.
  public struct Example: Sendable {
    /// Its path in the source.
    public let file: [UInt8]
    /// The customer as the source gives it.
    public let subject: [UInt8]
    /// The record's path.
    public let path: [UInt8]
    /// What it would be called; "" where the layout doesn't tell.
    public let title: String
    /// The day that it would be of; nil where the layout doesn't tell.
    public let date: CivilDay?
    /// The name of the source.
    public let source: String
  }

  /// What would be sealed of a class.
  public struct ClassRow: Sendable {
    /// Its name.
    public let name: String
    /// By what they are called.
    public fileprivate(set) var customers: [Customer] = []
    /// The first few files.
    public fileprivate(set) var examples: [Example] = []
  }

  /// By class, those without records left out.
  public fileprivate(set) var classes: [ClassRow] = []
  /// Customers that would be new.
  public fileprivate(set) var newSubjects: UInt64 = 0
  /// Folders with nothing in them.
  public fileprivate(set) var emptyFolders: UInt64 = 0
  /// Files and folders that are excluded.
  public fileprivate(set) var excluded: UInt64 = 0
  /// Patterns that excluded nothing.
  public fileprivate(set) var idlePatterns: [String] = []
  /// What would not be sealed, as far as names and sizes tell.
  public fileprivate(set) var leftOut: [LeftOut] = []
  /// Customers of whom nothing would be sealed.
  public fileprivate(set) var refused: [RefusedCustomer] = []
  /// What of the vault can't be read: records that lie there count as new.
  public fileprivate(set) var damaged: [Finding] = []

  private static let examples = 3
}

extension OpenPlace {
  /// Looks what sealing would do: names and sizes are read, nothing is written.
  /// - Throws: `VaultError` `.notGranted`, `.input`.
  public func previewSeal(
    _ sources: SealSources, rereads: Bool = false, report: (RecordProgress) -> Void = { _ in }
  ) async throws -> SealPreview {
    try requireSealer()
    let before = try await KnownRecordsCatalog(self, rereads: rereads)
    let opened = try OpenSources(sources, for: self, at: machine.now())
    let planner = opened.planner(of: self, as: nil, before: before)
    var rows: [Int: [Identifier: SealPreview.Customer]] = [:]
    var examples: [Int: [SealPreview.Example]] = [:]
    var seen: UInt64 = 0
    while !planner.isDone {
      for (index, customers) in try await planner.nextCustomers() {
        let inOrder = customers.sorted {
          ($0.value.items.first?.file ?? []).lexicographicallyPrecedes($1.value.items.first?.file ?? [])
        }
        for (id, plan) in inOrder {
          guard let first = plan.items.first else { continue }
          seen += UInt64(plan.items.count)
          examples[index, default: []] += SealPreview.examples(
            of: plan, opened, beside: examples[index]?.count ?? 0)
          let recognised = try await before.recognise(plan.items, of: plan.customer)
          rows[index, default: [:]][id, default: SealPreview.Customer(subject: first.subjectAsGiven)].add(
            recognised)
        }
      }
      report(RecordProgress(stage: "looking for files", bytes: 0, total: 0, records: seen))
    }
    var preview = SealPreview()
    for (index, keys) in opened.classes.enumerated() {
      guard let customers = rows[index] else { continue }
      preview.classes.append(
        SealPreview.ClassRow(
          name: keys.name,
          customers: customers.values.sorted { $0.subject.lexicographicallyPrecedes($1.subject) },
          examples: (examples[index] ?? []).sorted { $0.file.lexicographicallyPrecedes($1.file) }))
    }
    preview.newSubjects = planner.newSubjects
    preview.emptyFolders = planner.emptyFolders
    preview.excluded = planner.excluded.items
    preview.idlePatterns = sources.exclusions.idle(in: planner.excluded)
    preview.leftOut = planner.leftOut.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    preview.refused = RefusedCustomer.sum(planner.refused)
    preview.damaged = before.findings + preview.refused.map(\.finding)
    return preview
  }
}

extension SealPreview {
  fileprivate static func examples(of plan: CustomerPlan, _ opened: OpenSources, beside count: Int)
    -> [Example]
  {
    plan.items.prefix(max(0, examples - count)).map { item in
      Example(
        file: item.file, subject: item.subjectAsGiven, path: Array(item.path), title: item.title,
        date: item.date,
        source: opened.sources[item.root].name)
    }
  }
}

extension SealPreview.Customer {
  /// All of them together.
  public static func sum(_ customers: [SealPreview.Customer]) -> SealPreview.Customer {
    customers.reduce(into: SealPreview.Customer(subject: [])) { sum, one in
      sum.new += one.new
      sum.compared += one.compared
      sum.unchanged += one.unchanged
      sum.bytes += one.bytes
    }
  }

  fileprivate mutating func add(_ recognised: Recognised) {
    unchanged += recognised.unchanged
    for item in recognised.items {
      if item.known == nil { new += 1 } else { compared += 1 }
      bytes += item.size
    }
  }
}
