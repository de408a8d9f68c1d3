// swift-format-ignore-file: NeverForceUnwrap, NeverUseForceTry
import Foundation
import Sealing

@testable import Boxes

/// A box in memory; can be told to fail.
final class MemorySink: BoxSink {
  struct Full: Error {}
  var bytes: [UInt8] = []
  var limit = Int.max

  func write(_ span: Span<UInt8>) throws {
    guard bytes.count + span.count <= limit else { throw Full() }
    bytes.append(span)
  }
}

/// A box in memory that remembers what was read.
final class MemorySource: BoxSource {
  struct Broken: Error {}
  var bytes: [UInt8]
  var reads: [Range<Int>] = []
  var breaksAfter = Int.max

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var bytesRead: Int { reads.reduce(0) { $0 + $1.count } }

  func read(at offset: UInt64, count: Int, into buffer: inout [UInt8]) async throws -> Int {
    guard reads.count < breaksAfter else { throw Broken() }
    let from = min(Int(offset), bytes.count)
    let to = min(from + count, bytes.count)
    reads.append(from..<to)
    buffer.removeAll(keepingCapacity: true)
    buffer.append(contentsOf: bytes[from..<to])
    return to - from
  }
}

/// Ids and keys of a made-up vault.
struct House {
  let vault = try! Identifier.random()
  let classID = try! Identifier.random()
  let epoch: UInt32 = 3
  let year: UInt16 = 2037
  let indexKey = try! Secret.random(count: 32)

  var indexKeys: [IndexKey] { [IndexKey(classID: classID, epoch: epoch, key: indexKey)] }

  func seal(subject: Identifier) throws -> BundleSealingKeys {
    BundleSealingKeys(
      bundle: try .random(), subject: subject, epoch: epoch, bundleKey: try .random(count: 32),
      contentKey: try .random(count: 32), keyCheck: KeyCheck([1, 2, 3, 4, 5, 6, 7, 8])!)
  }

  func keys(_ seal: BundleSealingKeys) -> BundleKeys {
    BundleKeys(classID: classID, year: year, bundleKey: seal.bundleKey, contentKey: seal.contentKey)
  }

  func writer(_ sink: any BoxSink, _ workspace: BoxWorkspace? = nil) throws -> BoxWriter {
    try BoxWriter(
      vault: vault, year: year, classID: classID, epoch: epoch, indexKey: indexKey, sink: sink,
      workspace: workspace ?? BoxWorkspace())
  }

  func reader(_ source: MemorySource) throws -> BoxReader {
    try BoxReader(
      vault: vault, size: UInt64(source.bytes.count), source: source, workspace: ReadWorkspace())
  }
}

/// The n-th subject in order.
func subject(_ number: Int) -> Identifier {
  Identifier(bytes: [UInt8](repeating: 0, count: 14) + [UInt8(number >> 8), UInt8(number & 0xff)])!
}

func label(_ path: String) throws -> RecordLabel {
  RecordLabel(
    id: try .random(), path: Array(path.utf8), source: "crm", subject: Array("C-1042".utf8), title: "Brief",
    mediaType: "text/plain", modified: -1_234_567_890, mode: 0o640, sealedAt: 1_700_000_000,
    tags: ["checked", "übernommen"], date: -1)
}

/// A box with one bundle, and what is needed to read it.
struct SampleBox {
  let house = House()
  let seal: BundleSealingKeys
  let finished: FinishedBox
  let bytes: [UInt8]
  let records: [Record]
  let contents: [[UInt8]]

  init(_ contents: [[UInt8]], ending: String = "txt") throws {
    let sink = MemorySink()
    let writer = try house.writer(sink)
    seal = try house.seal(subject: subject(1))
    try writer.beginBundle(seal)
    var records: [Record] = []
    for (number, content) in contents.enumerated() {
      records.append(try writer.append(try label("folder/\(number).\(ending)"), content: content.span))
    }
    try writer.endBundle()
    finished = try writer.finish()
    (bytes, self.records, self.contents) = (sink.bytes, records, contents)
  }

  var anchor: IndexAnchor {
    IndexAnchor(offset: finished.indexOffset, digest: finished.indexDigest, year: finished.year)
  }

  func open(_ source: MemorySource) async throws -> BundleReader {
    try await house.reader(source).openBundle(finished.rows[0], keys: house.keys(seal))
  }
}

/// Where the package is.
let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()
