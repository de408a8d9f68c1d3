public import Sealing

/// A page as it is written: its bytes, and what names it.
public struct SealedPage: Sendable {
  /// The object's bytes; its name is their SHA-256.
  public let bytes: [UInt8]
  /// What names it, with the key that opens it.
  package let reference: PageReference
  /// The section whose rows these are.
  public let section: Identifier
  /// How many rows it has.
  package var rowCount: Int { reference.count }

  /// Seals rows under a fresh key.
  ///
  /// - Throws: what `KeyPage` refuses, so that nothing is written that no reader would take.
  init(rows: Secret, in section: Identifier, vault: Identifier) throws(KeyringError) {
    guard rows.count > 0, rows.count % KeyPage.rowSize == 0 else {
      throw KeyringError(.malformed, "a page without rows")
    }
    let context = SealContext(.page, vault: vault, section: section)
    let key = try KeySchedule.random("page key")
    let bytes = try Keyring.sealing("page") { () throws(SealingError) in
      try SealedStream.seal(rows, key: key, context: context)
    }
    let reference = try PageReference(
      digest: Digest.sha256(of: bytes), key: key, count: rows.count / KeyPage.rowSize, size: bytes.count,
      range: nil)
    self.reference = try KeyPage(rows: rows, as: reference, in: section).reference
    self.bytes = bytes
    self.section = section
  }
}

/// Rows that nobody has sealed yet: new subjects' keys, or new tokens.
package struct NewRows: Sendable {
  /// The section that they are for.
  package let section: Identifier
  private var rows: [(id: Identifier, value: Secret)] = []

  /// No rows yet, for a class or the directory.
  package init(for section: Identifier) { self.section = section }

  /// How many rows there are.
  package var count: Int { rows.count }
  /// Whether there are none.
  package var isEmpty: Bool { rows.isEmpty }

  /// Adds a subject's key, for a class.
  package mutating func add(subject: Identifier, key: Secret) { rows.append((subject, key)) }

  /// Makes a key for a subject and adds it, for a class.
  package mutating func addKey(for subject: Identifier) throws(KeyringError) -> Secret {
    let key = try KeySchedule.random("subject key")
    add(subject: subject, key: key)
    return key
  }

  /// Adds the id of a subject under a token, for the directory.
  package mutating func add(token: Identifier, subject: Identifier) {
    let value = Secret(count: KeyPage.valueSize) { (out) in
      out.append(copying: subject.bytes.span)
      out.append(zeros: 16)
    }
    rows.append((token, value))
  }

  /// Seals the rows, ascending by id, in as few pages as hold them.
  ///
  /// - Throws: `malformed` where an id was added twice or a row isn't one of its section.
  package func sealed(vault: Identifier) throws(KeyringError) -> [SealedPage] {
    let order = rows.indices.sorted { rows[$0].id < rows[$1].id }
    guard zip(order, order.dropFirst()).allSatisfy({ rows[$0].id < rows[$1].id }) else {
      throw KeyringError(.malformed, "new rows: an id twice")
    }
    guard rows.allSatisfy({ $0.value.count == KeyPage.valueSize }) else {
      throw KeyringError(.malformed, "new rows: a key of the wrong size")
    }
    var pages: [SealedPage] = []
    for start in stride(from: 0, to: order.count, by: KeyPage.maximumRows) {
      let part = order[start..<min(start + KeyPage.maximumRows, order.count)]
      let plain = Secret(count: part.count * KeyPage.rowSize) { (out) in
        for index in part {
          out.append(copying: rows[index].id.bytes.span)
          out.append(copying: rows[index].value)
        }
      }
      pages.append(try SealedPage(rows: plain, in: section, vault: vault))
    }
    return pages
  }
}
