internal import Keyring
public import Ledger
public import Sealing

/// From an event to its entry's members: the opposite of `EventParsing`.
extension Event {
  /// The event's own members, without `by`, `event`, `time`, `request` and `sealed`.
  public var members: JSONObject {
    switch self {
    case .founded(let founding): founding.members
    case .granted(let grantee): grantee.members
    case .revoked(let identity): JSONObject(["identity": .string(identity.hex)])
    case .requested(let asked): asked.members
    case .policy(let policy): JSONObject(["policy": .object(policy.members)])
    case .keyring(let change): change.members
    case .keys(let added): added.members
    case .sealed(let sealed): sealed.members
    case .copying(let copying):
      JSONObject(["generation": .integer(copying.generation), "place": .string(copying.place.hex)])
    case .snapshot(let snapshot): snapshot.members
    case .verified(let verification): verification.members
    case .drilled(let outcome): outcome.members
    case .recovered(let recovery): recovery.members
    case .removed(let objects): JSONObject(["objects": .array(objects.map(\.value))])
    case .clock: JSONObject()
    }
  }

  /// The entry by which `by` enters this at `time`. It is parsed again, so what a reader would refuse isn't written.
  public func entry(by: Identifier, time: UInt64, request: UInt64? = nil) throws(StateError) -> Entry {
    let entry: Entry
    do {
      entry = try Entry(event: name.rawValue, by: by, time: time, request: request, members: members)
    } catch {
      throw StateError(.malformed, "a `\(name.rawValue)` entry can't be written: \(error.what)", cause: error)
    }
    _ = try Event(entry)
    return entry
  }
}

extension PublicIdentity {
  /// Both keys and the kind, as `founded` and `granted` state them.
  func members(kind: IdentityKind) -> JSONObject {
    JSONObject([
      "ed25519": .hex(ed25519), "kind": .string(kind.rawValue),
      "xwing": .hex(xWing),
    ])
  }
}

extension Founding {
  var members: JSONObject {
    JSONObject([
      "custodians": .array(custodians.map { .object($0.identity.members(kind: $0.kind)) }),
      "home": .string(home.hex), "nonce": .hex(nonce), "policy": .object(policy.members),
      "version": .integer(1),
    ])
  }
}

extension Grantee {
  var members: JSONObject {
    var members = identity.members(kind: kind)
    members["roles"] = .array(roles.map { .string($0.rawValue) })
    return members
  }
}

extension AskedAct {
  var members: JSONObject {
    JSONObject([
      "act": .string(act.rawValue), "drops": .integer(drops), "expires": .integer(expires),
      "particulars": .string(particulars.hex),
    ])
  }
}

extension KeyringChange {
  var members: JSONObject {
    JSONObject([
      "file": .string(file.hex), "generation": .integer(generation), "previous": .string(previous?.hex ?? ""),
      "reason": .string(reason.rawValue),
      "refused": .array(
        refused.map { .object(JSONObject(["count": .integer($0.count), "page": .string($0.page.hex)])) }),
      "rows": .object(
        JSONObject([
          "added": .integer(rows.added), "after": .integer(rows.after), "before": .integer(rows.before),
          "dropped": .integer(rows.dropped), "merged": .integer(rows.merged),
        ])),
      "size": .integer(size), "through": .integer(through),
    ])
  }
}

extension AddedPages {
  var members: JSONObject {
    JSONObject([
      "generation": .integer(generation),
      "pages": .array(
        pages.map {
          .object(
            JSONObject([
              "count": .integer($0.count), "hash": .string($0.hash.hex), "key": .hex($0.key),
              "size": .integer($0.size),
            ]))
        }),
    ])
  }
}

extension SealedBoxes {
  var members: JSONObject {
    JSONObject([
      "boxes": .array(
        boxes.map {
          .object(
            JSONObject([
              "hash": .string($0.hash.hex), "index": .string($0.index.hex), "offset": .integer($0.offset),
              "size": .integer($0.size), "year": .integer($0.year),
            ]))
        }),
      "generation": .integer(generation),
    ])
  }
}

extension Snapshot {
  var members: JSONObject {
    JSONObject([
      "generation": .integer(generation), "missing": .array(missing.map(\.value)),
      "place": .string(place.hex),
      "size": .integer(size), "started": .integer(started),
    ])
  }
}

extension Verification {
  var members: JSONObject {
    JSONObject([
      "boxes": .array(boxes.map { .array([.integer($0.lowerBound), .integer($0.upperBound)]) }),
      "damaged": .array(damaged.map(\.value)), "generations": .array(generations.map { .integer($0) }),
      "level": .string(level.rawValue), "missing": .array(missing.map(\.value)), "place": .string(place.hex),
      "size": .integer(size), "strays": .integer(strays),
    ])
  }
}

extension DrillOutcome {
  var members: JSONObject {
    JSONObject([
      "destination": .string(destination.hex), "passed": .integer(passed ? 1 : 0), "plan": plan.value,
      "report": report.value, "rpo": .integer(rpo), "rto": .integer(rto), "snapshot": .integer(snapshot),
    ])
  }
}

extension Recovery {
  var members: JSONObject {
    JSONObject([
      "home": .string(home.hex), "root": root.value, "size": .integer(size), "snapshot": .integer(snapshot),
    ])
  }
}

extension RemovedObject {
  fileprivate var value: JSONValue {
    .object(JSONObject(["hash": hash.value, "kind": .string(kind.rawValue)]))
  }
}

extension Digest {
  fileprivate var value: JSONValue { .string(hex) }
}
