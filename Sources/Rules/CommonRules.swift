internal import Ledger
internal import Sealing

/// The rules that hold for every event: 1 role, 5 four eyes. What else keeps an event from counting stands with it.
extension LedgerState {
  /// Rule 1: the signer is active and has a role for it.
  func brokenRole(_ content: any EventContent, by: Identifier) -> String? {
    // A founding entry is judged where it stands; a second one is no commit (Ledger).
    guard let signer = identities[by], signer.isActive else { return "\(by) isn't active" }
    guard !content.roles(in: self, by: by).isDisjoint(with: signer.roles) else {
      return "no role of \(by) allows `\(type(of: content).name.rawValue)`"
    }
    return nil
  }

  /// Whether this takes a request by another custodian: with one custodian nothing does.
  package func needsRequest(_ event: Event) -> Bool { needsRequest(event.content) }

  func needsRequest(_ content: any EventContent) -> Bool {
    content.isGrave(in: self) && activeCustodians.count >= 2
  }

  /// Rule 5: what takes four eyes names an open request of another custodian for exactly this (Format 4.7).
  func brokenEyes(_ content: any EventContent, _ entry: Entry) -> String? {
    guard needsRequest(content) else { return nil }
    guard let number = entry.request else { return "it takes a request by another custodian" }
    guard let request = requests[number] else { return "entry \(number) is no request that counts" }
    let asked = request.asked
    guard asked.by != entry.by else { return "request \(number) is by the same custodian" }
    guard asked.content.act == type(of: content).name else {
      return "request \(number) is for `\(asked.content.act.rawValue)`"
    }
    if let end = request.end { return "request \(number) isn't open any more: \(end.how.words)" }
    guard entry.time <= asked.content.expires else { return "request \(number) has expired" }
    return content.exceeds(asked.content, request: number, entry: entry, in: self)
  }
}
