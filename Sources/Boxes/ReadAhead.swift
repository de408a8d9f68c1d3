/// Reads ahead of somebody who goes through a box in order: where thousands of small bundles lie one after the
/// other, most tables and bodies then cost no read of their own.
///
/// It keeps two stretches, since such a reader goes back and forth between bodies and tables. Not for use by
/// several tasks at once.
package final class ReadAhead: BoxSource {
  private struct Stretch {
    var offset: UInt64 = 0
    var bytes: [UInt8] = []
    var lastUse = 0

    func holds(_ start: UInt64, _ count: Int) -> Bool {
      start >= offset && start - offset <= UInt64(bytes.count) && count <= bytes.count - Int(start - offset)
    }
  }

  private let source: any BoxSource
  private let stretch: Int
  private var stretches = [Stretch(), Stretch()]
  private var uses = 0

  /// Reads at least `stretch` bytes at a time.
  package init(_ source: any BoxSource, stretch: Int = 1 << 20) {
    self.source = source
    self.stretch = stretch
  }

  /// As the source's, from memory where that was read already.
  package func read(at offset: UInt64, count: Int, into buffer: inout [UInt8]) async throws -> Int {
    guard count < stretch else { return try await source.read(at: offset, count: count, into: &buffer) }
    uses += 1
    let found = stretches.firstIndex { $0.holds(offset, count) }
    let number = found ?? (stretches[0].lastUse <= stretches[1].lastUse ? 0 : 1)
    if found == nil { try await fill(number, from: offset) }
    stretches[number].lastUse = uses
    let start = Int(offset - stretches[number].offset)
    let end = min(start + count, stretches[number].bytes.count)
    buffer.clear()
    buffer.append(contentsOf: stretches[number].bytes[start..<end])
    return end - start
  }

  private func fill(_ number: Int, from offset: UInt64) async throws {
    var bytes: [UInt8] = []
    swap(&bytes, &stretches[number].bytes)
    // Where the read fails nothing is kept.
    let got = try await source.read(at: offset, count: stretch, into: &bytes)
    guard got == bytes.count, got <= stretch else {
      throw BoxError(.truncated, "the source gave another count of bytes than it says")
    }
    stretches[number].offset = offset
    stretches[number].bytes = bytes
  }
}
