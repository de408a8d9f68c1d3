import Round
import Vault

extension Matter {
  /// For people, with what to do about it: one line.
  var words: String { words(after: []) }

  /// The same; what failed in a round is said with its cause.
  func words(after steps: [RoundStep]) -> String {
    switch about {
    case .ledger(let remark): remark.words
    case .stale(let destination, let newest, let period):
      "destination \(destination) \(newest.map { "holds a snapshot of \(Output.moment($0))" } ?? "holds no snapshot that this machine knows of"), "
        + "older than \(Output.duration(period)); strongroom snapshot take \(destination)"
    case .drill(let name, let since, let hasPassed):
      hasPassed
        ? "drill \(name) is due since \(Output.moment(since))"
        : "drill \(name) has not passed yet as its plan is now"
    case .drillRed(let name, let entry):
      "the newest run of drill \(name), entry \(entry), did not pass; strongroom drill run runs it again"
    case .unread(let name, let period):
      "boxes \(name.map { "at \($0)" } ?? "of the vault") were not read for \(Output.duration(period)); strongroom verify --within"
    case .silent(let destination): "destination \(destination) does not answer"
    case .absent(let destination):
      "there is nothing of a vault at destination \(destination): is its disk mounted? strongroom snapshot take \(destination) --new begins a new one"
    case .lacking(let name, let boxes, let snapshot):
      "snapshot \(snapshot) at \(name) lacks \(Output.count(boxes, "box")) that could not be read at the vault; Runbook, 3"
    case .samePlace(let name, let other):
      "destination \(name) is \(other.isEmpty ? "the vault itself" : "the same place as \(other)"): name another folder"
    case .failed(let work):
      steps.first { $0.work == work }.map(RoundText.words) ?? "\(work.words) failed"
    case .unreadable(let drill, let why): "drill \(drill): its plan can't be read: \(why)"
    case .shortfalls(let count):
      "\(Output.count(count, "object")) not kept in two whole copies; strongroom verify names them"
    case .blocked(let work, let obstacle): "\(work.words) is due, but \(obstacle.words)"
    case .risk(let name, let text, let score, let plan):
      "risk \(name) (\(score) of 25, \(text)): no drill of plan \(plan) passed within its period; strongroom drill run \(plan)"
    case .register(let why): "the register of risks can't be read: \(why)"
    case .findings(let open, let overdue):
      overdue > 0
        ? "\(Output.count(overdue, "finding")) of \(Output.grouped(open)) that are open should have been seen to by now; strongroom finding list"
        : "\(Output.count(open, "finding")) \(open == 1 ? "is" : "are") open; strongroom finding list"
    case .noRound(let since): "no round ended on this machine since \(Output.moment(since))"
    case .interrupted: "the round was broken off before it came to its end"
    case .untold("ledger", let why): why
    case .untold(let channel, let why): "\(channel): people or programs could not be told: \(why)"
    }
  }
}

extension Matter.Addressee {
  /// Who it is, for people.
  var words: String {
    switch self {
    case .round: "the next round"
    case .operator: "an operator"
    case .custodian: "a custodian"
    }
  }
}

extension Work {
  /// For people.
  var words: String {
    switch self {
    case .snapshot(let name): "the snapshot to \(name)"
    case .verification(let name): "verification \(name.map { "at \($0)" } ?? "of the vault")"
    case .drill(let name): "drill \(name)"
    }
  }
}

extension Obstacle {
  /// For the end of a sentence.
  var words: String {
    switch self {
    case .forgotten: "that destination was given up"
    case .silent: "it does not answer"
    case .absent: "there is nothing of a vault; is its disk mounted?"
    case .samePlace(let other):
      other.isEmpty ? "it is the vault itself" : "it is the same place as \(other)"
    case .mayNotCopy: "this identity may not take snapshots; an operator's may"
    case .mayNotVerify: "this identity may not enter verifications; an operator's may"
    case .noDrillKey:
      "no identity that opens every class is at hand: name one under the drill's 'identity' in the configuration"
    case .needsPeople:
      "it starts from recovery shares, so people run it: strongroom drill run PLAN --shares SHEET..."
    }
  }
}
