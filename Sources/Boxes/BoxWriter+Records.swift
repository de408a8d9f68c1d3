internal import Sealing

extension BoxWriter {
  /// A record up to this size is written only where its content isn't in the bundle yet: 1 MiB.
  package static let heldBack: UInt64 = 1 << 20
  /// What is read at once is digested while it is in the processor's own memory.
  private static let piece = 256 << 10

  /// Bytes of content that still go into the open bundle.
  package var room: UInt64 { bundle == nil ? 0 : BoxLimits.content - workspace.cutter.position }

  /// Whether a record of this label and size goes into the open bundle; where not, end it and begin another.
  package func fits(_ label: RecordLabel, size: UInt64) -> Bool {
    guard let bundle, size <= room, bundle.records < BoxLimits.records else { return false }
    // Everything in a row but the label's own bytes takes less than 256 and 8 more a tag.
    var estimate = 256 + label.path.count + label.subject.count
    estimate += label.source.utf8.count + label.title.utf8.count + label.mediaType.utf8.count
    for tag in label.tags { estimate += tag.utf8.count + 8 }
    return workspace.table.hasRoom(for: estimate)
  }

  /// Puts in a record whose content is at hand; content that the bundle holds already isn't written again.
  /// - Throws: as `beginRecord`, `write` and `endRecord`; the record is given up then.
  @discardableResult
  package func append(_ label: RecordLabel, content: Span<UInt8>, part: Part? = nil) throws -> Record {
    try beginRecord(label)
    guard let open = record else { preconditionFailure("no record is open") }
    record = nil
    let size = UInt64(content.count)
    guard size <= room else { throw BoxError(.full, "the record doesn't fit into what its bundle has left") }
    let digest = Digest.sha256(of: content)
    let known = size == 0 ? 0 : workspace.held[.init(digest: digest, size: size)]
    let sealed = try seal(label, size: size, digest: digest, offset: known ?? open.start, part: part)
    if known == nil {
      try unbroken {
        if size > Self.heldBack {
          try workspace.cutter.stream(content, open.kind) { try writeBody($0) }
        } else {
          workspace.cutter.hold(content, open.kind)
        }
        try hold(open, digest: digest, size: size)
      }
    }
    return sealed
  }

  /// Begins a record; its content follows in pieces.
  /// - Throws: `.path` and `.table` for a label that breaks a rule, `.full` where the bundle has no room for it.
  package func beginRecord(_ label: RecordLabel) throws {
    precondition(record == nil, "a record is open")
    precondition(bundle != nil, "no bundle is open")
    try checkWhole()
    try label.check()
    guard fits(label, size: 0) else { throw BoxError(.full, "the bundle has no room for another record") }
    guard !workspace.ids.contains(label.id) else {
      throw BoxError(.table, "the bundle has a record of this id")
    }
    record = OpenRecord(
      label: label, kind: .init(classID: classID, path: label.path), start: workspace.cutter.position)
    _ = workspace.recordDigest.finish()
  }

  /// Takes the next piece of the open record's content.
  /// - Throws: `.full` where the bundle would get more than 64 MiB; abandon the record then.
  package func write(_ piece: Span<UInt8>) throws {
    guard var open = record else { preconditionFailure("no record is open") }
    try checkWhole()
    guard UInt64(piece.count) <= room else {
      throw BoxError(.full, "the record doesn't fit into what is left of its bundle")
    }
    workspace.recordDigest.update(piece)
    open.size += UInt64(piece.count)
    open.isStreamed = open.isStreamed || open.size > Self.heldBack
    record = open
    if open.isStreamed {
      try unbroken { try workspace.cutter.stream(piece, open.kind) { try writeBody($0) } }
    } else {
      workspace.cutter.hold(piece, open.kind)
    }
  }

  /// Takes the open record's next `count` bytes straight from their source, without a copy: `source` is told how many
  /// to append at which place of these, and appends fewer only at its end. Returns how many came.
  /// - Throws: as `write`, and whatever the source throws; abandon the record then.
  package func fill(_ count: Int, from source: (inout [UInt8], _ at: Int, _ count: Int) throws -> Void)
    throws -> Int
  {
    guard var open = record else { preconditionFailure("no record is open") }
    try checkWhole()
    guard UInt64(count) <= room else {
      throw BoxError(.full, "the record doesn't fit into what is left of its bundle")
    }
    open.isStreamed = open.isStreamed || open.size + UInt64(count) > Self.heldBack
    var done = 0
    while done < count {
      var piece = min(count - done, Self.piece)
      if open.isStreamed {
        piece = min(piece, try unbroken { try workspace.cutter.roomInFrame { try writeBody($0) } })
      }
      let got = try workspace.cutter.take(open.kind) {
        try source(&$0, done, piece)
      } _: { (fresh) in
        workspace.recordDigest.update(fresh)
        return fresh.count
      }
      done += got
      open.size += UInt64(got)
      record = open
      if got < piece { break }
    }
    return done
  }

  /// Ends the open record.
  /// - Parameter part: which part it is, of a record of more than 64 MiB.
  /// - Throws: `.parts` for a part that can't be, `.full` where the table has no room; abandon the record then.
  package func endRecord(part: Part? = nil) throws -> Record {
    guard let open = record else { preconditionFailure("no record is open") }
    try checkWhole()
    let digest = workspace.recordDigest.finish()
    let known = open.size == 0 ? 0 : workspace.held[.init(digest: digest, size: open.size)]
    let sealed = try seal(
      open.label, size: open.size, digest: digest, offset: known ?? open.start, part: part)
    record = nil
    if known == nil {
      try unbroken { try hold(open, digest: digest, size: open.size) }
    } else {
      workspace.cutter.takeBack(to: open.start)
    }
    return sealed
  }

  /// Gives up the open record. What of it is in frames already stays in the body, and no record names it.
  package func abandonRecord() {
    guard let open = record else { return }
    workspace.cutter.takeBack(to: open.start)
    record = nil
  }

  /// Keeps in mind where a content is, and cuts the frame where it is full.
  private func hold(_ open: OpenRecord, digest: Digest, size: UInt64) throws {
    workspace.held[.init(digest: digest, size: size)] = open.start
    try workspace.cutter.settle(from: open.start, open.kind) { try writeBody($0) }
  }

  private func seal(
    _ label: RecordLabel, size: UInt64, digest: Digest, offset: UInt64, part: Part?
  ) throws(BoxError) -> Record {
    try part?.check(size: size)
    let record = Record(label, size: size, digest: digest, retention: year, offset: offset, part: part)
    let row = try TableEncoder.encoding(of: record)
    guard workspace.table.hasRoom(for: row.count) else {
      throw BoxError(.full, "the bundle's table has no room for another record")
    }
    workspace.table.append(row: row)
    appended(id: label.id)
    return record
  }
}
