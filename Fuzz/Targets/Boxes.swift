import Boxes
import Foundation
import Sealing

extension FuzzTarget {
  /// Boxes, and what lies behind their seals: sealed here under keys that are known.
  static let boxes = [
    FuzzTarget(name: "box", limit: 256 << 10) { bytes in try Forged.read(bytes) },
    FuzzTarget(name: "index", limit: 64 << 10) { bytes in
      var pieces = Pieces(bytes)
      // Where the index begins is known from elsewhere.
      let offset = pieces.number(4)
      let plain = pieces.all()
      let opened = try Forged.openIndex(plain, offset: offset)
      let rows = opened.rows.flatMap(\.encoded)
      try promise(
        Array(plain.dropFirst(128).prefix(rows.count)) == rows, "rows of an index are written otherwise")
    },
    FuzzTarget(name: "index-row", limit: 256) { bytes in
      guard let row = IndexRow(encoded: bytes) else { return }
      try promise(row.encoded == bytes, "a row of an index is written otherwise than it was read")
    },
    FuzzTarget(name: "table", limit: 128 << 10) { bytes in
      var pieces = Pieces(bytes)
      let records = UInt32(pieces.number(2))
      let body = pieces.piece()
      let packed = pieces.byte() & 1 == 1
      try Forged.open(body: body, table: pieces.all(), isPacked: packed, records: records)
    },
  ]
}

/// A box put together from what a holder of its keys who means harm might seal.
enum Forged {
  /// Reads a box as it comes, with the keys that may open it.
  static func read(_ bytes: [UInt8]) throws {
    try waiting {
      let reader = try BoxReader(
        vault: Known.vault, size: UInt64(bytes.count), source: Held(bytes), workspace: ReadWorkspace())
      let opened = try await reader.findIndex(keys: indexKeys)
      for row in opened.rows { try await read(row, in: reader) }
    }
  }

  /// Opens an index that begins at an offset of a box that has nothing before it but zeros.
  static func openIndex(_ plain: [UInt8], offset: UInt64) throws -> OpenedIndex {
    let sealed = try SealedStream.seal(plain.span, key: Known.key, context: context(.index))
    let anchor = IndexAnchor(offset: offset, digest: Digest.sha256(of: sealed), year: Known.year)
    return try waiting {
      let reader = try BoxReader(
        vault: Known.vault, size: offset + UInt64(sealed.count), source: Held(sealed, from: offset),
        workspace: ReadWorkspace())
      return try await reader.openIndex(anchor, keys: indexKeys)
    }
  }

  /// A box of one bundle, read to its end.
  static func open(body: [UInt8], table: [UInt8], isPacked: Bool, records: UInt32) throws {
    let packed = isPacked ? table : storedFrame(table)
    let plain = isPacked ? [] : table
    let bytes = try box(body: body, packed: packed, plain: plain, records: records)
    try read(bytes)
  }

  /// The whole box.
  static func box(body: [UInt8], packed: [UInt8], plain: [UInt8], records: UInt32) throws -> [UInt8] {
    let sealedBody = try SealedStream.seal(body.span, key: Known.key, context: context(.body))
    let sealedTable = try SealedStream.seal(packed.span, key: Known.key, context: context(.table))
    var bytes = Array("STRONGBX".utf8) + [0, 1] + [UInt8](repeating: 0, count: 6) + Known.vault.bytes
    var row = Known.bundle.bytes + Known.subject.bytes
    row += BigEndian.bytes(Known.epoch) + BigEndian.bytes(records)
    row += BigEndian.bytes(UInt64(32)) + BigEndian.bytes(UInt64(sealedBody.count))
    row += BigEndian.bytes(UInt64(32 + sealedBody.count)) + BigEndian.bytes(UInt64(sealedTable.count))
    row += try KeyDerivation.hmac256(key: Known.otherKey, plain).bytes
    row += [UInt8](repeating: 0, count: 8) + [UInt8](repeating: 6, count: 8) + [UInt8](repeating: 0, count: 8)
    bytes += sealedBody + sealedTable
    bytes += [UInt8](repeating: 9, count: padded(bytes.count) - bytes.count)
    let head = BigEndian.bytes(Known.year) + [0, 0, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 120)
    bytes += try SealedStream.seal((head + row).span, key: Known.key, context: context(.index))
    return bytes
  }

  /// An index of bundles with so long bodies and tables, and where it begins.
  static func index(bodies: [Int], tables: [Int]) throws -> (plain: [UInt8], offset: Int) {
    let padding = padded(bodies.count) - bodies.count
    var plain = BigEndian.bytes(Known.year) + [0, 0] + BigEndian.bytes(UInt32(bodies.count))
    plain += [UInt8](repeating: 0, count: 120)
    var (body, table) = (32, 32 + bodies.reduce(0, +))
    for (number, (bodyLength, tableLength)) in zip(bodies, tables).enumerated() {
      plain += Known.id(UInt8(number + 1)).bytes + Known.subject.bytes
      plain += BigEndian.bytes(Known.epoch) + BigEndian.bytes(UInt32(1))
      for value in [body, bodyLength, table, tableLength] { plain += BigEndian.bytes(UInt64(value)) }
      plain += [UInt8](repeating: 5, count: 32) + [UInt8](repeating: 0, count: 8)
      plain += [UInt8](repeating: 6, count: 8) + [UInt8](repeating: 0, count: 8)
      body += bodyLength
      table += tableLength
    }
    return (plain + [UInt8](repeating: 0, count: padding * 128), padded(table))
  }

  private static var indexKeys: [IndexKey] {
    [IndexKey(classID: Known.classID, epoch: Known.epoch, key: Known.key)]
  }

  private static func context(_ kind: SealContext.Kind) -> SealContext {
    kind == .index
      ? SealContext(kind, vault: Known.vault, section: Known.classID, number: Known.epoch)
      : SealContext(
        kind, vault: Known.vault, bundle: Known.bundle, section: Known.classID, subject: Known.subject,
        number: Known.epoch)
  }

  private static func read(_ row: IndexRow, in reader: BoxReader) async throws {
    let keys = BundleKeys(
      classID: Known.classID, year: Known.year, bundleKey: Known.key, contentKey: Known.otherKey)
    let bundle: BundleReader
    do { bundle = try await reader.openBundle(row, keys: keys) } catch is BoxError { return }
    let check = try await bundle.verifyBundle()
    let collector = Collector()
    try await bundle.readAll(collector)
    try promise(
      collector.whole + check.damaged.count == bundle.records.count, "a record is neither whole nor damaged")
    for record in bundle.records where record.size <= 1 << 20 {
      guard let content = try? await bundle.content(of: record) else { continue }
      try promise(Digest.sha256(of: content) == record.digest, "a record is released that isn't its label's")
      try promise(
        !collector.damaged.contains(record.label.id), "a record is read in one way and refused in another")
    }
  }

  /// zstd without compression: one frame that states its content size, in stored blocks (RFC 8878).
  static func storedFrame(_ plain: [UInt8]) -> [UInt8] {
    var frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0xa0]
    for shift in stride(from: 0, to: 32, by: 8) {
      frame.append(UInt8(truncatingIfNeeded: plain.count >> shift))
    }
    var rest = plain[...]
    repeat {
      let block = rest.prefix(100_000)
      rest = rest.dropFirst(block.count)
      let head = block.count << 3 | (rest.isEmpty ? 1 : 0)
      for shift in stride(from: 0, to: 24, by: 8) { frame.append(UInt8(truncatingIfNeeded: head >> shift)) }
      frame += block
    } while !rest.isEmpty
    return frame
  }

  private static func padded(_ count: Int) -> Int {
    let exponent = Int.bitWidth - 1 - count.leadingZeroBitCount
    let significant = Int.bitWidth - exponent.leadingZeroBitCount
    guard exponent >= significant else { return count }
    let mask = (1 << (exponent - significant)) - 1
    return (count + mask) & ~mask
  }
}

/// Keeps count of what a bundle gives.
private final class Collector: BundleVisitor {
  var whole = 0
  var damaged: Set<Identifier> = []

  func wants(_ record: Record) -> Bool { true }
  func visit(_ record: Record, content: Span<UInt8>) throws { whole += 1 }
  func begin(_ record: Record) throws {}
  func piece(_ bytes: Span<UInt8>) throws {}
  func end(_ record: Record) throws { whole += 1 }
  func damaged(_ record: Record, _ error: BoxError) throws { damaged.insert(record.label.id) }
}

/// A box in memory; what lies before `from` is zeros.
private final class Held: BoxSource {
  private let bytes: [UInt8]
  private let from: UInt64

  init(_ bytes: [UInt8], from: UInt64 = 0) {
    self.bytes = bytes
    self.from = from
  }

  func read(at offset: UInt64, count: Int, into buffer: inout [UInt8]) async throws -> Int {
    try promise(count <= 64 << 20, "a read of \(count) bytes")
    buffer.removeAll(keepingCapacity: true)
    let start = min(offset < from ? 0 : Int(clamping: offset - from), bytes.count)
    buffer.append(contentsOf: bytes[start..<min(start + count, bytes.count)])
    return buffer.count
  }
}

/// Runs what reads step by step, on another thread, and waits for it.
func waiting<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
  let outcome = Outcome<Value>()
  let done = DispatchSemaphore(value: 0)
  Task.detached {
    do { outcome.result = .success(try await body()) } catch { outcome.result = .failure(error) }
    done.signal()
  }
  done.wait()
  guard let result = outcome.result else { throw Broken("nothing came of it") }
  return try result.get()
}

/// Handed over by a semaphore.
private final class Outcome<Value>: @unchecked Sendable {
  var result: Result<Value, any Error>?
}
