internal import Ledger
internal import Sealing

/// The state as rows. Boxes go as fixed rows without their ordinals, and with the order of their digests.
///
/// Whoever adds a stored property to `LedgerState`, or to anything in it, adds it here and raises `RememberedFold.version`.
extension LedgerState: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    let vault = try rows.identifier()
    guard let tree = MerkleTree(encoded: try rows.counted()) else { throw FoldReader.Torn() }
    let identities = try rows.dictionary { rows throws(FoldReader.Torn) in
      let identity = try KnownIdentity(from: &rows)
      return (identity.identity.id, identity)
    }
    self.init(
      vault: vault, tree: tree, policy: try Policy(from: &rows), policyEntry: try rows.number(),
      home: try rows.identifier(), time: try VaultTime(from: &rows), identities: identities)
    statedYears = try rows.list()
    generations = try rows.list()
    pendingKeys = PendingKeys(try rows.list())
    try readBoxes(&rows)
    places = try rows.dictionary { rows throws(FoldReader.Torn) in
      let place = try KnownPlace(from: &rows)
      return (place.id, place)
    }
    recoveries = try rows.list()
    requests = try rows.dictionary { rows throws(FoldReader.Torn) in
      let request = try KnownRequest(from: &rows)
      return (request.asked.number, request)
    }
    openRequests = Set(requests.filter { $0.value.end == nil }.keys)
    holds = try rows.dictionary { rows throws(FoldReader.Torn) in
      (try rows.number(), try KnownHold(from: &rows))
    }
    erasures = try rows.dictionary { rows throws(FoldReader.Torn) in
      let erasure = try KnownErasure(from: &rows)
      return (erasure.erased.number, erasure)
    }
    moves = try rows.dictionary { rows throws(FoldReader.Torn) in
      let move = try KnownMove(from: &rows)
      guard move.boxes.upperBound <= boxes.count, move.replaced.allSatisfy({ $0 < boxes.count }) else {
        throw FoldReader.Torn()
      }
      return (move.entry, move)
    }
    moved = try rows.number()
    movesKnown = try rows.number()
    findings = try rows.dictionary { rows throws(FoldReader.Torn) in
      let finding = try KnownFinding(from: &rows)
      return (finding.found.number, finding)
    }
    drills = try rows.list()
    removed = try rows.dictionary { rows throws(FoldReader.Torn) in
      let object = RemovedObject(hash: try rows.digest(), kind: try rows.choice())
      return (object, Removal(entry: try rows.number(), since: try rows.number()))
    }
    substance = try Substance(from: &rows)
    activity = try rows.dictionary { rows throws(FoldReader.Torn) in
      (try rows.identifier(), try Activity(from: &rows))
    }
    notCountedCount = try rows.number()
    notCounted = try rows.list()
  }

  func write(to rows: inout FoldWriter) {
    rows.identifier(vault)
    rows.counted(tree.encoded)
    rows.dictionary(identities) { rows, _, identity in identity.write(to: &rows) }
    policy.write(to: &rows)
    rows.number(policyEntry)
    rows.identifier(home)
    time.write(to: &rows)
    rows.list(statedYears)
    rows.list(generations)
    rows.list(pendingPages)
    writeBoxes(&rows)
    rows.dictionary(places) { rows, _, place in place.write(to: &rows) }
    rows.list(recoveries)
    rows.dictionary(requests) { rows, _, request in request.write(to: &rows) }
    rows.dictionary(holds) { rows, number, hold in
      rows.number(number)
      hold.write(to: &rows)
    }
    rows.dictionary(erasures) { rows, _, erasure in erasure.write(to: &rows) }
    rows.dictionary(moves) { rows, _, move in move.write(to: &rows) }
    rows.number(moved)
    rows.number(movesKnown)
    rows.dictionary(findings) { rows, _, finding in finding.write(to: &rows) }
    rows.list(drills)
    rows.dictionary(removed) { rows, object, removal in
      rows.digest(object.hash)
      rows.choice(object.kind)
      rows.number(removal.entry)
      rows.number(removal.since)
    }
    substance.write(to: &rows)
    rows.dictionary(activity) { rows, id, activity in
      rows.identifier(id)
      activity.write(to: &rows)
    }
    rows.number(notCountedCount)
    rows.list(notCounted)
  }

  private mutating func readBoxes(_ rows: inout FoldReader) throws(FoldReader.Torn) {
    for ordinal in 0..<(try rows.count()) {
      let (entry, time) = (try rows.number(), try rows.number())
      if let replaced = try rows.optionalNumber() { boxes.replace(ordinal, by: replaced) }
      for gap in try rows.list({ rows throws(FoldReader.Torn) in (try rows.number(), try rows.number()) }) {
        boxes.restore(ordinal, from: gap.0, by: gap.1, isReplaced: false)
      }
      let sealing = KnownBoxes.Sealing(
        entry: entry, time: time, generation: try rows.number(), stated: try rows.number())
      boxes.append(try SealedBoxes.Box(from: &rows), as: sealing)
    }
    let count = UInt64(boxes.count)
    var order: [UInt32] = []
    order.reserveCapacity(boxes.count)
    while order.count < boxes.count {
      // Two in each number.
      let pair = try rows.number()
      for ordinal in [pair >> 32, pair & 0xffff_ffff] where order.count < boxes.count {
        guard ordinal < count else { throw FoldReader.Torn() }
        order.append(UInt32(ordinal))
      }
    }
    ordinals = BoxOrdinals(inOrder: order)
  }

  private func writeBoxes(_ rows: inout FoldWriter) {
    rows.number(UInt64(boxes.count))
    for box in boxes {
      rows.number(box.entry)
      rows.number(box.time)
      rows.number(box.replaced)
      rows.list(box.gaps) { rows, gap in
        rows.number(gap.from)
        rows.number(gap.to)
      }
      rows.number(box.generation)
      rows.number(boxes.sealing(box.ordinal).stated)
      box.box.write(to: &rows)
    }
    let order = ordinals.sorted(in: boxes)
    for index in stride(from: 0, to: order.count, by: 2) {
      let second = index + 1 < order.count ? UInt64(order[index + 1]) : 0
      rows.number(UInt64(order[index]) << 32 | second)
    }
  }
}

extension NotCounted: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    number = try rows.number()
    event = try rows.choice()
    by = try rows.identifier()
    guard let rule = Rule(rawValue: Int(truncatingIfNeeded: try rows.number())) else {
      throw FoldReader.Torn()
    }
    self.rule = rule
    reason = try rows.text()
  }

  func write(to rows: inout FoldWriter) {
    rows.number(number)
    rows.choice(event)
    rows.identifier(by)
    rows.number(UInt64(rule.rawValue))
    rows.text(reason)
  }
}

extension Substance: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    boxes = try rows.number()
    keys = try rows.number()
    places = try rows.number()
  }

  func write(to rows: inout FoldWriter) {
    rows.number(boxes)
    rows.number(keys)
    rows.number(places)
  }
}

extension VaultTime: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    let newest = try Statement(from: &rows)
    self.init(
      newest: newest, custodians: try Statement(from: &rows),
      stated: try rows.dictionary { rows throws(FoldReader.Torn) in (try rows.identifier(), try rows.number())
      }, putBack: try rows.optionalNumber())
  }

  func write(to rows: inout FoldWriter) {
    newestStatement.write(to: &rows)
    custodians.write(to: &rows)
    rows.dictionary(stated) { rows, id, time in
      rows.identifier(id)
      rows.number(time)
    }
    rows.number(putBack)
  }
}

extension VaultTime.Statement: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    self.init(time: try rows.number(), entry: try rows.number(), by: try rows.identifier())
  }

  func write(to rows: inout FoldWriter) {
    rows.number(time)
    rows.number(entry)
    rows.identifier(by)
  }
}

extension Policy: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    self.init(
      clockLead: try rows.number(), entersAccess: try rows.flag(),
      classes: try rows.list { rows throws(FoldReader.Torn) in
        ClassRule(id: try rows.identifier(), years: try rows.number(), isKept: try rows.flag())
      },
      cryptoperiod: try rows.number(),
      fourEyes: Set(try rows.list { rows throws(FoldReader.Torn) -> Eyes in try rows.choice() }),
      holdback: try rows.number(), erasePercent: try rows.number(),
      schedule: Schedule(
        destinations: try rows.number(), drillDays: try rows.number(), rehearseDays: try rows.number(),
        snapshotHours: try rows.number(), verifyDays: try rows.number()))
  }

  func write(to rows: inout FoldWriter) {
    rows.number(clockLead)
    rows.flag(entersAccess)
    rows.list(classes) { rows, rule in
      rows.identifier(rule.id)
      rows.number(rule.years)
      rows.flag(rule.isKept)
    }
    rows.number(cryptoperiod)
    rows.list(fourEyes) { rows, eyes in rows.choice(eyes) }
    rows.number(holdback)
    rows.number(erasePercent)
    rows.number(schedule.destinations)
    rows.number(schedule.drillDays)
    rows.number(schedule.rehearseDays)
    rows.number(schedule.snapshotHours)
    rows.number(schedule.verifyDays)
  }
}
