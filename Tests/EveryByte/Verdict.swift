import Sealing
import Vault

/// What is wrong with how Strongroom took a change: nothing, where it gave back identical data or named the object.
struct Verdict {
  private let world: World
  private let bench: Bench
  private let change: KeyringEdit
  private let items: [String: Item]
  private(set) var wrongs: [String] = []

  init(_ change: KeyringEdit, _ items: [String: Item], _ looks: [Look], on bench: Bench) {
    self.change = change
    self.items = items
    self.bench = bench
    world = bench.world
    for look in looks { judge(look) }
  }

  private mutating func judge(_ look: Look) {
    if let plain = look.plain { judge(plain, look) }
    if !change.parts.isEmpty {
      judgeVolley(look)
    } else if !look.isClean, !isNamed(look) {
      wrong(look, "it doesn't name what was changed: \(look.text)")
    }
    if let unsaid = look.unsaid.first { wrong(look, "it came back and isn't as it was sealed: \(unsaid)") }
    switch look.check {
    case .hash, .open:
      if look.isClean, mustBeFound(by: look) { wrong(look, "nothing was found") }
    case .export, .exportAnew, .restore: break
    case .mend: judgeMending(look)
    }
  }

  /// Every one of them is named, and nothing is refused: for each there is a whole copy.
  private mutating func judgeVolley(_ look: Look) {
    if let refusal = look.refusal { wrong(look, "it was refused: \(refusal)") }
    guard look.check == .hash || look.check == .open else {
      return look.findings.isEmpty ? () : wrong(look, "the other copies were not served: \(look.text)")
    }
    for name in items.keys.sorted() where !look.findings.contains(where: { $0.object == name }) {
      wrong(look, "\(name) wasn't found")
    }
  }

  private mutating func wrong(_ look: Look, _ what: String) {
    wrongs.append("\(look.check.rawValue): \(what)")
  }

  /// No data but what was sealed, and all of it unless something was named.
  private mutating func judge(_ plain: [String: Fact], _ look: Look) {
    let earlier = earlier(look)
    for (path, fact) in plain
    where !names(path, look).contains(where: { name in
      world.plain[name] == fact || earlier[name]?.contains(fact) == true
    }) {
      wrong(look, "\(path) was brought back with other content than was sealed")
    }
    guard look.isClean, look.remarks.isEmpty || !isRollback else { return }
    for path in world.plain.keys where plain[path] == nil && !isRollback {
      wrong(look, "\(path) was not brought back, and nothing says why")
    }
  }

  /// The names that a record may have that was brought back by one: by an id where a damaged directory can't confirm whose
  /// it is.
  private func names(_ path: String, _ look: Look) -> [String] {
    let parts = path.split(separator: "/", maxSplits: 2).map(String.init)
    guard !look.isClean, parts.count == 3, parts[1].hasPrefix("%id-") else { return [path] }
    return world.plain.keys.filter { $0.hasPrefix(parts[0] + "/") && $0.hasSuffix("/" + parts[2]) }
  }

  /// Older versions that may be brought back.
  private func earlier(_ look: Look) -> [String: Set<Fact>] {
    // Where a box or a commit can't be read, nothing tells of whose records it held newer versions.
    let mayBeOlder = isRollback && (look.check != .export || isToldBehind(look))
    guard mayBeOlder || look.findings.contains(where: \.mayHideNewer) else { return [:] }
    return world.moments.reduce(into: [:]) { earlier, moment in
      earlier.merge(moment.plain.mapValues { [$0] }) { $0.union($1) }
    }
  }

  private func isToldBehind(_ look: Look) -> Bool {
    look.remarks.contains { if case .behind = $0 { true } else { false } }
  }

  /// The ledger ends earlier, in both copies: all that is there is consistent with itself.
  private var isRollback: Bool {
    switch change.act {
    case .back(_, let part): part == .whole || part == .ledger
    case .gone(let name): name.hasPrefix("ledger/") && name == lastCommit
    default: false
    }
  }

  private var lastCommit: String? {
    (world.trees[change.place] ?? [:]).keys.filter { $0.hasPrefix("ledger/") }.max()
  }

  private func isNamed(_ look: Look) -> Bool {
    if isRollback, (look.refusal as? VaultError)?.code == .rollback { return true }
    return items.keys.contains { name in
      if look.text.contains(name) { return true }
      // By its name in the ledger or by its digest.
      if let last = name.split(separator: "/").last, last.count >= 20, look.text.contains(last) {
        return true
      }
      return false
    }
  }

  /// Whether a verification has to find it. What it can't find, or need not, is this and no more.
  private func mustBeFound(by look: Look) -> Bool {
    if isRollback {
      // A newcomer can't know how far the ledger once went. A machine that does tells a rollback of the vault, and
      // remarks on a copy that is behind.
      return look.check == .open && !isToldBehind(look)
    }
    switch change.act {
    case .back: return !items.keys.allSatisfy { isSpare($0) || isStray($0) }
    case .item(let name, .absent), .item(let name, .folder), .item(let name, .link), .item(let name, .pipe),
      .gone(let name):
      // Superseded generations may be erased.
      return !isSpare(name)
    case .byte("STRONGROOM", _, _) where look.check == .hash:
      // The marker says which place of the vault it is; who never saw the place can't know better.
      guard case .bytes(let bytes)? = items["STRONGROOM"], let marker = try? Marker(bytes: bytes) else {
        return true
      }
      return marker.vault != world.vaultID
    default: return true
    }
  }

  private func isSpare(_ name: String) -> Bool {
    bench.spare.contains(name.hasPrefix("second/") ? String(name.dropFirst("second/".count)) : name)
  }

  /// Something that the place as it is doesn't have.
  private func isStray(_ name: String) -> Bool { world.trees[change.place]?[name] == nil }

  /// A first copy that isn't as it was is there again once somebody has opened the place to write; what stood there is
  /// kept.
  private mutating func judgeMending(_ look: Look) {
    guard items.count == 1, let (name, item) = items.first, KeyringEdit.twin(of: name) != nil, !isSpare(name)
    else {
      return
    }
    let good = world.trees[change.place]?[name]
    if !look.isClean { wrong(look, "the other copy was not served: \(look.text)") }
    switch item {
    case .absent:
      if look.after[name] != good { wrong(look, "the missing copy was not mended") }
    case .bytes(let bytes):
      // A second copy of the same size is looked at by verify alone.
      if name.hasPrefix("second/"), bytes.count == good?.count { return }
      if look.after[name] != good { wrong(look, "the damaged copy was not mended") }
      if !look.asides.contains(bytes) { wrong(look, "the damaged copy was not kept aside") }
    case .folder, .link, .pipe: break
    }
  }
}
