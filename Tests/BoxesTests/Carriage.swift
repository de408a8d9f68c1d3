// swift-format-ignore-file: NeverForceUnwrap, NeverUseForceTry
import Sealing

@testable import Boxes

/// A house's bundles and their keys of two epochs, and boxes that they lie in.
final class Carriage {
  let house = House()
  let later: UInt32 = 4
  private var old: [Identifier: BundleSealingKeys] = [:]
  private var new: [Identifier: Secret] = [:]

  struct Box {
    var bytes: [UInt8]
    var rows: [IndexRow]
  }

  /// Keys of a new bundle.
  func seal(_ number: Int) throws -> BundleSealingKeys {
    let seal = try house.seal(subject: subject(number))
    old[seal.bundle] = seal
    new[seal.bundle] = try .random(count: 32)
    return seal
  }

  /// Body and table of what is sealed with the first epoch.
  func opening(_ row: IndexRow) -> BundleKeys { house.keys(old[row.bundle]!) }

  /// What seals and opens with the later one.
  func epoch(_ row: IndexRow) -> BundleEpoch { BundleEpoch(number: later, bundleKey: new[row.bundle]!) }

  func keys(_ row: IndexRow) -> BundleKeys {
    var keys = opening(row)
    if row.epoch == later { keys.bundleKey = new[row.bundle]! }
    return keys
  }

  /// A box of bundles: subject and contents of each.
  func box(_ bundles: [(subject: Int, contents: [[UInt8]])]) throws -> Box {
    let sink = MemorySink()
    let writer = try house.writer(sink)
    for bundle in bundles {
      try writer.beginBundle(try seal(bundle.subject))
      for (number, content) in bundle.contents.enumerated() {
        try writer.append(try label("\(number).txt"), content: content.span)
      }
      try writer.endBundle()
    }
    let rows = try writer.finish().rows
    return Box(bytes: sink.bytes, rows: rows)
  }

  func reader(_ box: Box) throws -> BoxReader { try house.reader(MemorySource(box.bytes)) }

  /// All bundles of boxes in one, in the order of their subjects.
  func carry(
    _ boxes: [Box], anew: Bool, entry: UInt64 = 7, _ workspace: BoxWorkspace? = nil
  ) async throws -> Box {
    let sink = MemorySink()
    let writer = try house.writer(sink, workspace)
    let readers = try boxes.map(reader)
    let all = zip(boxes, readers).flatMap { box, reader in box.rows.map { ($0, reader) } }
    for (row, reader) in all.sorted(by: { $0.0.subject < $1.0.subject }) {
      _ = try await carry(row, from: reader, to: writer, anew: anew, entry: entry)
    }
    let finished = try writer.finish()
    return Box(bytes: sink.bytes, rows: finished.rows)
  }

  func carry(
    _ row: IndexRow, from box: BoxReader, to writer: BoxWriter, anew: Bool, entry: UInt64 = 7
  ) async throws -> IndexRow {
    try await writer.carry(
      row, from: box, opening: keys(row), sealing: anew ? epoch(row) : nil,
      firstEntry: row.firstEntry == 0 ? entry : row.firstEntry)
  }

  /// Records and contents of each bundle of a box, in the order of an index that is found anew.
  func read(_ box: Box) async throws -> [(row: IndexRow, records: [Record], contents: [[UInt8]])] {
    let reader = try reader(box)
    var found: [(IndexRow, [Record], [[UInt8]])] = []
    for row in try await reader.findIndex(keys: house.indexKeys).rows {
      let bundle = try await reader.openBundle(row, keys: keys(row))
      let collector = Collector()
      try await bundle.readAll(collector)
      let contents = bundle.records.map { collector.contents[$0.label.id] ?? [] }
      found.append((row, bundle.records, contents))
    }
    return found
  }
}

extension Carriage.Box {
  func body(_ row: IndexRow) -> ArraySlice<UInt8> {
    bytes[Int(row.bodyOffset)..<Int(row.bodyOffset + row.bodyLength)]
  }

  func table(_ row: IndexRow) -> ArraySlice<UInt8> {
    bytes[Int(row.tableOffset)..<Int(row.tableOffset + row.tableLength)]
  }
}
