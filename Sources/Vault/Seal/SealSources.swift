internal import Keyring
internal import Rules
internal import Sealing
internal import Storage

/// What is to be sealed, and how its paths are read.
public struct SealSources: Sendable {
  /// Folders or files.
  public var paths: [String]
  /// How paths tell class and customer.
  public var layout: SourceLayout
  /// The name of the source; nil for each folder's own name.
  public var name: String?
  /// What of them isn't to be sealed.
  public var exclusions: Exclusions

  /// Sources; nothing is excluded unless it is said.
  public init(
    _ paths: [String], layout: SourceLayout, name: String? = nil,
    excluding exclusions: Exclusions = Exclusions()
  ) {
    self.paths = paths
    self.layout = layout
    self.name = name
    self.exclusions = exclusions
  }
}

/// Sources that were opened, and the classes of a vault that they may be sealed into.
struct OpenSources {
  let sources: [(folder: SourceFolder, name: String)]
  let classes: [ClassKeys]
  let generation: UInt64
  private let walk: SourceWalk

  /// - Parameter now: when it is sealed.
  /// - Throws: `VaultError` `.input` for a source that can't be opened, or a class that there isn't.
  init(_ wanted: SealSources, for vault: OpenPlace, at now: UInt64) throws {
    let keys = try vault.unlocked()
    let open = keys.classes
    if let fixed = wanted.layout.fixedClass, !open.contains(where: { Array($0.name.utf8) == fixed }) {
      throw VaultError(
        .input, "there is no class '\(String(decoding: fixed, as: UTF8.self))' that you may seal",
        safe: "nothing was sealed", hint: "there are: \(open.map(\.name).joined(separator: ", "))")
    }
    for path in wanted.paths { try vault.refuseOverlap(.folder(path), for: "sealed") }
    sources = try NamedSources(wanted.paths, named: wanted.name, excluding: wanted.exclusions).opened
    let policy = vault.state.policy
    classes = try open.compactMap { try Self.keys(of: $0, under: policy, at: now) }
    generation = keys.number
    let ruled = Set(classes.map(\.name))
    walk = SourceWalk(
      sources, layout: wanted.layout, excluding: wanted.exclusions, classes: classes.map(\.name),
      unruled: open.map(\.name).filter { !ruled.contains($0) })
  }

  /// - Parameter identity: who commits the keys of new customers; nil where nothing is to be written.
  func planner(of vault: OpenPlace, as identity: Identity?, before: any KnownRecords) -> SealPlanner {
    SealPlanner(
      vault, as: identity, before: before, sources: sources, walk: walk, classes: classes,
      generation: generation)
  }

  /// Nil for a class that the policy doesn't name: nobody knows how long its records are to be kept.
  private static func keys(of section: Section, under policy: Policy, at now: UInt64) throws -> ClassKeys? {
    guard let years = policy.rule(for: section.id)?.years else { return nil }
    guard let epochKey = section.sealing.key else {
      throw VaultError(.failed, "a class has no key to seal with")
    }
    return ClassKeys(
      id: section.id, name: section.name, epoch: section.sealing.number, epochKey: epochKey,
      indexKey: try KeySchedule.indexKey(epoch: epochKey),
      year: UInt16(clamping: min(9999, CivilTime.year(of: now) + years)))
  }
}
