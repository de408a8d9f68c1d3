internal import Keyring
internal import Sealing

/// What stands in a state, as rows.
extension Entered: FoldRow where Content: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    number = try rows.number()
    by = try rows.identifier()
    time = try rows.number()
    content = try Content(from: &rows)
  }

  func write(to rows: inout FoldWriter) {
    rows.number(number)
    rows.identifier(by)
    rows.number(time)
    content.write(to: &rows)
  }
}

extension KnownIdentity: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    // They were checked when the ledger was folded.
    identity = PublicIdentity(checkedBefore: try rows.counted(), ed25519: try rows.counted())
    kind = try rows.choice()
    roles = try rows.list { rows throws(FoldReader.Torn) in try rows.choice() }
    granted = try rows.number()
    since = try rows.number()
    earlier = try rows.list { rows throws(FoldReader.Torn) in
      Span(from: try rows.number(), to: try rows.number())
    }
    revoked = try rows.optionalNumber()
  }

  func write(to rows: inout FoldWriter) {
    rows.counted(identity.xWing)
    rows.counted(identity.ed25519)
    rows.choice(kind)
    rows.list(roles) { rows, role in rows.choice(role) }
    rows.number(granted)
    rows.number(since)
    rows.list(earlier) { rows, span in
      rows.number(span.from)
      rows.number(span.to)
    }
    rows.number(revoked)
  }
}

extension KnownGeneration: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    entry = try rows.number()
    time = try rows.number()
    by = try rows.identifier()
    change = try KeyringChange(from: &rows)
    taken = try rows.list()
    left = try rows.list()
    compared = try rows.optionalNumber()
    superseded = try rows.optionalNumber()
  }

  func write(to rows: inout FoldWriter) {
    rows.number(entry)
    rows.number(time)
    rows.identifier(by)
    change.write(to: &rows)
    rows.list(taken)
    rows.list(left)
    rows.number(compared)
    rows.number(superseded)
  }
}

extension PendingPage: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    entry = try rows.number()
    by = try rows.identifier()
    generation = try rows.number()
    page = AddedPages.Page(
      count: try rows.number(), hash: try rows.digest(), key: try rows.counted(), size: try rows.number())
  }

  func write(to rows: inout FoldWriter) {
    rows.number(entry)
    rows.identifier(by)
    rows.number(generation)
    rows.number(page.count)
    rows.digest(page.hash)
    rows.counted(page.key)
    rows.number(page.size)
  }
}

extension KnownPlace: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    id = try rows.identifier()
    copyings = try rows.list()
    snapshots = try rows.list()
    verifications = try rows.list()
    claims = try Claims(from: &rows)
    keysSeen = try rows.flag() ? KeysSeen(entry: try rows.number(), oldest: try rows.number()) : nil
    forgotten = try rows.optionalNumber()
    wasHome = try rows.flag()
  }

  func write(to rows: inout FoldWriter) {
    rows.identifier(id)
    rows.list(copyings)
    rows.list(snapshots)
    rows.list(verifications)
    claims.write(to: &rows)
    rows.flag(keysSeen != nil)
    if let keysSeen {
      rows.number(keysSeen.entry)
      rows.number(keysSeen.oldest)
    }
    rows.number(forgotten)
    rows.flag(wasHome)
  }
}
