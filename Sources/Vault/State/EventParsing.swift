internal import Boxes
internal import Keyring
public import Ledger
internal import Sealing

/// From an entry to its event: refused are unknown members and values out of bounds (Format 4.4).
extension Event {
  /// Sizes of what an entry may name (Format 2 and 3).
  enum Bounds {
    static let generation: ClosedRange<UInt64> = 1...UInt64(UInt32.max)
    static let generationSize = 1...UInt64(Generation.maximumSize)
    static let rowsOfPage = 1...UInt64(KeyPage.maximumRows)
    static let pageSize: ClosedRange<UInt64> = 1...UInt64(UInt32.max)
    static let pageKey = Addition.sealedKeySize
    static let boxSize = UInt64(BoxLimits.header)...BoxLimits.box
    static let year: ClosedRange<UInt64> = 1...9999
    static let journalEpoch = 1...UInt64(Section.maximumEpochs)
  }

  /// Parses the event's own members. An event that isn't known throws `StateError.Code.unknownEvent`.
  public init(_ entry: Entry) throws(StateError) {
    guard let name = EventName(rawValue: entry.event) else {
      throw StateError(
        .unknownEvent, "the event `\(entry.event)` isn't known",
        hint: "the ledger was written by a newer program; use that one")
    }
    do {
      if let sealed = entry.sealed {
        try entry.object.require(
          Bounds.journalEpoch.contains(sealed.epoch), "sealed", "names an epoch that can't be")
      }
      self = try Self.parse(name, entry.object)
    } catch {
      throw StateError(.malformed, "a `\(name.rawValue)` entry is malformed: \(error)")
    }
  }

  private static func parse(_ name: EventName, _ object: JSONObject) throws(Malformed) -> Event {
    func only(_ members: String...) throws(Malformed) {
      try object.only(members + ["by", "event", "request", "sealed", "time"])
    }
    switch name {
    case .founded:
      try only("custodians", "home", "nonce", "policy", "version")
      return .founded(try Founding(object))
    case .granted:
      try only("ed25519", "kind", "roles", "xwing")
      return .granted(try Grantee(object))
    case .revoked:
      try only("identity")
      return .revoked(try object.identifier("identity"))
    case .requested:
      try only("act", "drops", "expires", "particulars")
      return .requested(try AskedAct(object))
    case .policy:
      try only("policy")
      return .policy(try Policy(object.object("policy")))
    case .keyring:
      try only("file", "generation", "previous", "reason", "refused", "rows", "size", "through")
      return .keyring(try KeyringChange(object))
    case .keys:
      try only("generation", "pages")
      return .keys(try AddedPages(object))
    case .sealed:
      try only("boxes", "generation")
      return .sealed(try SealedBoxes(object))
    case .copying:
      try only("generation", "place")
      return .copying(
        Copying(
          generation: try object.integer("generation", in: Bounds.generation),
          place: try object.identifier("place")))
    case .snapshot:
      try only("generation", "missing", "place", "size", "started")
      return .snapshot(try Snapshot(object))
    case .verified:
      try only("boxes", "damaged", "generations", "level", "missing", "place", "size", "strays")
      return .verified(try Verification(object))
    case .drilled:
      try only("destination", "passed", "plan", "report", "rpo", "rto", "snapshot")
      return .drilled(try DrillOutcome(object))
    case .recovered:
      try only("home", "root", "size", "snapshot")
      return .recovered(try Recovery(object))
    case .removed:
      try only("objects")
      return .removed(try RemovedObject.list(object))
    case .clock:
      try only()
      return .clock
    }
  }
}

extension Founding {
  init(_ object: JSONObject) throws(Malformed) {
    try object.require(object.integer("version") == 1, "version", "isn't 1")
    try object.require(object.optionalObject("sealed") == nil, "sealed", "isn't allowed here")
    home = try object.identifier("home")
    nonce = try object.hex("nonce", count: 32)
    policy = try Policy(object.object("policy"))
    var custodians: [Custodian] = []
    for member in try object.objects("custodians") {
      try member.only(["ed25519", "kind", "xwing"])
      custodians.append(
        Custodian(
          identity: try member.publicIdentity(), kind: try member.choice("kind", of: IdentityKind.self)))
    }
    self.custodians = custodians
    try object.require(
      custodians.first?.identity.id == object.identifier("by"), "custodians", "doesn't begin with the founder"
    )
    try object.require(
      Set(custodians.map(\.identity.id)).count == custodians.count, "custodians", "names one twice")
  }
}

extension Grantee {
  init(_ object: JSONObject) throws(Malformed) {
    identity = try object.publicIdentity()
    kind = try object.choice("kind", of: IdentityKind.self)
    roles = try object.choices("roles", of: Role.self)
    try object.require(!roles.isEmpty, "roles", "is empty")
    try object.require(roles.isStrictlyAscending, "roles", "isn't ascending")
  }
}

extension AskedAct {
  init(_ object: JSONObject) throws(Malformed) {
    act = try object.choice("act", of: EventName.self)
    drops = try object.integer("drops")
    expires = try object.integer("expires")
    particulars = try object.digest("particulars")
  }
}

extension KeyringChange {
  init(_ object: JSONObject) throws(Malformed) {
    file = try object.digest("file")
    generation = try object.integer("generation", in: Event.Bounds.generation)
    previous = try object.optionalDigest("previous")
    reason = try object.choice("reason", of: Reason.self)
    size = try object.integer("size", in: Event.Bounds.generationSize)
    through = try object.integer("through")
    var refused: [RefusedPage] = []
    for member in try object.objects("refused") {
      try member.only(["count", "page"])
      refused.append(
        RefusedPage(
          count: try member.integer("count", in: Event.Bounds.rowsOfPage), page: try member.digest("page")))
    }
    self.refused = refused
    let account = try object.object("rows")
    try account.only(["added", "after", "before", "dropped", "merged"])
    rows = Rows(
      before: try account.integer("before"), added: try account.integer("added"),
      dropped: try account.integer("dropped"), merged: try account.integer("merged"),
      after: try account.integer("after"))
  }
}

extension AddedPages {
  init(_ object: JSONObject) throws(Malformed) {
    generation = try object.integer("generation", in: Event.Bounds.generation)
    var pages: [Page] = []
    for member in try object.objects("pages") {
      try member.only(["count", "hash", "key", "size"])
      pages.append(
        Page(
          count: try member.integer("count", in: Event.Bounds.rowsOfPage), hash: try member.digest("hash"),
          key: try member.hex("key", count: Event.Bounds.pageKey),
          size: try member.integer("size", in: Event.Bounds.pageSize)))
    }
    self.pages = pages
    try object.require(!pages.isEmpty, "pages", "is empty")
  }
}

extension SealedBoxes {
  init(_ object: JSONObject) throws(Malformed) {
    generation = try object.integer("generation", in: Event.Bounds.generation)
    var boxes: [Box] = []
    for member in try object.objects("boxes") {
      try member.only(["hash", "index", "offset", "size", "year"])
      let size = try member.integer("size", in: Event.Bounds.boxSize)
      boxes.append(
        Box(
          hash: try member.digest("hash"), index: try member.digest("index"),
          offset: try member.integer("offset", in: Event.Bounds.boxSize.lowerBound...size), size: size,
          year: try member.integer("year", in: Event.Bounds.year)))
    }
    self.boxes = boxes
    try object.require(!boxes.isEmpty, "boxes", "is empty")
  }
}

extension Snapshot {
  init(_ object: JSONObject) throws(Malformed) {
    generation = try object.integer("generation", in: Event.Bounds.generation)
    missing = try object.digests("missing")
    place = try object.identifier("place")
    size = try object.integer("size")
    started = try object.integer("started")
  }
}

extension Verification {
  init(_ object: JSONObject) throws(Malformed) {
    boxes = try object.ranges("boxes")
    damaged = try object.digests("damaged")
    generations = try object.integers("generations")
    level = try object.choice("level", of: VerifyLevel.self)
    missing = try object.digests("missing")
    place = try object.identifier("place")
    size = try object.integer("size")
    strays = try object.integer("strays")
  }
}

extension DrillOutcome {
  init(_ object: JSONObject) throws(Malformed) {
    destination = try object.identifier("destination")
    passed = try object.integer("passed", in: 0...1) == 1
    plan = try object.digest("plan")
    report = try object.digest("report")
    rpo = try object.integer("rpo")
    rto = try object.integer("rto")
    snapshot = try object.integer("snapshot")
  }
}

extension Recovery {
  init(_ object: JSONObject) throws(Malformed) {
    home = try object.identifier("home")
    root = try object.digest("root")
    size = try object.integer("size")
    snapshot = try object.integer("snapshot")
  }
}

extension RemovedObject {
  static func list(_ object: JSONObject) throws(Malformed) -> [RemovedObject] {
    var objects: [RemovedObject] = []
    for member in try object.objects("objects") {
      try member.only(["hash", "kind"])
      objects.append(
        RemovedObject(hash: try member.digest("hash"), kind: try member.choice("kind", of: Kind.self)))
    }
    return objects
  }
}
