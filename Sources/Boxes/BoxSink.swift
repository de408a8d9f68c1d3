/// Where a box's bytes go, in order. Implemented above: a spool in the store, or memory.
package protocol BoxSink {
  /// Takes the next bytes. After an error the box can't be continued.
  func write(_ bytes: Span<UInt8>) throws
}

/// Where a box's bytes come from. Implemented above: an object of a store, or memory.
package protocol BoxSource {
  /// Reads up to `count` bytes from `offset` and returns how many came; fewer only at the box's end. `buffer`
  /// then holds just these; it keeps its memory, so one buffer serves many reads.
  func read(at offset: UInt64, count: Int, into buffer: inout [UInt8]) async throws -> Int
}
