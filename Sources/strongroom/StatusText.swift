internal import Storage
internal import Rules
import Sealing
import Vault

extension VaultStatus {
  /// For people: what each line is about, and how it stands.
  var lines: [(name: String, text: String)] {
    [
      ("vault", vault.hex),
      ("place", "\(location) (\(isHome ? "home" : "a copy"))"),
      ("ledger", "\(size) entries, root \(root.hex.prefix(16))..."),
      ("keyring", "generation \(generation), \(rows) rows"),
      ("epochs", epochsText),
      ("boxes", "\(boxes), \(Output.size(bytes))"),
      ("growth", "\(Output.size(grown)) in the last \(Self.growthDays) days\(freeText)"),
      ("identities", "\(identities) active, \(custodians) of them custodians"),
      ("last snapshot", snapshotText),
      ("last drill", drillText),
    ] + coverage.map { $0.isHome ? ("verified", $0.verifiedText) : ("destination", $0.text(asOf: asOf)) }
  }

  /// For programs.
  var json: JSONObject {
    var object: JSONObject = [
      "boxes": .integer(boxes), "bytes": .integer(bytes), "custodians": .integer(custodians),
      "due": .array(duties.map(\.json)),
      "epochs_due": .array((due?.names ?? []).map { .string($0) }),
      "epochs_known": .string(due.map { $0.isWhole ? "all" : "some" } ?? "none"),
      "generation": .integer(generation),
      "grown_bytes": .integer(grown), "home": .integer(isHome ? 1 : 0),
      "identities": .integer(identities),
      "not_counted": .integer(notCounted), "places": .array(coverage.map(\.json)),
      "root": .string(root.hex), "rows": .integer(rows), "size": .integer(size),
      "vault": .string(vault.hex),
    ]
    object["free_bytes"] = free.map { .integer($0) }
    object["last_drill"] = drill.map { .integer($0.number) }
    object["last_snapshot"] = snapshot.map { .integer($0.number) }
    return object
  }

  private var freeText: String { free.map { "; \(Output.size($0)) free there" } ?? "" }

  private var epochsText: String {
    guard let due else { return "whether one is due is not known without a key" }
    let among = due.isWhole ? "" : ", of those that this identity opens"
    return (due.names.isEmpty ? "none is due" : "due: \(due.names.joined(separator: ", "))") + among
  }

  private var snapshotText: String {
    snapshot.map { "entry \($0.number), begun \(Output.moment($0.content.started))" } ?? "none"
  }

  private var drillText: String {
    guard let drill else { return "none" }
    let outcome = drill.content
    let figures = [
      outcome.rto.map { ", RTO \(Output.duration($0))" }, outcome.rpo.map { ", RPO \(Output.duration($0))" },
    ]
    return "entry \(drill.number), \(outcome.verdict.rawValue)" + figures.compactMap(\.self).joined()
  }
}

extension VaultStatus.Remark {
  /// For people, with what to do about it.
  var words: String {
    switch self {
    case .oneCustodian:
      "there is one custodian: four eyes do not apply, and losing that identity loses everything"
    case .epochsDue(let names, let days):
      "older than the \(days) days of the policy: the newest epoch of \(names.joined(separator: ", ")); "
        + "strongroom keys rotate --class NAME"
    case .due(let duty, let place): duty.words(at: place)
    case .noSnapshot: "no snapshot was ever completed; strongroom snapshot take DESTINATION --new begins one"
    case .unfinishedSnapshot(let entry):
      "snapshot \(entry) broke off, or still runs, so nothing newer can be restored; strongroom snapshot take DESTINATION"
    case .sealedSinceSnapshot(let boxes):
      "\(Output.count(boxes, "box")) \(boxes == 1 ? "was" : "were") sealed since the last snapshot"
    case .neverVerified(let place):
      "no box at \(place.name) was ever verified; strongroom verify PLACE --level hash --enter"
    case .unsound(let place):
      "\(Output.count(place.unsound, "box")) at \(place.name) \(place.unsound == 1 ? "is" : "are") said to be damaged or missing: "
        + place.claims.map(\.words).joined(separator: "; ")
        + "; strongroom verify \(place.isHome ? "" : "PLACE ")--level open names what is wrong; with --enter a custodian, or who said it, settles it"
    case .noDrill: "no drill was ever run; strongroom drill run site-lost --destination DESTINATION"
    case .drillMissed(let entry): "the last drill, entry \(entry), missed its objectives"
    case .drillUnfit(let entry):
      "the last drill, entry \(entry), could not be carried out, so it says nothing about a recovery"
    case .spaceShort(let free):
      "\(Output.size(free)) are left, less than came within the last \(VaultStatus.growthDays) days"
    case .notCounted(let entries):
      "\(entries) ledger entries don't count; strongroom ledger verify names them"
    case .entersMuch(let id, let entries):
      "identity \(id.hex) made \(entries) entries on one day: where nobody knows why, revoke it"
    case .keysWait(let id, let rows):
      "\(rows) keys added by identity \(id.hex) wait for a custodian, whose next seal, snapshot or change of keys takes them over"
    case .requestWaits(let number, let by, let until):
      "request \(number) by \(by.hex) waits for another custodian, until \(Output.moment(until)); strongroom request show \(number)"
    case .moveWaits(let entry, let by):
      "what entry \(entry) by \(by.hex) moved waits for another custodian, whose strongroom gc compares it with what it replaced; until then nothing of that is erased"
    case .disposalWaits(let entry, let by):
      "what entry \(entry) by \(by.hex) left out for good waits for another custodian; strongroom move confirm \(entry) shows what it left out; until then nothing of it is erased"
    case .disposalUnlooked(let entry):
      "a hold or a policy came since somebody looked at what entry \(entry) left out; strongroom move confirm \(entry), or strongroom move undo \(entry)"
    case .retentionDue(let boxes):
      "the years of \(Output.count(boxes, "box")) are over; strongroom retention due says what of it may go"
    case .keyringWaits(let number, let by):
      "generation \(number) of the keyring, by \(by.hex), waits for another custodian to compare it with the one before; any command of theirs that writes does it, as strongroom verify PLACE --level list --enter; until then nothing of that one is erased"
    }
  }
}

extension Duty {
  /// For people, with what to do about it.
  fileprivate func words(at place: PlaceCoverage?) -> String {
    let what =
      switch kind {
      case .snapshot(let fresh, let wanted):
        "\(fresh) of \(Output.count(wanted, "destination")) that the policy wants \(fresh == 1 ? "holds" : "hold") a snapshot "
          + "of the last \(Output.duration(period)); strongroom snapshot take DESTINATION"
      case .verification(_, let boxes):
        "\(Output.count(boxes, "box")) at \(place?.name ?? "a place") not read for \(Output.duration(period)); "
          + "strongroom verify \(place?.isHome == true ? "" : "PLACE ")--level hash --enter"
      case .drill:
        "no drill passed within \(Output.duration(period)); strongroom drill run site-lost --destination DESTINATION"
      case .rehearsal:
        "no drill passed with recovery shares within \(Output.duration(period)); "
          + "strongroom drill run site-lost --destination DESTINATION --shares SHEET..."
      }
    return "\(isOverdue ? "overdue" : "due") since \(Output.moment(since)): \(what)"
  }

  /// For programs.
  fileprivate var json: JSONValue {
    var object: JSONObject = [
      "overdue": .integer(isOverdue ? 1 : 0), "period": .integer(period), "since": .integer(since),
    ]
    switch kind {
    case .snapshot(let fresh, let wanted):
      object["what"] = .string("snapshot")
      object["fresh"] = .integer(fresh)
      object["wanted"] = .integer(wanted)
    case .verification(let place, let boxes):
      object["what"] = .string("verify")
      object["place"] = .string(place.hex)
      object["boxes"] = .integer(boxes)
    case .drill: object["what"] = .string("drill")
    case .rehearsal: object["what"] = .string("rehearse")
    }
    return .object(object)
  }
}

extension PlaceClaim {
  /// For people.
  fileprivate var words: String {
    let others = disputedBy.map { String($0.hex.prefix(8)) }.joined(separator: ", ")
    return "\(boxes) by \(by.hex.prefix(8)) in entry \(entry)"
      + (disputed > 0 ? ", of which \(others) found \(disputed) sound since" : "")
  }

  /// For programs.
  fileprivate var json: JSONValue {
    .object([
      "boxes": .integer(boxes), "by": .string(by.hex), "disputed": .integer(disputed),
      "disputed_by": .array(disputedBy.map { .string($0.hex) }), "entry": .integer(entry),
    ])
  }
}

extension PlaceCoverage {
  /// As people call the place.
  var name: String { location?.description ?? (isHome ? "the vault" : "place \(place.hex.prefix(8))") }

  /// For people: what of it was verified.
  fileprivate var verifiedText: String { "\(verified) of \(boxes) boxes at \(name)\(lastText)\(oldestText)" }

  /// For people: which snapshot it holds, how old that is, and what of it was verified.
  fileprivate func text(asOf now: UInt64) -> String {
    let held =
      snapshot.map { snapshot in
        let started = snapshot.content.started
        return "snapshot \(snapshot.number), \(Output.duration(now >= started ? now - started : 0)) old"
      } ?? "no snapshot"
    return "\(name): \(held); \(verified) of \(boxes) boxes verified\(lastText)\(oldestText)"
  }

  private var lastText: String {
    last.map { ", last on \(Output.moment($0.time)) at level \($0.content.level.rawValue)" } ?? ""
  }

  private var oldestText: String {
    guard let oldest, oldest != last?.time else { return "" }
    return ", the longest ago on \(Output.moment(oldest))"
  }

  /// For programs.
  fileprivate var json: JSONValue {
    var object: JSONObject = [
      "boxes": .integer(boxes), "home": .integer(isHome ? 1 : 0),
      "location": .string(location?.description ?? ""), "place": .string(place.hex),
      "unsound": .integer(unsound), "verified": .integer(verified),
    ]
    if !claims.isEmpty { object["claims"] = .array(claims.map(\.json)) }
    object["last_level"] = last.map { .string($0.content.level.rawValue) }
    object["last_verified"] = last.map { .integer($0.time) }
    object["oldest"] = oldest.map { .integer($0) }
    object["snapshot"] = snapshot.map { .integer($0.number) }
    object["snapshot_started"] = snapshot.map { .integer($0.content.started) }
    return .object(object)
  }
}

extension OpenPlace.Trust {
  /// For the end of a sentence.
  var text: String {
    switch self {
    case .seenBefore: ", and continues what this machine saw before"
    case .idGiven: ", and it is the vault that was asked for"
    case .selfConsistent: "; it is consistent with itself, which does not prove that it is the vault you mean"
    }
  }
}
