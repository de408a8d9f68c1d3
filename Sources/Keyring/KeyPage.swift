package import Sealing

/// An opened page: up to 4,096 rows, ascending by id (Format 2.4).
///
/// A class's row is a subject id and its key, a row of the directory a token and the subject's id.
package final class KeyPage: Sendable {
  /// The most rows of a page.
  package static let maximumRows = 4096
  static let rowSize = 48
  static let valueSize = 32

  /// What named it, with the range that its rows have.
  package let reference: PageReference
  /// The section whose rows these are.
  package let section: Identifier
  let rows: Secret

  /// Opens a sealed page.
  ///
  /// - Parameters:
  ///   - sealed: the bytes of the page's object.
  ///   - reference: what names it; its digest, size, count and range must be the page's.
  ///   - section: the id of the section that names it.
  ///   - vault: the vault id.
  /// - Throws: `mismatched`, `wrongKey`, `damaged` or `malformed`; nothing of the page may be used then.
  package convenience init(
    opening sealed: [UInt8], as reference: PageReference, in section: Identifier, vault: Identifier
  ) throws(KeyringError) {
    let name = "page \(reference.digest.hex)"
    try reference.check()
    guard sealed.count == reference.size else {
      throw KeyringError(.mismatched, "\(name): \(sealed.count) bytes instead of \(reference.size)")
    }
    guard Digest.sha256(of: sealed) == reference.digest else {
      throw KeyringError(.mismatched, "\(name): the bytes have another digest")
    }
    let context = SealContext(.page, vault: vault, section: section)
    let rows = try Keyring.sealing(name) { () throws(SealingError) in
      try SealedStream.openSecret(sealed.span, key: reference.key, context: context)
    }
    try self.init(rows: rows, as: reference, in: section)
  }

  /// A page of rows that are known; refuses those that don't match the reference.
  init(rows: Secret, as reference: PageReference, in section: Identifier) throws(KeyringError) {
    let name = "page \(reference.digest.hex)"
    guard rows.count == reference.count * KeyPage.rowSize else {
      throw KeyringError(.mismatched, "\(name): the count of its rows isn't \(reference.count)")
    }
    guard Section.kind(of: section) != .journal else {
      throw KeyringError(.malformed, "\(name): the journal has no pages")
    }
    guard KeyPage.isAscending(rows) else {
      throw KeyringError(.malformed, "\(name): its rows are out of order or an id stands there twice")
    }
    guard KeyPage.valuesFit(rows, section: section) else {
      throw KeyringError(.malformed, "\(name): a row that its section can't have")
    }
    let range = KeyPage.range(of: rows)
    guard reference.range.map({ $0 == range }) ?? true else {
      throw KeyringError(.mismatched, "\(name): it begins or ends with another id")
    }
    self.reference = try PageReference(
      digest: reference.digest, key: reference.key, count: reference.count, size: reference.size, range: range
    )
    self.section = section
    self.rows = rows
  }

  /// How many rows it has.
  package var count: Int { reference.count }

  /// The key of a subject; nil where the page has no row for it. For pages of a class.
  package func key(of subject: Identifier) -> Secret? { index(of: subject).map(value) }

  /// The subject's id under a token; nil where the page has no row for it. For pages of the directory.
  package func subject(of token: Identifier) -> Identifier? { index(of: token).map(subject) }

  /// The id of the row at a place.
  package func id(at index: Int) -> Identifier {
    rows.withSpan { (span) in span.identifier(at: index * KeyPage.rowSize) }
  }

  /// The 32 bytes behind the id of the row at a place.
  func value(at index: Int) -> Secret {
    rows.slice(index * KeyPage.rowSize + 16..<(index + 1) * KeyPage.rowSize)
  }

  /// The subject id of the directory's row at a place.
  package func subject(at index: Int) -> Identifier {
    rows.withSpan { (span) in span.identifier(at: index * KeyPage.rowSize + 16) }
  }

  /// Where the row for an id is.
  func index(of id: Identifier) -> Int? {
    rows.withSpan { (span) in
      let index = (0..<count).partitioningIndex { span.identifier(at: $0 * KeyPage.rowSize) >= id }
      return index < count && span.identifier(at: index * KeyPage.rowSize) == id ? index : nil
    }
  }

  /// Length of a sealed page of so many rows.
  package static func sealedSize(rows count: Int) -> Int {
    SealedStream.sealedSize(plain: UInt64(count * rowSize)).map(Int.init) ?? 0
  }

  static func range(of rows: Secret) -> PageRange {
    rows.withSpan { (span) in
      PageRange(first: span.identifier(at: 0), lastPrefix: BigEndian.u64(span, at: span.count - rowSize))
    }
  }

  private static func isAscending(_ rows: Secret) -> Bool {
    rows.withSpan { (span) in
      var previous = span.identifier(at: 0)
      for offset in stride(from: rowSize, to: span.count, by: rowSize) {
        let next = span.identifier(at: offset)
        guard previous < next else { return false }
        previous = next
      }
      return true
    }
  }

  /// A class's keys aren't zero; what follows a subject's id in the directory is, and the id isn't.
  private static func valuesFit(_ rows: Secret, section: Identifier) -> Bool {
    let directory = Section.kind(of: section) == .directory
    return rows.withSpan { (span) in
      for offset in stride(from: 0, to: span.count, by: rowSize) {
        if span.isZero(offset + 16..<offset + (directory ? 32 : rowSize)) { return false }
        if directory, !span.isZero(offset + 32..<offset + rowSize) { return false }
      }
      return true
    }
  }
}
