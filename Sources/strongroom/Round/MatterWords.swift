import Round
import Vault

extension Matter {
  /// For people, with what to do about it: one line.
  var words: String {
    switch about {
    case .ledger(let remark): remark.words
    case .stale(let destination, let newest, let period):
      "destination \(destination) \(newest.map { "holds a snapshot of \(Output.moment($0))" } ?? "holds no snapshot that this machine knows of"), "
        + "older than \(Output.duration(period)); strongroom snapshot take \(destination)"
    case .drill(let name, let since, let hasPassed):
      hasPassed
        ? "drill \(name) is due since \(Output.moment(since))"
        : "drill \(name) has not passed yet as its plan is now"
    case .failed(let work): "\(work.words) failed, or found something out of order"
    case .blocked(let work, let obstacle): "\(work.words) is due, but \(obstacle.words)"
    case .risk(let name, let text, let score):
      "risk \(name) (\(score) of 25, \(text)): no drill of its plan passed within its period; strongroom risk FILE"
    case .register(let why): "the register of risks can't be read: \(why)"
    case .findings(let open, let overdue):
      overdue > 0
        ? "\(Output.count(overdue, "finding")) of \(Output.grouped(open)) that are open should have been seen to by now; strongroom finding list"
        : "\(Output.count(open, "finding")) \(open == 1 ? "is" : "are") open; strongroom finding list"
    case .noRound(let since): "no round ended on this machine since \(Output.moment(since))"
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
    case .mayNotCopy: "this identity may not take snapshots; an operator's may"
    case .mayNotVerify: "this identity may not enter verifications; an operator's may"
    case .noDrillKey:
      "no identity that opens every class is at hand: name one under the drill's 'identity' in the configuration"
    case .needsPeople:
      "it starts from recovery shares, so people run it: strongroom drill run PLAN --shares SHEET..."
    }
  }
}
