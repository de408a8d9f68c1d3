internal import Foundation
internal import Sealing
internal import SwiftProtobuf

extension Frame {
  init(decoding bytes: [UInt8]) throws(BoxError) {
    let message: Strongroom_Frame = try decoded(bytes)
    guard message.unknownFields.data.isEmpty, let method = Method(rawValue: message.method) else {
      throw BoxError(.table, "a frame of an unknown kind")
    }
    self.init(plain: Int(message.plain), stored: Int(message.stored), method: method)
  }
}

extension Strongroom_Record {
  init(_ record: Record) {
    self.init()
    id = Data(record.label.id.bytes)
    path = Data(record.label.path)
    source = record.label.source
    subject = Data(record.label.subject)
    title = record.label.title
    mediaType = record.label.mediaType
    size = record.size
    mtime = record.label.modified
    mode = record.label.mode
    sha256 = Data(record.digest.bytes)
    sealedAt = record.label.sealedAt
    retention = UInt32(record.retention)
    tags = record.label.tags
    offset = record.offset
    if let day = record.label.date { date = day }
    if let one = record.part { part = Strongroom_Part(one) }
  }
}

extension Strongroom_Part {
  init(_ part: Part) {
    self.init()
    set = Data(part.set.bytes)
    number = part.number
    offset = part.offset
    total = part.total
    last = part.isLast
    if let digest = part.whole { whole = Data(digest.bytes) }
  }
}

extension RecordLabel {
  /// What a label must keep to, whoever wrote it.
  func check() throws(BoxError) {
    try RecordPath.check(path)
    guard mode <= 0o7777 else { throw BoxError(.table, "a record's mode is more than permission bits") }
    guard date.map(BoxLimits.days.contains) ?? true else {
      throw BoxError(.table, "a record's date is before the year 1 or after 9999")
    }
    guard tags.count <= BoxLimits.tags else { throw BoxError(.table, "a record has \(tags.count) tags") }
  }
}

extension Record {
  init(decoding bytes: [UInt8], year: UInt16) throws(BoxError) {
    let message: Strongroom_Record = try decoded(bytes)
    guard message.unknownFields.data.isEmpty, message.elsewhere.isEmpty else {
      throw BoxError(.table, "a record has a field that version 1 doesn't know")
    }
    guard let id = Identifier(bytes: Array(message.id)), let digest = Digest(bytes: Array(message.sha256))
    else {
      throw BoxError(.table, "a record's id or digest has a wrong length")
    }
    guard message.retention == UInt32(year) else {
      throw BoxError(.table, "a record's retention isn't that of its box")
    }
    guard message.size <= BoxLimits.content, message.size > 0 || message.offset == 0 else {
      throw BoxError(.table, "a record's size or place is impossible")
    }
    let label = RecordLabel(
      id: id, path: Array(message.path), source: message.source, subject: Array(message.subject),
      title: message.title, mediaType: message.mediaType, modified: message.mtime, mode: message.mode,
      sealedAt: message.sealedAt, tags: message.tags, date: message.hasDate ? message.date : nil)
    try label.check()
    let part = message.hasPart ? try Part(decoding: message.part) : nil
    try part?.check(size: message.size)
    self.init(
      label, size: message.size, digest: digest, retention: year, offset: message.offset, part: part)
  }
}

extension Part {
  fileprivate init(decoding message: Strongroom_Part) throws(BoxError) {
    guard message.unknownFields.data.isEmpty, let set = Identifier(bytes: Array(message.set)) else {
      throw BoxError(.table, "a part is malformed")
    }
    let whole = Digest(bytes: Array(message.whole))
    guard message.last == (whole != nil), message.last || message.whole.isEmpty else {
      throw BoxError(.table, "the last part, and only it, has the digest of the whole")
    }
    self.init(set: set, number: message.number, offset: message.offset, total: message.total, whole: whole)
  }
}

/// Reads a message that is written in the one way that 3.2 allows: others could be read in two ways.
private func decoded<M: Message>(_ bytes: [UInt8]) throws(BoxError) -> M {
  let (message, again): (M, [UInt8])
  do {
    message = try M(serializedBytes: bytes)
    again = try message.serializedBytes()
  } catch {
    throw BoxError(.table, "a row of the table is no Protocol Buffers message")
  }
  guard again == bytes else { throw BoxError(.table, "a row of the table isn't written in the one way") }
  return message
}
