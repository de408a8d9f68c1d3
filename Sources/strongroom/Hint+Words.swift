internal import Rules
import Backup
import Sealing
import Storage
import Vault

/// How the program is asked for what a hint advises: no other module names a command or an option.
extension Hint {
  /// For people: lower case, no full stop.
  var words: String {
    switch self {
    case .advice(let words): words
    case .expectVault(let id): "if that is right, say --vault-id \(id.hex)"
    case .compareWithCard(let id):
      "say --vault-id ID, with the id from the vault card (this one begins with \(id.hex.prefix(4)))"
    case .putMarkerBack(orExpect: let id):
      "put the marker back; if a copy was put here on purpose, say --vault-id \(id.hex)"
    case .recover(let location): "a custodian makes it the vault: strongroom recover \(location.asArgument)"
    case .tidyOrRecover(let location):
      "a destination is tidied by the snapshots that are taken there; a custodian makes a restored copy the vault: "
        + "strongroom recover \(location.asArgument)"
    case .acceptRecovery(let location, let fork):
      "if a custodian recovered the vault there, and told you so: strongroom recover \(location.asArgument) --accept-fork "
        + fork.text
    case .acceptLoss(let location, let fork):
      "look for a newer copy first; if they are lost for good: strongroom recover \(location.asArgument) --accept-fork "
        + fork.text
    case .acceptHome(let location, let fork):
      "this machine saw copies alone until now; if the vault is right, strongroom recover \(location.asArgument) --accept-fork "
        + "\(fork.text) says so; if it may have been rolled back, look for a newer copy"
    case .restoreFromDestination: "restore from a destination: strongroom restore DESTINATION NEWVAULT"
    case .restoreElsewhere: "restore to a new place: strongroom restore DESTINATION NEWVAULT"
    case .askForGrant(role: nil): "a custodian grants it: strongroom grant add FILE.pub"
    case .askForGrant(role: let role?):
      "a custodian grants the role: strongroom grant add FILE.pub --role \(role.rawValue)"
    case .bringIdentity: "use --identity FILE"
    case .approveRequest(let number): "if it is what you want: strongroom request approve \(number)"
    case .listRequests: "strongroom request list shows them"
    case .showPolicy: "make it anew from the one in force: strongroom policy show"
    case .changeGrant: "to grant it something else: strongroom grant change"
    case .listGrants: "strongroom grant list shows them"
    case .letPathsTellClasses: "seal without --class, or say --layout"
    case .chooseLayout: "say another one with --layout, or --class and --subject"
    case .findRecords: "strongroom find shows what there is"
    case .eraseBeyondLimit: "if that is right, say --erase-beyond-limit"
    case .eraseSuperseded: "once the hold-back is over: strongroom gc"
    case .undoErasure(let entry):
      "take it back by 'strongroom erase undo \(entry)', or wait until nothing keeps them any more"
    case .findPageOrLeaveOut:
      "take it from a destination: copy the file of the same name from its keyring/; if none has it, a custodian goes on "
        + "without it: strongroom keys leave-out"
    case .writeOrder(let entry): "write it anew: strongroom erase order \(entry)"
    case .eraseLater: "once nothing keeps it: strongroom erase run"
    case .lookThenEraseBeyondLimit: "look with --dry-run; if it is right, say --erase-beyond-limit"
    case .takeSnapshot: "a destination gets one by: strongroom snapshot take DESTINATION"
    case .letMovingEnd:
      "let strongroom keys reseal or strongroom compact end, or end it, and run the command again"
    case .listSnapshots: "strongroom snapshot list DESTINATION shows them"
    case .verifyThenRepair: "repair the vault first: strongroom verify --repair --from DESTINATION"
    case .verifyOpen: "strongroom verify --level open names what is out of order"
    case .chooseScratchFolder: "give another folder with --scratch FOLDER"
    case .settleClock: "a custodian states the right time: strongroom clock settle"
    case .beginDestination: "if a new destination is to begin there, say --new"
    case .checkPlan: "strongroom drill check PLAN tells all of them"
    case .nameDestination: "say --destination DESTINATION"
    }
  }
}

extension Finding {
  /// As programs read it.
  var told: JSONValue {
    .object([
      "hint": .string(hint?.words ?? ""), "kind": .string(kind.rawValue), "object": .string(object),
      "record": .string(record?.id.hex ?? ""), "what": .string(what),
    ])
  }

  /// A line for people: what kind of trouble, with which object.
  var line: String {
    let words = [description, hint?.words].compactMap(\.self).joined(separator: "; ")
    return "\(kind.rawValue): \(Output.printable(words))"
  }

  /// Tells it.
  func tell() { Output.note(line) }
}

extension Leftover {
  /// Tells that records lay in the clear since a run was killed.
  func tell() {
    let left = "a run that was killed left records in the clear in \(Output.printable(path))"
    switch outcome {
    case .removed: Output.warn(.leftover, left + "; they are removed")
    case .stays: Output.warn(.leftover, left + ", and they can't be removed: remove the folder")
    case .notThere:
      Output.warn(
        .leftover,
        left
          + ", which isn't there now: if its disk is away, run a command when it is back; once it is gone for good, remove \(Output.printable(note))"
      )
    }
  }
}

extension LeftOut {
  /// Why, and what to do about it.
  var advised: String { [reason, hint?.words].compactMap(\.self).joined(separator: "; ") }

  /// Tells it.
  func tell() { Output.note("left out: \(Output.printable(path)): \(advised)") }

  /// As programs read it.
  var told: JSONValue {
    var object: JSONObject = ["hint": .string(hint?.words ?? ""), "reason": .string(reason)]
    object.set("path", path)
    return .object(object)
  }
}
