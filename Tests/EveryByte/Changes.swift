import TestKit

/// Everything that is to happen to a world's places, each to the untouched world, one at a time.
package struct Changes {
  private let world: World
  private let seed: UInt64
  private var all: [KeyringEdit] = []

  /// Every change, those of whole objects first.
  package static func every(in world: World, seed: UInt64) -> [KeyringEdit] {
    var changes = Changes(world: world, seed: seed)
    for place in World.PlaceName.allCases { changes.addObjects(of: place) }
    for place in World.PlaceName.allCases { changes.addLengths(of: place) }
    for place in World.PlaceName.allCases { changes.addBytes(of: place) }
    return changes.all
  }

  private init(world: World, seed: UInt64) {
    self.world = world
    self.seed = seed
  }

  private func names(_ place: World.PlaceName) -> [String] {
    (world.trees[place] ?? [:]).keys.sorted()
  }

  private mutating func addObjects(of place: World.PlaceName) {
    let names = names(place)
    for moment in world.moments where moment.trees[place] != nil {
      for part in KeyringEdit.Part.allCases {
        all.append(KeyringEdit(place, .back(moment: moment.name, part)))
      }
    }
    for name in names {
      all += [Item.absent, .bytes([]), .folder, .link, .pipe].map { KeyringEdit(place, .item(name, $0)) }
      if KeyringEdit.twin(of: name) != nil, !name.hasPrefix("second/") {
        all.append(KeyringEdit(place, .gone(name)))
      }
      let bytes = world.trees[place]?[name] ?? []
      for more in [[0], [0x0a], [UInt8](repeating: 0, count: 16), [0xa5], bytes] {
        all.append(KeyringEdit(place, .append(name, more)))
      }
    }
    var dice = Dice(seed, place.rawValue)
    for (index, one) in names.enumerated() {
      for other in names[(index + 1)...] {
        let isSameKind = Self.kind(of: one) == Self.kind(of: other)
        guard isSameKind || dice.roll(8) == 0 else { continue }
        all.append(KeyringEdit(place, .swap(one, other)))
        guard dice.roll(isSameKind ? 2 : 4) == 0 else { continue }
        all += [KeyringEdit(place, .over(one, other)), KeyringEdit(place, .over(other, one))]
      }
    }
  }

  private static func kind(of name: String) -> Substring {
    let first = name.hasPrefix("second/") ? name.dropFirst("second/".count) : name[...]
    return first.prefix { $0 != "/" }
  }

  private mutating func addLengths(of place: World.PlaceName) {
    for name in names(place) {
      let count = world.trees[place]?[name]?.count ?? 0
      var dice = Dice(seed, place.rawValue + name)
      // Every length of small objects; of larger ones those where something begins, and some others.
      let limit = name.hasPrefix("second/") ? 256 : 1024
      let lengths = (0..<count).filter { $0 < 200 || count - $0 < 80 || count <= limit || dice.roll(64) == 0 }
      all += lengths.map { KeyringEdit(place, .cut(name, to: $0)) }
    }
  }

  private mutating func addBytes(of place: World.PlaceName) {
    let names = names(place)
    for name in names where KeyringEdit.twin(of: name) == nil {
      let bytes = world.trees[place]?[name] ?? []
      var dice = Dice(seed, place.rawValue + name + "bytes")
      for at in bytes.indices {
        all.append(KeyringEdit(place, .byte(name, at: at, mask: UInt8(dice.roll(255) + 1))))
        guard Self.isHead(at, of: name, bytes.count) else { continue }
        all += (0..<8).map { KeyringEdit(place, .byte(name, at: at, mask: 1 << $0)) }
      }
    }
    // What is kept twice is changed at one place in all first copies, then in all second ones, and now and then in one
    // alone or in both copies of one.
    addVolleys(of: place, names.filter { KeyringEdit.twin(of: $0) != nil && !$0.hasPrefix("second/") })
    addVolleys(of: place, names.filter { $0.hasPrefix("second/") })
  }

  private mutating func addVolleys(of place: World.PlaceName, _ names: [String]) {
    let sizes = names.map { world.trees[place]?[$0]?.count ?? 0 }
    var dice = Dice(seed, place.rawValue + (names.first ?? "") + "volleys")
    for at in 0..<(sizes.max() ?? 0) {
      let there = zip(names, sizes).filter { at < $0.1 }
      func volley(_ mask: (Int) -> UInt8) -> KeyringEdit {
        KeyringEdit(place, .volley(there.enumerated().map { .byte($1.0, at: at, mask: mask($0)) }))
      }
      let masks = there.map { _ in UInt8(dice.roll(255) + 1) }
      all.append(volley { masks[$0] })
      for ((name, _), mask) in zip(there, masks) where dice.roll(16) == 0 {
        all.append(KeyringEdit(place, .byte(name, at: at, mask: mask)))
        if !name.hasPrefix("second/") { all.append(KeyringEdit(place, .both(name, at: at, mask: mask))) }
      }
      if at < 128 { all += (0..<8).map { bit in volley { _ in 1 << bit } } }
    }
    addEnds(of: place, names, sizes)
  }

  /// The last bytes, bit by bit: of a commit the signed note, of a page the last tag.
  private mutating func addEnds(of place: World.PlaceName, _ names: [String], _ sizes: [Int]) {
    for back in 1...128 {
      let there = zip(names, sizes).filter { $0.1 >= back }
      all += (0..<8).map { bit in
        KeyringEdit(place, .volley(there.map { .byte($0.0, at: $0.1 - back, mask: 1 << bit) }))
      }
    }
  }

  /// What of a box is changed bit by bit: its header, the head of its first body, and its index.
  private static func isHead(_ at: Int, of name: String, _ count: Int) -> Bool {
    at < 128 || count - at <= 456
  }
}
