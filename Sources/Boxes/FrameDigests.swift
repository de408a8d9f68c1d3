internal import Sealing

/// Records that lie in one frame are digested two at a time, or beside the bytes of the box that wait for its scan: two
/// digests side by side take hardly longer than one.
extension ReadWorkspace {
  /// A record that is being digested.
  private struct Lane {
    let number: Int
    let digest: PairedDigest
    var rest: Range<Int>

    /// Takes the next so many bytes off.
    mutating func take(_ count: Int) -> Range<Int> {
      let taken = rest.lowerBound..<(rest.lowerBound + count)
      rest = taken.upperBound..<rest.upperBound
      return taken
    }
  }

  /// The SHA-256 of parts of a frame, none of them empty, in their order.
  func digests(of parts: [Range<Int>], in frame: Span<UInt8>) -> [Digest?] {
    var found = [Digest?](repeating: nil, count: parts.count)
    // The longest first, so that little of the last is left alone.
    var waitingParts = parts.indices.sorted { parts[$0].count < parts[$1].count }
    var free = contents
    for digest in free { _ = digest.finish() }
    var lanes: [Lane] = []
    while true {
      while let digest = free.last, let number = waitingParts.popLast() {
        lanes.append(Lane(number: number, digest: digest, rest: parts[number]))
        free.removeLast()
      }
      guard !lanes.isEmpty else { return found }
      step(&lanes, in: frame)
      for lane in lanes where lane.rest.isEmpty {
        found[lane.number] = lane.digest.finish()
        free.append(lane.digest)
      }
      lanes.removeAll { $0.rest.isEmpty }
    }
  }

  /// Goes on until one of two that go side by side ends.
  private func step(_ lanes: inout [Lane], in frame: Span<UInt8>) {
    if !waiting.isEmpty {
      let part = lanes[0].take(min(lanes[0].rest.count, waiting.count))
      let beside = waiting.lowerBound..<(waiting.lowerBound + part.count)
      waiting = beside.upperBound..<waiting.upperBound
      let digest = lanes[0].digest
      sealed.withSpan {
        PairedDigest.update(digest, frame.extracting(part), scan, $0.extracting(beside))
      }
    } else if lanes.count > 1 {
      let count = min(lanes[0].rest.count, lanes[1].rest.count)
      let (one, other) = (lanes[0].take(count), lanes[1].take(count))
      PairedDigest.update(lanes[0].digest, frame.extracting(one), lanes[1].digest, frame.extracting(other))
    } else {
      let part = lanes[0].take(lanes[0].rest.count)
      lanes[0].digest.update(frame.extracting(part))
    }
  }
}
