internal import Glibc

/// Appends to a file in blocks of 4 MiB, past the page cache where the file system can, while its owner fills the next
/// block. A write to the page cache costs the processor fifteen times as much, and pushes out what others read.
///
/// One thread at a time appends. An error of a block shows at the next append, or at the end.
@safe final class BlockWriter {
  static let blockSize = 4 << 20

  private let descriptor: Int32
  private let flight = BlockFlight()
  private var block: UnsafeMutableRawPointer?
  private var filled = 0
  /// Bytes handed over to be written.
  private var offset: UInt64 = 0

  /// - Parameter descriptor: an empty file, which stays open until the writer finished or was drained.
  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { drain() }

  func append(_ bytes: Span<UInt8>) throws(SystemError) {
    var rest = bytes
    while !rest.isEmpty {
      let block = unsafe try openBlock()
      let count = min(rest.count, Self.blockSize - filled)
      unsafe rest.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress else { return }
        unsafe (block + filled).copyMemory(from: start, byteCount: count)
      }
      filled += count
      rest = rest.extracting(droppingFirst: count)
      if filled == Self.blockSize { try handOver() }
    }
  }

  /// Writes what doesn't fill a block and waits for everything; nothing is durable by this.
  func finish() throws(SystemError) {
    try flight.landed()
    guard let last = unsafe block else { return }
    defer {
      unsafe BlockMemory.shared.giveBack(last)
      unsafe block = nil
    }
    guard filled > 0 else { return }
    // Less than a block doesn't go past the page cache.
    BlockThread.useCache(descriptor)
    unsafe try BlockThread.write(last, filled, to: descriptor, at: offset)
    offset += UInt64(filled)
    filled = 0
  }

  /// Waits until nothing is being written any more, and gives up what isn't written.
  func drain() {
    _ = try? flight.landed()
    if let held = unsafe block { unsafe BlockMemory.shared.giveBack(held) }
    unsafe block = nil
    filled = 0
  }

  private func openBlock() throws(SystemError) -> UnsafeMutableRawPointer {
    if let block = unsafe block { return unsafe block }
    let fresh = unsafe try BlockMemory.shared.take()
    unsafe block = unsafe fresh
    filled = 0
    return unsafe fresh
  }

  private func handOver() throws(SystemError) {
    // One block under way and one being filled: no more memory than that, whatever the disk does.
    try flight.landed()
    guard let full = unsafe block else { return }
    if offset == 0 { BlockThread.passCache(descriptor) }
    unsafe block = nil
    filled = 0
    unsafe BlockThread.shared.write(full, to: descriptor, at: offset, flight)
    offset += UInt64(Self.blockSize)
  }
}
