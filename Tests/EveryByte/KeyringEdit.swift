import Sealing

/// One thing that happens to one place.
package struct KeyringEdit: Hashable, Sendable, CustomStringConvertible {
  /// What happens.
  package enum Act: Hashable, Sendable {
    /// The byte at an offset is xored with a mask.
    case byte(String, at: Int, mask: UInt8)
    /// The same in both copies.
    case both(String, at: Int, mask: UInt8)
    /// The object is cut to a length.
    case cut(String, to: Int)
    /// Bytes are appended.
    case append(String, [UInt8])
    /// Two objects change places.
    case swap(String, String)
    /// The second object is replaced by the first one's bytes.
    case over(String, String)
    /// Something else stands in its place.
    case item(String, Item)
    /// Both copies are gone.
    case gone(String)
    /// A part of the place is as it was at an earlier moment.
    case back(moment: String, Part)
    /// Several at once, of objects that stand in for nothing but themselves: each has another, whole copy.
    case volley([Act])
  }

  /// What of a place goes back to an earlier moment.
  package enum Part: String, Hashable, Sendable, CaseIterable {
    case whole, ledger, ledgerFirst, ledgerSecond, keyring, keyringFirst, keyringSecond, boxes

    func takes(_ name: String) -> Bool {
      switch self {
      case .whole: true
      case .ledger: name.hasPrefix("ledger/") || name.hasPrefix("second/ledger/")
      case .ledgerFirst: name.hasPrefix("ledger/")
      case .ledgerSecond: name.hasPrefix("second/ledger/")
      case .keyring: name.hasPrefix("keyring/") || name.hasPrefix("second/keyring/")
      case .keyringFirst: name.hasPrefix("keyring/")
      case .keyringSecond: name.hasPrefix("second/keyring/")
      case .boxes: name.hasPrefix("boxes/")
      }
    }
  }

  package let place: World.PlaceName
  package let act: Act

  package init(_ place: World.PlaceName, _ act: Act) {
    self.place = place
    self.act = act
  }

  /// The other copy of what is kept twice.
  static func twin(of name: String) -> String? {
    if name.hasPrefix("second/") { return String(name.dropFirst("second/".count)) }
    return name.hasPrefix("ledger/") || name.hasPrefix("keyring/") ? "second/" + name : nil
  }

  /// What stands where, once it has happened; nothing where nothing changes.
  package func items(in world: World) -> [String: Item] {
    if case .volley = act { return parts.reduce(into: [:]) { $0.merge($1.items(in: world)) { $1 } } }
    let tree = world.trees[place] ?? [:]
    func changed(_ name: String, _ change: (inout [UInt8]) -> Void) -> [String: Item] {
      guard let bytes = tree[name] else { return [:] }
      var copy = bytes
      change(&copy)
      return copy == bytes ? [:] : [name: .bytes(copy)]
    }
    switch act {
    case .byte(let name, let at, let mask):
      return changed(name) { if at < $0.count { $0[at] ^= mask } }
    case .both(let name, let at, let mask):
      let flip = { (bytes: inout [UInt8]) in if at < bytes.count { bytes[at] ^= mask } }
      let twin = Self.twin(of: name).map { changed($0, flip) } ?? [:]
      return changed(name, flip).merging(twin) { $1 }
    case .cut(let name, let length): return changed(name) { $0.removeLast(max(0, $0.count - length)) }
    case .append(let name, let more): return changed(name) { $0 += more }
    case .swap(let one, let other):
      guard let first = tree[one], let second = tree[other], first != second else { return [:] }
      return [one: .bytes(second), other: .bytes(first)]
    case .over(let one, let other):
      guard let first = tree[one], first != tree[other] else { return [:] }
      return [other: .bytes(first)]
    case .item(let name, let item): return [name: item]
    case .gone(let name):
      return Self.twin(of: name).map { [name: .absent, $0: .absent] } ?? [name: .absent]
    case .back(let moment, let part):
      guard let then = world.moments.first(where: { $0.name == moment })?.trees[place] else { return [:] }
      var items: [String: Item] = [:]
      for name in Set(tree.keys).union(then.keys) where part.takes(name) && tree[name] != then[name] {
        items[name] = then[name].map(Item.bytes) ?? .absent
      }
      return items
    case .volley: return [:]
    }
  }

  /// Each of a volley by itself; of everything else nothing.
  var parts: [KeyringEdit] {
    guard case .volley(let acts) = act else { return [] }
    return acts.map { KeyringEdit(place, $0) }
  }
}

extension KeyringEdit {
  /// The change as one line, from which it can be made again.
  package var description: String {
    ([place.rawValue] + Self.words(act)).joined(separator: " ")
  }

  private static func words(_ act: Act) -> [String] {
    switch act {
    case .byte(let name, let at, let mask): ["byte", name, "\(at)", String(mask, radix: 16)]
    case .both(let name, let at, let mask): ["both", name, "\(at)", String(mask, radix: 16)]
    case .cut(let name, let length): ["cut", name, "\(length)"]
    case .append(let name, let more): ["append", name, Hex.encode(more)]
    case .swap(let one, let other): ["swap", one, other]
    case .over(let one, let other): ["over", one, other]
    case .item(let name, .bytes(let bytes)): ["bytes", name, Hex.encode(bytes)]
    case .item(let name, .absent): ["absent", name]
    case .item(let name, .folder): ["folder", name]
    case .item(let name, .link): ["link", name]
    case .item(let name, .pipe): ["pipe", name]
    case .gone(let name): ["gone", name]
    case .back(let moment, let part): ["back", moment, part.rawValue]
    case .volley(let acts): Array(acts.map(words).joined(separator: ["+"]))
    }
  }

  /// Reads such a line.
  package init?(_ line: String) {
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard let first = words.first, let place = World.PlaceName(rawValue: first) else { return nil }
    let acts = words.dropFirst().split(separator: "+").map { Self.act(Array($0)) }
    let read = acts.compactMap(\.self)
    guard read.count == acts.count, let one = read.first else { return nil }
    self.init(place, read.count == 1 ? one : .volley(read))
  }

  private static func act(_ words: [String]) -> Act? {
    guard words.count >= 2 else { return nil }
    let (name, third) = (words[1], words.count > 2 ? words[2] : "")
    let mask = words.count > 3 ? UInt8(words[3], radix: 16) : nil
    return switch words[0] {
    case "byte": Int(third).flatMap { at in mask.map { .byte(name, at: at, mask: $0) } }
    case "both": Int(third).flatMap { at in mask.map { .both(name, at: at, mask: $0) } }
    case "cut": Int(third).map { .cut(name, to: $0) }
    case "append": Hex.decode(third).map { .append(name, $0) }
    case "swap": .swap(name, third)
    case "over": .over(name, third)
    case "bytes": Hex.decode(third).map { .item(name, .bytes($0)) }
    case "absent": .item(name, .absent)
    case "folder": .item(name, .folder)
    case "link": .item(name, .link)
    case "pipe": .item(name, .pipe)
    case "gone": .gone(name)
    case "back": Part(rawValue: third).map { .back(moment: name, $0) }
    default: nil
    }
  }
}
