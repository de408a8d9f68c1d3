public import Sealing

/// Members of `removed`: one object that may be erased.
public struct RemovedObject: Hashable, Sendable {
  /// In which folder it lies.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case box, keyring
  }

  /// SHA-256 of its bytes, which is its name.
  public let hash: Digest
  /// In which folder it lies.
  public let kind: Kind

  /// An object to be removed.
  public init(hash: Digest, kind: Kind) {
    self.hash = hash
    self.kind = kind
  }
}

/// Members of `removed`.
struct RemovedObjects {
  let objects: [RemovedObject]
}

extension RemovedObjects: EventContent {
  static let name = EventName.removed
  static let memberNames: [String] = ["objects"]
  static let roles: Set<Role> = [.custodian]

  init(_ object: JSONObject) throws(Malformed) {
    var objects: [RemovedObject] = []
    for member in try object.objects("objects") {
      try member.only(["hash", "kind"])
      objects.append(
        RemovedObject(
          hash: try member.digest("hash"), kind: try member.choice("kind", of: RemovedObject.Kind.self)))
    }
    self.objects = objects
  }

  var members: JSONObject {
    ["objects": .array(objects.map { .object(["hash": $0.hash.value, "kind": .string($0.kind.rawValue)]) })]
  }

  /// Rule 9: what is removed is needed by nothing that the ledger knows of.
  func breaks(_ rule: Rule, in state: LedgerState, at place: EntryPlace) -> String? {
    guard rule == .removed else { return nil }
    for object in objects {
      switch object.kind {
      case .box:
        if let reason = state.box(object.hash).flatMap({ state.keeps($0, at: place.time, by: place.by) }) {
          return reason
        }
      case .keyring:
        if object.hash == state.generation?.file { return "\(object.hash) is the present generation" }
        if state.pendingKeys.contains(object.hash) { return "page \(object.hash) isn't taken over yet" }
      }
    }
    return nil
  }

  func enter(_ state: inout LedgerState, as entry: EnteredAs) {
    for object in objects where state.removed[object] == nil {
      state.removed[object] = Removal(entry: entry.number, since: state.time.newest)
    }
  }

  var summary: String {
    "\(objects.count) \(objects.count == 1 ? "object" : "objects")"
  }
}
