internal import Ledger
package import Sealing

/// A request and what became of it.
public struct KnownRequest: Hashable, Sendable {
  /// What ended it.
  public enum How: String, Hashable, Sendable, CaseIterable {
    /// An entry carried it out.
    case used
    /// A custodian declined it, or its maker took it back.
    case ended
    /// A custodian's entry states a time after its last one.
    case expired
    /// Its maker is no custodian any more.
    case makerGone = "maker_gone"
    /// What it asks for was done, or can't be done any more.
    case overtaken
    /// Another place became the vault.
    case recovered

    /// In the middle of a sentence.
    public var words: String {
      switch self {
      case .used: "it was carried out"
      case .ended: "it was declined"
      case .expired: "it has expired"
      case .makerGone: "who made it is no custodian any more"
      case .overtaken: "what it asks for was overtaken by another entry"
      case .recovered: "another place became the vault since"
      }
    }
  }

  /// How and by which entry it ended.
  public struct End: Hashable, Sendable {
    /// What ended it.
    public let how: How
    /// The entry by which it did.
    public let entry: UInt64
  }

  /// What was asked for.
  public let asked: Entered<AskedAct>
  /// The leaf of its entry, whose sealed part says more.
  package let leaf: Digest
  /// What ended it; nil while it is open.
  public internal(set) var end: End?

  /// The entry that carried it out; nil while none has.
  package var used: UInt64? { end?.how == .used ? end?.entry : nil }

  /// Whether it asks that this identity be revoked. Nobody keeps their own key by ending it.
  func isToRevoke(_ id: Identifier) -> Bool {
    let revocation: JSONObject = ["event": .string(EventName.revoked.rawValue), "identity": .string(id.hex)]
    return asked.content.act == .revoked
      && asked.content.particulars == Digest.sha256(of: revocation.encoded())
  }
}

/// Open requests, and how they end (Format 4.7).
extension LedgerState {
  /// At most so many of one custodian are open.
  static let maximumOpenRequests = 100

  /// Requests that may still be carried out at `time`, by number.
  package func openRequests(at time: UInt64) -> [KnownRequest] {
    openRequests.sorted().compactMap { requests[$0] }.filter { time <= $0.asked.content.expires }
  }

  mutating func open(_ request: KnownRequest) {
    requests[request.asked.number] = request
    openRequests.insert(request.asked.number)
  }

  mutating func close(_ number: UInt64, _ how: KnownRequest.How, by entry: UInt64) {
    guard openRequests.remove(number) != nil else { return }
    requests[number]?.end = KnownRequest.End(how: how, entry: entry)
  }

  private mutating func closeRequests(
    _ how: KnownRequest.How, by entry: UInt64, where isOver: (KnownRequest) -> Bool
  ) {
    for number in openRequests {
      if let request = requests[number], isOver(request) { close(number, how, by: entry) }
    }
  }

  /// What a custodian states of time ends requests, but none to revoke them.
  mutating func expireRequests(by entry: EnteredAs) {
    closeRequests(.expired, by: entry.number) {
      $0.asked.number < entry.number && $0.asked.content.expires < entry.time && !$0.isToRevoke(entry.by)
    }
  }

  /// Those of who is no active custodian any more.
  mutating func closeRequestsOfFormerCustodians(by entry: EnteredAs) {
    let custodians = Set(activeCustodians)
    closeRequests(.makerGone, by: entry.number) { !custodians.contains($0.asked.by) }
  }

  /// All of them, since what they were made of may not have come back; but who recovers keeps nobody from revoking them.
  mutating func closeAllRequests(by entry: EnteredAs) {
    closeRequests(.recovered, by: entry.number) { !$0.isToRevoke(entry.by) }
  }

  /// Those that ask for another policy: each was made from the one before.
  mutating func closePolicyRequests(by entry: EnteredAs) {
    closeRequests(.overtaken, by: entry.number) { $0.asked.content.act == .policy }
  }

  /// Those to revoke who was revoked, since they may be granted anew; and those to grant, which might bring them back.
  mutating func closeRequests(afterRevoking id: Identifier, by entry: EnteredAs) {
    closeRequests(.overtaken, by: entry.number) { $0.asked.content.act == .granted || $0.isToRevoke(id) }
  }
}

extension KnownRequest: FoldRow {
  init(from rows: inout FoldReader) throws(FoldReader.Torn) {
    asked = try Entered(from: &rows)
    leaf = try rows.digest()
    end = try rows.flag() ? End(how: try rows.choice(), entry: try rows.number()) : nil
  }

  func write(to rows: inout FoldWriter) {
    asked.write(to: &rows)
    rows.digest(leaf)
    rows.flag(end != nil)
    if let end {
      rows.choice(end.how)
      rows.number(end.entry)
    }
  }
}
