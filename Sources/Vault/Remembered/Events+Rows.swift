internal import Sealing

/// Members of entries that a state keeps, as rows.
extension AskedAct: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    act = try rows.choice()
    drops = try rows.number()
    expires = try rows.number()
    particulars = try rows.digest()
  }

  func write(to rows: inout FoldWriter) {
    rows.choice(act)
    rows.number(drops)
    rows.number(expires)
    rows.digest(particulars)
  }
}

extension Copying: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    generation = try rows.number()
    place = try rows.identifier()
  }

  func write(to rows: inout FoldWriter) {
    rows.number(generation)
    rows.identifier(place)
  }
}

extension Snapshot: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    generation = try rows.number()
    missing = try rows.list { rows throws(FoldReader.Torn) in try rows.digest() }
    place = try rows.identifier()
    size = try rows.number()
    started = try rows.number()
  }

  func write(to rows: inout FoldWriter) {
    rows.number(generation)
    rows.list(missing) { rows, digest in rows.digest(digest) }
    rows.identifier(place)
    rows.number(size)
    rows.number(started)
  }
}

extension Verification: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    boxes = try rows.list { rows throws(FoldReader.Torn) in
      let (from, to) = (try rows.number(), try rows.number())
      guard from <= to else { throw FoldReader.Torn() }
      return from...to
    }
    damaged = try rows.list { rows throws(FoldReader.Torn) in try rows.digest() }
    generations = try rows.list { rows throws(FoldReader.Torn) in try rows.number() }
    level = try rows.choice()
    missing = try rows.list { rows throws(FoldReader.Torn) in try rows.digest() }
    place = try rows.identifier()
    size = try rows.number()
    strays = try rows.number()
  }

  func write(to rows: inout FoldWriter) {
    rows.list(boxes) { rows, range in
      rows.number(range.lowerBound)
      rows.number(range.upperBound)
    }
    rows.list(damaged) { rows, digest in rows.digest(digest) }
    rows.list(generations) { rows, generation in rows.number(generation) }
    rows.choice(level)
    rows.list(missing) { rows, digest in rows.digest(digest) }
    rows.identifier(place)
    rows.number(size)
    rows.number(strays)
  }
}

extension DrillOutcome: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    destination = try rows.identifier()
    passed = try rows.flag()
    plan = try rows.digest()
    report = try rows.digest()
    rpo = try rows.number()
    rto = try rows.number()
    snapshot = try rows.number()
  }

  func write(to rows: inout FoldWriter) {
    rows.identifier(destination)
    rows.flag(passed)
    rows.digest(plan)
    rows.digest(report)
    rows.number(rpo)
    rows.number(rto)
    rows.number(snapshot)
  }
}

extension Recovery: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    home = try rows.identifier()
    root = try rows.digest()
    size = try rows.number()
    snapshot = try rows.number()
  }

  func write(to rows: inout FoldWriter) {
    rows.identifier(home)
    rows.digest(root)
    rows.number(size)
    rows.number(snapshot)
  }
}
