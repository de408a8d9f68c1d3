/// Values of which the least is at hand: a binary heap.
struct MinHeap<Value: Comparable> {
  /// None stands before its parent.
  private var values: [Value] = []

  /// The least one.
  var first: Value? { values.first }

  mutating func insert(_ value: Value) {
    values.append(value)
    var child = values.count - 1
    while child > 0, values[child] < values[(child - 1) / 2] {
      values.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Puts another one in place of the least; nil takes it away.
  mutating func replaceFirst(with value: Value?) {
    guard !values.isEmpty else { return }
    if let value {
      values[0] = value
    } else {
      let last = values.removeLast()
      if values.isEmpty { return }
      values[0] = last
    }
    var parent = 0
    while 2 * parent + 1 < values.count {
      var least = 2 * parent + 1
      if least + 1 < values.count, values[least + 1] < values[least] { least += 1 }
      guard values[least] < values[parent] else { return }
      values.swapAt(parent, least)
      parent = least
    }
  }
}
