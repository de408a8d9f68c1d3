public import Sealing

// A section as fixed rows, so that its keys never pass a parser that copies them.

extension Section {
  static let headSize = 128
  static let epochSize = 48
  static let pageSize = 96
  static let readerSize = 16

  /// The plaintext of a sealed section (Format 2.3).
  public func encoded() -> Secret {
    let size =
      Section.headSize + epochs.count * Section.epochSize + pages.count * Section.pageSize
      + readers.count * Section.readerSize
    return Secret(count: size) { (out) in
      let name = Array(self.name.utf8)
      out.append(copying: id.bytes.span)
      out.append(bigEndian: kind.rawValue)
      out.append(bigEndian: UInt16(name.count))
      out.append(bigEndian: UInt32(epochs.count))
      out.append(bigEndian: UInt32(pages.count))
      out.append(bigEndian: UInt32(readers.count))
      out.append(copying: name.span)
      out.append(zeros: Section.maximumName - name.count)
      for epoch in epochs { Section.append(epoch, to: &out) }
      for page in pages { Section.append(page, to: &out) }
      for reader in readers { out.append(copying: reader.bytes.span) }
    }
  }

  /// Reads the plaintext of a sealed section.
  ///
  /// - Throws: `malformed` or `limit` for everything that Format 2.3 refuses.
  public init(decoding plain: Secret) throws(KeyringError) {
    let layout = try plain.withSpan { (span) throws(KeyringError) in try Layout(span) }
    let epochs = try plain.withSpan { (span) throws(KeyringError) in
      var epochs: [Epoch] = []
      for index in 0..<layout.epochs {
        epochs.append(try Section.epoch(in: span, at: layout.epoch(index), of: plain))
      }
      return epochs
    }
    let pages = try plain.withSpan { (span) throws(KeyringError) in
      var pages: [PageReference] = []
      pages.reserveCapacity(layout.pages)
      for index in 0..<layout.pages {
        pages.append(try Section.page(in: span, at: layout.page(index), of: plain))
      }
      return pages
    }
    let readers = plain.withSpan { (span) in
      (0..<layout.readers).map { span.identifier(at: layout.reader($0)) }
    }
    try self.init(id: layout.id, name: layout.name, epochs: epochs, pages: pages, readers: readers)
    guard kind.rawValue == layout.kind else {
      throw KeyringError(.malformed, "section \(id): kind \(layout.kind) doesn't belong to its id")
    }
  }

  private static func append(_ epoch: Epoch, to out: inout OutputSpan<UInt8>) {
    out.append(bigEndian: epoch.number)
    out.append(bigEndian: epoch.state.rawValue)
    out.append(bigEndian: epoch.marks.rawValue)
    out.append(bigEndian: epoch.since)
    if let key = epoch.key { out.append(copying: key) } else { out.append(zeros: KeySchedule.keySize) }
  }

  private static func append(_ page: PageReference, to out: inout OutputSpan<UInt8>) {
    out.append(copying: (page.range?.first ?? .zero).bytes.span)
    out.append(copying: page.digest.bytes.span)
    out.append(copying: page.key)
    out.append(bigEndian: UInt32(page.count))
    out.append(bigEndian: UInt32(page.size))
    out.append(bigEndian: page.range?.lastPrefix ?? 0)
  }

  private static func epoch(
    in span: Span<UInt8>, at offset: Int, of plain: Secret
  ) throws(KeyringError) -> Epoch {
    let number = BigEndian.u32(span, at: offset)
    guard let state = Epoch.State(rawValue: BigEndian.u16(span, at: offset + 4)) else {
      throw KeyringError(.malformed, "epoch \(number): unknown state")
    }
    let key = plain.slice(offset + 16..<offset + 48)
    if state == .destroyed, !key.isZero {
      throw KeyringError(.malformed, "epoch \(number): destroyed, and has a key")
    }
    return Epoch(
      number: number, state: state, marks: Epoch.Marks(rawValue: BigEndian.u16(span, at: offset + 6)),
      since: BigEndian.u64(span, at: offset + 8), key: state == .destroyed ? nil : key)
  }

  private static func page(
    in span: Span<UInt8>, at offset: Int, of plain: Secret
  ) throws(KeyringError) -> PageReference {
    guard let digest = Digest(span.extracting(offset + 16..<offset + 48)) else {
      throw KeyringError(.malformed, "a page without digest")
    }
    return try PageReference(
      digest: digest, key: plain.slice(offset + 48..<offset + 80),
      count: Int(BigEndian.u32(span, at: offset + 80)),
      size: Int(BigEndian.u32(span, at: offset + 84)),
      range: PageRange(first: span.identifier(at: offset), lastPrefix: BigEndian.u64(span, at: offset + 88)))
  }
}

/// Where the rows of a section's plaintext are, once its head's counts are known to fit its length.
private struct Layout {
  let id: Identifier
  let kind: UInt16
  let name: String
  let epochs: Int
  let pages: Int
  let readers: Int

  init(_ span: Span<UInt8>) throws(KeyringError) {
    guard span.count >= Section.headSize else { throw KeyringError(.malformed, "a section without head") }
    id = span.identifier(at: 0)
    kind = BigEndian.u16(span, at: 16)
    let length = Int(BigEndian.u16(span, at: 18))
    epochs = Int(BigEndian.u32(span, at: 20))
    pages = Int(BigEndian.u32(span, at: 24))
    readers = Int(BigEndian.u32(span, at: 28))
    guard epochs <= Section.maximumEpochs, pages <= Section.maximumPages, readers <= Section.maximumReaders
    else {
      throw KeyringError(.limit, "section \(id): more epochs, pages or readers than the format allows")
    }
    guard length <= Section.maximumName, span.isZero(32 + length..<Section.headSize) else {
      throw KeyringError(.malformed, "section \(id): a name longer than its field or not padded with zeros")
    }
    let bytes = (32..<32 + length).map { span[$0] }
    guard let name = String(validating: bytes, as: UTF8.self) else {
      throw KeyringError(.malformed, "section \(id): a name that isn't UTF-8")
    }
    self.name = name
    guard span.count == reader(readers) else {
      throw KeyringError(.malformed, "section \(id): its length isn't that of its rows")
    }
  }

  func epoch(_ index: Int) -> Int { Section.headSize + index * Section.epochSize }
  func page(_ index: Int) -> Int { epoch(epochs) + index * Section.pageSize }
  func reader(_ index: Int) -> Int { page(pages) + index * Section.readerSize }
}
