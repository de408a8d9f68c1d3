// swift-format-ignore-file: NeverForceUnwrap, NeverUseForceTry
import Foundation
import Sealing
import SwiftProtobuf

@testable import Boxes

/// A box put together by hand from what a key holder who means harm might seal.
struct Forgery {
  let house = House()
  let seal: BundleSealingKeys
  var body: [UInt8]
  var table = Strongroom_Table()
  /// In place of the compressed table.
  var packedTable: [UInt8]?
  /// In place of the table's encoding.
  var tableBytes: [UInt8]?
  var records: UInt32?

  /// One honest record of these bytes, in one frame that is stored as it is.
  init(_ content: [UInt8]) throws {
    seal = try house.seal(subject: subject(1))
    body = content
    var record = Strongroom_Record()
    record.id = Data(try Identifier.random().bytes)
    record.path = Data("a".utf8)
    record.size = UInt64(content.count)
    record.sha256 = Data(Digest.sha256(of: content).bytes)
    record.retention = UInt32(house.year)
    record.mode = 0o600
    var frame = Strongroom_Frame()
    frame.plain = UInt32(content.count)
    frame.stored = UInt32(content.count)
    table.records = [record]
    table.frames = content.isEmpty ? [] : [frame]
  }

  var record: Strongroom_Record {
    get { table.records[0] }
    set { table.records[0] = newValue }
  }

  var frame: Strongroom_Frame {
    get { table.frames[0] }
    set { table.frames[0] = newValue }
  }

  func context(_ kind: SealContext.Kind) -> SealContext {
    SealContext(
      kind, vault: house.vault, bundle: seal.bundle, section: house.classID, subject: seal.subject,
      number: seal.epoch)
  }

  /// The box, and its row.
  func made() throws -> (bytes: [UInt8], row: IndexRow) {
    let plain: [UInt8] = try tableBytes ?? table.serializedBytes()
    var packed: [UInt8] = []
    if let packedTable {
      packed = packedTable
    } else {
      try Compressor().compress(plain.span, .level3, into: &packed)
    }
    var bytes = BoxLayout.header(vault: house.vault)
    let sealedBody = try SealedStream.seal(body.span, key: seal.bundleKey, context: context(.body))
    let sealedTable = try SealedStream.seal(packed.span, key: seal.bundleKey, context: context(.table))
    let row = IndexRow(
      bundle: seal.bundle, subject: seal.subject, epoch: seal.epoch,
      records: records ?? UInt32(table.records.count), bodyOffset: 32, bodyLength: UInt64(sealedBody.count),
      tableOffset: 32 + UInt64(sealedBody.count), tableLength: UInt64(sealedTable.count),
      content: try KeyDerivation.hmac256(key: seal.contentKey, plain), firstEntry: 0, keyCheck: seal.keyCheck)
    bytes += sealedBody + sealedTable
    bytes += [UInt8](repeating: 9, count: Int(Padme.padded(UInt64(bytes.count))!) - bytes.count)
    let index = BoxIndex(year: house.year, rows: [row]).encoded()
    bytes += try SealedStream.seal(
      index.span, key: house.indexKey,
      context: SealContext(.index, vault: house.vault, section: house.classID, number: house.epoch))
    return (bytes, row)
  }

  func open() async throws -> BundleReader {
    let (bytes, _) = try made()
    let reader = try house.reader(MemorySource(bytes))
    let row = try await reader.findIndex(keys: house.indexKeys).rows[0]
    return try await reader.openBundle(row, keys: house.keys(seal))
  }

  /// The code of the error that opening, or else reading the first record, meets.
  func refusal() async throws -> BoxError.Code? {
    do {
      let bundle = try await open()
      _ = try await bundle.content(of: bundle.records[0])
      return nil
    } catch let error as BoxError { return error.code }
  }
}
