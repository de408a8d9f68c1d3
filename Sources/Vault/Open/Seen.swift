internal import Rules
internal import Sealing

extension OpenLedger {
  /// What a machine remembers of it.
  /// - Parameter isHome: whether it is the vault's own, and not a copy's.
  func seen(isHome: Bool) -> KnownPlaces.Memory {
    let substance = state.substance
    let end = ends.end(behind: substance.size == 0 ? 0 : substance.size - 1) ?? state.size
    return KnownPlaces.Memory(
      size: state.size, root: state.root, accepted: nil, recovered: state.recoveredAt,
      home: isHome ? Fork(size: state.size, root: state.root) : nil,
      tail: KnownPlaces.Tail(
        boxes: UInt64(state.boxes.count), substance: substance,
        point: Fork(size: end, root: root(at: end) ?? state.root)))
  }
}

extension Behind {
  /// - Returns: nil where the ledger isn't shorter than what was seen.
  package init?(_ ledger: OpenLedger, of memory: KnownPlaces.Memory?) {
    guard let memory, memory.size > ledger.state.size else { return nil }
    self.init(
      entries: memory.size - ledger.state.size, lacks: memory.tail.flatMap { Self.lacks(ledger, of: $0) })
  }

  /// Nil where the ledger isn't the beginning of what was seen, as far as can be told.
  private static func lacks(_ ledger: OpenLedger, of tail: KnownPlaces.Tail) -> Lacks? {
    let size = ledger.state.size
    // One that ends behind that point must have been what was seen there: else it went on another way.
    if size >= tail.point.size {
      return ledger.root(at: tail.point.size) == tail.point.root
        ? Lacks(boxes: 0, keys: false, places: false) : nil
    }
    let boxes = UInt64(ledger.state.boxes.count)
    let lacks = Lacks(
      boxes: size < tail.substance.boxes && tail.boxes > boxes ? tail.boxes - boxes : 0,
      keys: size < tail.substance.keys, places: size < tail.substance.places)
    return lacks.isOnlyBookkeeping ? nil : lacks
  }
}
