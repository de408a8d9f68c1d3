public import Rules
internal import Keyring
internal import Ledger
internal import Sealing

/// What came of an act that may take two.
public enum Carried: Sendable {
  /// It is done.
  case done(ActOutcome)
  /// It waits for another custodian: the request for it, which says until when.
  case asked(RequestListing)
}

/// A request, as whoever is to decide on it sees it.
public struct RequestListing: Sendable {
  /// The request, and what became of it.
  public let request: KnownRequest
  /// What its maker is called, where that is known.
  public let label: String?
  /// What it asks for; nil where it can't be read.
  public let act: Act?
  /// Why, as its maker says.
  public let reason: String
  /// Why what it asks for isn't known, or can't be done.
  public let problem: VaultError?

  /// The number of its entry, by which it is called.
  public var number: UInt64 { request.asked.number }
}

/// Acts that take two: one custodian asks, another one carries it out (Format.md, 4.7).
extension OpenPlace {
  /// A request is good for a week.
  private static let goodFor: UInt64 = 7 * 86_400

  /// Carries an act out, or asks for it where that takes another custodian.
  public func carryOut(_ act: Act, reason: String = "") async throws -> Carried {
    try await check(act)
    guard let event = try event(of: act), state.needsRequest(event) else {
      return .done(try await perform(act))
    }
    // At a copy that isn't the vault yet the same command approves what it asked for.
    if case .recover = act, let number = try openRequest(for: event) {
      return .done(try await perform(act, request: number))
    }
    return .asked(try await ask(act, as: event, reason: reason))
  }

  /// The event that takes the request, as far as it is known beforehand; nil where none ever does.
  private func event(of act: Act) throws -> Event? {
    switch act {
    case .grant(let somebody, let role, _, _):
      guard let kind = IdentityKind(rawValue: somebody.kind) else { return nil }
      return .granted(Grantee(identity: somebody.identity, kind: kind, roles: [role]))
    case .change(let id, let role, _, _):
      guard let known = state.identities[id] else { return nil }
      return .granted(Grantee(identity: known.identity, kind: known.kind, roles: [role]))
    case .revoke(let id, _): return .revoked(id)
    case .policy(let change): return .policy(change.policy)
    case .recover(let home, let snapshot):
      return .recovered(Recovery(home: home, root: state.root, size: state.size, snapshot: snapshot))
    case .end(let entry, _): return .ended(entry)
    case .erase:
      return .erased(Erasure(generation: (state.generation?.number ?? 0) + 1, rows: 1))
    case .rotate, .settleClock: return nil
    }
  }

  /// A request of another custodian for exactly this.
  private func openRequest(for event: Event) throws -> UInt64? {
    let me = try writer().publicIdentity.id
    let particulars = try event.entry(by: me, time: machine.now()).particulars
    return state.openRequests(at: machine.now()).first {
      $0.asked.by != me && $0.asked.content.particulars == particulars
    }?.asked.number
  }

  /// Refuses what takes another custodian where none asked for it.
  func checkEyes(of act: Act, request: UInt64?) throws {
    guard request == nil, let event = try event(of: act), state.needsRequest(event) else { return }
    throw VaultError(
      .refused, "this needs four eyes: it takes a request by another custodian", safe: "nothing was changed")
  }

  private func ask(_ act: Act, as event: Event, reason: String) async throws -> RequestListing {
    let identity = try writer()
    let me = identity.publicIdentity.id
    let now = machine.now()
    let particulars = try event.entry(by: me, time: now).particulars
    if let same = try await openRequest(particulars, todo: try todo(of: act), at: now) {
      let number = same.asked.number
      throw VaultError(
        .refused,
        same.asked.by == me
          ? "you asked for this already: request \(number) waits for another custodian"
          : "request \(number) by another custodian asks for this already",
        safe: "nothing was written", hint: same.asked.by == me ? nil : .approveRequest(number))
    }
    let asked = AskedAct(
      act: event.name, drops: try await drops(of: act), expires: now + Self.goodFor, particulars: particulars)
    let draft = OpenLedger.Draft(
      .requested(asked), sealed: ["reason": .hex(Array(reason.utf8)), "todo": .object(try todo(of: act))])
    let written: Range<UInt64>
    if case .recover = act {
      // The copy isn't the vault yet: of all that may be written there, this is the first.
      try await checkAlone()
      written = try await ledger.commit(as: identity, clock: machine.now, journal: try await journal()) { _ in
        [draft]
      }
      for finding in ledger.shortfalls { note(.shortfall(finding)) }
    } else {
      written = try await commit(as: identity) { _ in [draft] }
    }
    guard let request = state.requests[written.lowerBound] else {
      throw VaultError(.refused, "the request doesn't count", safe: "nothing else was written")
    }
    return RequestListing(request: request, label: nil, act: act, reason: reason, problem: nil)
  }

  /// A request that waits for the same. In public all erasures are alike: what they are for is sealed.
  private func openRequest(
    _ particulars: Digest, todo: @autoclosure () throws -> JSONObject, at now: UInt64
  ) async throws -> KnownRequest? {
    for known in state.openRequests(at: now) where known.asked.content.particulars == particulars {
      guard known.asked.content.act == .erased else { return known }
      guard case .opened(let part) = try await sealedPart(of: known.asked.number, leaf: known.leaf) else {
        continue
      }
      if try (try? part.object("todo")) == todo() { return known }
    }
    return nil
  }

  /// How many rows an act may drop from the keyring: its keys, and what leads to who is gone, by every epoch of the
  /// directory.
  private func drops(of act: Act) async throws -> UInt64 {
    guard case .erase(let subjects, let classes, _) = act else { return 0 }
    let plan = try await erasurePlan(of: subjects, classes: classes)
    let led = plan.gone.isEmpty ? 0 : try await unlocked().directoryRows(to: plan.gone).count
    // A few more may come until it is approved, as by a new epoch of the directory.
    return UInt64(plan.keyCount + led + plan.gone.count)
  }

  /// The open requests, or all of them, by number; what they ask for as far as the journal is open.
  public func requests(all: Bool = false) async throws -> [RequestListing] {
    let known = state.requests.values.filter { all || $0.end == nil }.sorted {
      $0.asked.number < $1.asked.number
    }
    let parts = try await sealedParts(of: known.map { ($0.asked.number, $0.leaf) })
    let people = try await people()
    return known.map { request in
      listing(request, parts[request.asked.number] ?? .closed, label: people[request.asked.by])
    }
  }

  /// A request by its number.
  public func request(_ number: UInt64) async throws -> RequestListing {
    guard let known = state.requests[number] else {
      throw VaultError(.input, "entry \(number) is no request", hint: .listRequests)
    }
    let label = try await people()[known.asked.by]
    return listing(known, try await sealedPart(of: number, leaf: known.leaf), label: label)
  }

  private func listing(_ request: KnownRequest, _ part: SealedReading, label: String?) -> RequestListing {
    var (act, reason, problem): (Act?, String, VaultError?) = (nil, "", nil)
    switch part {
    case .closed:
      problem = VaultError(.notGranted, "what it asks for is sealed to the journal", hint: .bringIdentity)
    case .unreadable:
      problem = VaultError(.damaged, "what it asks for can't be read")
    case .opened(let object):
      reason = (try? object.hex("reason")).map { String(decoding: $0, as: UTF8.self) } ?? ""
      do { act = try self.act(of: request, reading: object) } catch {
        problem = VaultError(telling: error) ?? VaultError(.damaged, "what it asks for can't be read")
      }
    }
    return RequestListing(request: request, label: label, act: act, reason: reason, problem: problem)
  }

  /// What approving a request would do, or why it can't be approved by whoever asks.
  public func actToApprove(_ listing: RequestListing) async throws -> Act {
    let me = try writer().publicIdentity.id
    let number = listing.number
    let asked = listing.request.asked
    if let end = listing.request.end {
      throw VaultError(
        .refused, "request \(number) isn't open any more: \(end.how.words) (entry \(end.entry))",
        safe: "nothing was written")
    }
    guard machine.now() <= asked.content.expires else {
      throw VaultError(
        .refused, "request \(number) has expired", safe: "nothing was written", hint: "its maker asks again")
    }
    guard asked.by != me else {
      throw VaultError(
        .refused, "request \(number) is your own: another custodian approves it", safe: "nothing was written")
    }
    guard let act = listing.act else {
      throw listing.problem ?? VaultError(.damaged, "what request \(number) asks for can't be read")
    }
    try await check(act)
    guard let event = try event(of: act),
      try event.entry(by: me, time: machine.now()).particulars == asked.content.particulars
    else {
      throw VaultError(
        .refused, "request \(number) says something else in public than in its sealed part",
        safe: "nothing was written", hint: "decline it, and ask its maker why")
    }
    return act
  }

  /// Carries out what a request asks for, as `actToApprove` gave it.
  public func approve(_ listing: RequestListing, _ act: Act) async throws -> ActOutcome {
    try await perform(act, request: listing.number)
  }

  /// Ends a request, by another custodian or by its maker.
  public func decline(_ listing: RequestListing, reason: String) async throws {
    let identity = try writer()
    try await requireHome()
    let draft = OpenLedger.Draft(.ended(listing.number), saying: reason.utf8)
    try await checkCounts(draft, by: identity)
    try await commit(as: identity) { _ in [draft] }
  }
}
