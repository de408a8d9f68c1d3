package import Sealing

/// Bounded reading of an entry's members: all that comes from outside passes one of these.
extension JSONObject {
  func integer(_ name: String, in range: ClosedRange<UInt64>) throws(Malformed) -> UInt64 {
    let value = try integer(name)
    try require(range.contains(value), name, "isn't between \(range.lowerBound) and \(range.upperBound)")
    return value
  }

  package func choice<Choice: RawRepresentable<String>>(_ name: String, of type: Choice.Type)
    throws(Malformed)
    -> Choice
  {
    let value = try string(name)
    guard let choice = Choice(rawValue: value) else {
      throw refusal(name, "is `\(value)`, which isn't known")
    }
    return choice
  }

  package func choices<Choice: RawRepresentable<String>>(
    _ name: String, of type: Choice.Type
  ) throws(Malformed) -> [Choice] {
    var choices: [Choice] = []
    for value in try array(name) {
      guard case .string(let text) = value, let choice = Choice(rawValue: text) else {
        throw refusal(name, "has an item that isn't known")
      }
      choices.append(choice)
    }
    return choices
  }

  package func objects(_ name: String) throws(Malformed) -> [JSONObject] {
    var objects: [JSONObject] = []
    for value in try array(name) {
      guard case .object(let object) = value else { throw refusal(name, "has an item that is no object") }
      objects.append(object)
    }
    return objects
  }

  /// Ids, ascending, each once.
  package func identifiers(_ name: String) throws(Malformed) -> [Identifier] {
    var ids: [Identifier] = []
    for value in try array(name) {
      guard case .string(let hex) = value, let id = Identifier(hex: hex), ids.last.map({ $0 < id }) ?? true
      else { throw refusal(name, "has an item that is no id, or isn't ascending") }
      ids.append(id)
    }
    return ids
  }

  func digests(_ name: String) throws(Malformed) -> [Digest] {
    var digests: [Digest] = []
    for value in try array(name) {
      guard case .string(let hex) = value, let digest = Digest(hex: hex) else {
        throw refusal(name, "has an item that is no digest")
      }
      digests.append(digest)
    }
    return digests
  }

  func integers(_ name: String) throws(Malformed) -> [UInt64] {
    var integers: [UInt64] = []
    for value in try array(name) {
      guard case .integer(let integer) = value else { throw refusal(name, "has an item that is no number") }
      integers.append(integer)
    }
    return integers
  }

  /// Integers, each above the one before.
  func ascending(_ name: String) throws(Malformed) -> [UInt64] {
    let integers = try integers(name)
    try require(zip(integers, integers.dropFirst()).allSatisfy(<), name, "isn't ascending")
    return integers
  }

  /// Pairs [from, to], ascending, with a gap between one and the next.
  func ranges(_ name: String) throws(Malformed) -> [ClosedRange<UInt64>] {
    var ranges: [ClosedRange<UInt64>] = []
    for value in try array(name) {
      guard case .array(let pair) = value, pair.count == 2, case .integer(let from) = pair[0],
        case .integer(let to) = pair[1], from <= to
      else { throw refusal(name, "has an item that is no range") }
      if let last = ranges.last, from <= last.upperBound + 1 {
        throw refusal(name, "has ranges that touch or aren't ascending")
      }
      ranges.append(from...to)
    }
    return ranges
  }

  func optionalDigest(_ name: String) throws(Malformed) -> Digest? {
    try string(name).isEmpty ? nil : try digest(name)
  }

  /// Both public keys of an identity.
  func publicIdentity() throws(Malformed) -> PublicIdentity {
    let xWing = try hex("xwing", count: 1216)
    let ed25519 = try hex("ed25519", count: 32)
    do {
      return try PublicIdentity(xWing: xWing, ed25519: ed25519)
    } catch {
      throw Malformed(what: error.what, where: "ed25519 and xwing")
    }
  }

  package func require(_ condition: Bool, _ name: String, _ what: String) throws(Malformed) {
    if !condition { throw refusal(name, what) }
  }

  func refusal(_ name: String, _ what: String) -> Malformed { Malformed(what: what, where: name) }
}

extension Collection where Element: Comparable {
  /// Each element above the one before it, so none twice.
  var isStrictlyAscending: Bool { zip(self, dropFirst()).allSatisfy { $0 < $1 } }
}
