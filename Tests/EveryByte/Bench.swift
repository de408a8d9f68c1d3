import Rules
import Backup
import Keyring
import Sealing
import Vault

/// What came of looking at a place after something happened to it.
struct Look {
  /// Who looked, and how.
  let check: Check
  /// Why it was refused; nil where it wasn't.
  var refusal: (any Error)?
  /// Everything that was named as out of order.
  var findings: [Finding] = []
  var remarks: [Notice] = []
  /// What a copy turned out to lack though whoever made it said that all came back.
  var unsaid: [Finding] = []
  /// What was brought back; nil where nothing was to be.
  var plain: [String: Fact]?
  /// What stands under the changed names afterwards, and below `aside/`; for who mends.
  var after: [String: [UInt8]] = [:]
  var asides: [[UInt8]] = []

  /// The looks that are taken.
  enum Check: String, CaseIterable {
    /// Verify at level hash, without a key, on a machine that only knows the vault's id.
    case hash
    /// Verify at level open by the custodian, on a machine that remembers the place.
    case open
    /// Export by the custodian on that machine.
    case export
    /// The same on a machine that only knows the vault's id.
    case exportAnew
    /// Restore to a new place, and export from there.
    case restore
    /// Opened to write, and exported: what mends.
    case mend
  }

  var isClean: Bool { refusal == nil && findings.isEmpty }
  /// All that a user was told of it.
  var text: String {
    ([refusal.map { "\($0)" }].compactMap(\.self) + findings.map(\.description)).joined(separator: "; ")
  }
}

/// One worker's own copy of a world, to which things happen.
package final class Bench {
  let world: World
  private let folder: String
  private let remembered: [String: [UInt8]]
  private var spent: [Look.Check: (count: Int, time: Duration)] = [:]
  /// Files of superseded generations, by their first copies' names.
  let spare: Set<String>

  /// Copies the world into a folder, and lets a machine remember its places.
  package init(_ world: World, in folder: String) async throws {
    self.world = world
    self.folder = folder
    PlainFiles.remove(folder)
    for (place, tree) in world.trees {
      for (name, bytes) in tree {
        try PlainFiles.write(bytes, to: "\(folder)/\(place.rawValue)/\(name)")
      }
    }
    try PlainFiles.write(Array("what lies outside".utf8), to: folder + "/outside")
    for place in World.PlaceName.allCases {
      let opened = try await Self.open(
        "\(folder)/\(place.rawValue)", memory: folder + "/memory", expecting: world.vaultID)
      try await opened.unlock(with: .identity(world.identity))
      _ = try await Exporter(from: opened, workers: 1).run(to: "\(folder)/first") { _ in }
      PlainFiles.remove("\(folder)/first")
    }
    remembered = try PlainFiles.tree(folder + "/memory")
    spare = try await Self.spare(world, in: folder)
  }

  /// The files of superseded generations: a place may be without them.
  private static func spare(_ world: World, in folder: String) async throws -> Set<String> {
    let opened = try await open(folder + "/vault", memory: folder + "/memory", expecting: nil)
    let (state, files) = (opened.state, KeyringFiles(opened.place.store))
    guard let present = state.generation else { throw WorldError("the world has no keyring") }
    var needed = Set(state.pendingPages.map(\.page.hash)).union([present.file])
    needed.formUnion(try await files.generation(present, vault: state.vault).pages.map(\.digest))
    let kept = Set(needed.map { Layout.keyringFile($0).text })
    let names = world.trees.values.flatMap(\.keys).map {
      $0.hasPrefix("second/") ? String($0.dropFirst(7)) : $0
    }
    return Set(names.filter { $0.hasPrefix("keyring/") && !kept.contains($0) })
  }

  deinit { PlainFiles.remove(folder) }

  func path(_ place: World.PlaceName, _ name: String) -> String { "\(folder)/\(place.rawValue)/\(name)" }

  /// Lets it happen, looks, and undoes it.
  func looks(_ change: KeyringEdit, _ items: [String: Item], _ checks: [Look.Check]) async throws -> [Look] {
    let tree = world.trees[change.place] ?? [:]
    // A link leads to what stood there: whoever follows it finds nothing wrong.
    if items.values.contains(.link), let name = items.keys.first, let bytes = tree[name] {
      try PlainFiles.write(bytes, to: folder + "/outside")
    }
    for (name, item) in items {
      try PlainFiles.put(item, at: path(change.place, name), linkingTo: folder + "/outside")
    }
    var looks: [Look] = []
    for check in checks {
      let begun = ContinuousClock.now
      try remember(check == .open || check == .export)
      var look = Look(check: check)
      do {
        try await run(check, change.place, &look)
      } catch {
        look.refusal = error
      }
      if check == .mend {
        for name in items.keys { look.after[name] = try? PlainFiles.read(path(change.place, name)) }
        look.asides = try PlainFiles.tree("\(folder)/\(change.place.rawValue)/aside").map(\.value)
        try revert(change.place)
      }
      looks.append(look)
      spent[check, default: (0, .zero)].count += 1
      spent[check, default: (0, .zero)].time += ContinuousClock.now - begun
    }
    try undo(change.place, items, tree)
    return looks
  }

  /// How often each look was taken, and how long one took.
  package var effort: String {
    Look.Check.allCases.compactMap { check in
      spent[check].map { "\(check.rawValue) \($0.count) times in \($0.time / $0.count)" }
    }.joined(separator: ", ")
  }

  /// Puts a place back as it was.
  private func undo(_ place: World.PlaceName, _ items: [String: Item], _ tree: [String: [UInt8]]) throws {
    for name in items.keys {
      try PlainFiles.put(
        tree[name].map(Item.bytes) ?? .absent, at: path(place, name), linkingTo: folder + "/outside")
    }
  }

  /// Puts all of a place back, whatever a writer did there.
  private func revert(_ place: World.PlaceName) throws {
    let (tree, location) = (world.trees[place] ?? [:], "\(folder)/\(place.rawValue)")
    let there = try PlainFiles.tree(location)
    for name in there.keys where tree[name] == nil { PlainFiles.remove(location + "/" + name) }
    for (name, bytes) in tree where there[name] != bytes {
      try PlainFiles.put(.bytes(bytes), at: location + "/" + name, linkingTo: folder + "/outside")
    }
  }

  /// Whether a place is as it was, but for what happened to it: whoever reads writes nothing.
  func isUntouched(_ place: World.PlaceName) throws -> Bool {
    try PlainFiles.tree("\(folder)/\(place.rawValue)") == world.trees[place]
  }

  private func remember(_ remembers: Bool) throws {
    PlainFiles.remove(folder + "/memory")
    PlainFiles.remove(folder + "/restored")
    PlainFiles.remove(folder + "/plain")
    guard remembers else { return }
    for (name, bytes) in remembered { try PlainFiles.write(bytes, to: "\(folder)/memory/\(name)") }
  }

  private static func open(
    _ location: String, memory: String, expecting: Identifier?, toWrite: Bool = false, afresh: Bool = false
  ) async throws -> OpenPlace {
    try await OpenPlace.open(
      .folder(location), in: World.machine(memory), expecting: expecting, toWrite: toWrite, afresh: afresh)
  }

  private func run(_ check: Look.Check, _ place: World.PlaceName, _ look: inout Look) async throws {
    let remembers = check == .open || check == .export
    let opened = try await Self.open(
      "\(folder)/\(place.rawValue)", memory: folder + "/memory",
      expecting: remembers ? nil : world.vaultID,
      toWrite: check == .mend, afresh: check == .hash || check == .open)
    defer { look.remarks += opened.remarks }
    switch check {
    case .hash: try await verify(opened, .hash, &look)
    case .open:
      try await opened.unlock(with: .identity(world.identity))
      try await verify(opened, .open, &look)
    case .export, .exportAnew, .mend:
      try await export(opened, &look)
      // Looking up who is who reads the directory too.
      let keys = try opened.unlocked()
      for number in 1001...1004 { _ = try await keys.subject(.number, Array("\(number)".utf8)) }
    case .restore:
      let outcome = try await Restorer(from: opened, to: .folder(folder + "/restored")).run { _ in }
      look.findings += outcome.findings
      look.findings += outcome.missing.map { .missing(box: Layout.box($0)) }
      let copy = try await Self.open(
        folder + "/restored", memory: folder + "/memory", expecting: world.vaultID)
      if outcome.findings.isEmpty {
        look.unsaid = try await Verifier(of: copy, level: .hash).run { _ in }.findings
      }
      try await export(copy, &look)
    }
  }

  private func verify(_ opened: OpenPlace, _ level: VerifyLevel, _ look: inout Look) async throws {
    look.findings += try await Verifier(of: opened, level: level).run { _ in }.findings
  }

  private func export(_ opened: OpenPlace, _ look: inout Look) async throws {
    try await opened.unlock(with: .identity(world.identity))
    defer { look.plain = (try? PlainFiles.facts(folder + "/plain")) ?? [:] }
    let summary = try await Exporter(from: opened, workers: 1).run(to: folder + "/plain") { _ in }
    look.findings += summary.findings
  }
}
