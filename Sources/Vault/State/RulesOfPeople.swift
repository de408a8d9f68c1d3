internal import Keyring
internal import Ledger
internal import Sealing

/// The rules about who may do what: 1 role, 5 four eyes, 7 identity, 10 classes.
extension State {
  /// Rule 1: the signer is active and has a role for it.
  func brokenRole(_ event: Event, by: Identifier) -> String? {
    // A founding entry is judged where it stands; a second one is no commit (Ledger).
    guard let signer = identities[by], signer.isActive else { return "\(by) isn't active" }
    guard Role.allow(event.name, to: signer.roles) else {
      return "no role of \(by) allows `\(event.name.rawValue)`"
    }
    return nil
  }

  /// Whether this takes a request by another custodian: with one custodian nothing does.
  public func needsRequest(_ event: Event) -> Bool {
    let isGrave =
      switch event {
      case .granted(let grantee): grantee.roles.contains(.custodian)
      case .revoked(let id): isActive(id) && identities[id]?.roles.contains(.custodian) == true
      case .policy: true
      case .keyring(let change): change.rows.dropped > 0 && policy.eyes.contains(.drop)
      case .recovered: policy.eyes.contains(.recovered)
      default: false
      }
    return isGrave && activeCustodians.count >= 2
  }

  /// Rule 5: what takes four eyes names an open request of another custodian for exactly this.
  func brokenEyes(_ event: Event, _ entry: Entry) -> String? {
    guard needsRequest(event) else { return nil }
    guard let number = entry.request else { return "it takes a request by another custodian" }
    guard let request = requests[number] else { return "entry \(number) is no request that counts" }
    let asked = request.asked
    guard asked.by != entry.by else { return "request \(number) is by the same custodian" }
    guard isActive(asked.by), identities[asked.by]?.roles.contains(.custodian) == true else {
      return "request \(number) is by somebody who is no active custodian any more"
    }
    guard asked.content.act == event.name else {
      return "request \(number) is for `\(asked.content.act.rawValue)`"
    }
    guard entry.time <= asked.content.expires else { return "request \(number) has expired" }
    if let used = request.used { return "request \(number) was used by entry \(used)" }
    if case .keyring(let change) = event {
      guard asked.content.particulars == Self.noParticulars else {
        return "request \(number) isn't for a keyring"
      }
      guard change.rows.dropped <= asked.content.drops else {
        return "it drops \(change.rows.dropped) rows, but request \(number) allows \(asked.content.drops)"
      }
    } else {
      guard asked.content.particulars == entry.particulars else {
        return "request \(number) is for other particulars"
      }
    }
    return nil
  }

  /// What a request for a `keyring` has for particulars: its file isn't known yet.
  static let noParticulars = Digest(bytes: [UInt8](repeating: 0, count: Digest.byteCount))

  /// Rule 7: who is granted isn't active, who is revoked is, and a custodian stays.
  func brokenIdentity(_ event: Event) -> String? {
    switch event {
    case .granted(let grantee):
      return isActive(grantee.identity.id) ? "\(grantee.identity.id) is active already" : nil
    case .revoked(let id):
      guard isActive(id) else { return "\(id) isn't active" }
      return activeCustodians.elementsEqual([id]) ? "\(id) is the last custodian" : nil
    default:
      return nil
    }
  }

  /// Rule 10: a class never vanishes from the policy.
  func brokenClasses(_ event: Event) -> String? {
    guard case .policy(let next) = event else { return nil }
    let kept = Set(next.classes.map(\.id))
    let lost = policy.classes.first { !kept.contains($0.id) }
    return lost.map { "it leaves out class \($0.id)" }
  }
}
