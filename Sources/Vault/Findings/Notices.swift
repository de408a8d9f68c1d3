internal import Synchronization
package import Storage

/// What comes up while a place is read and written, each once and in its order, for the user to hear of.
package final class Notices: Sendable {
  private let noted = Mutex<[Notice]>([])

  /// Nothing came up yet.
  package init() {}

  /// All of them.
  package var all: [Notice] { noted.withLock { $0 } }

  /// What is out of order and stays so: a copy that is missing or damaged where there should be two.
  package var shortfalls: [Finding] {
    all.reduce(into: []) { left, notice in
      switch notice {
      case .shortfall(let finding): left.append(finding)
      // Made good later by the same command.
      case .mended(let repair, at: nil): left.removeAll { $0.object == repair.copy.text }
      default: break
      }
    }
  }

  /// What was out of order here and isn't any more.
  package var mended: [Repair] {
    all.compactMap { if case .mended(let repair, at: nil) = $0 { repair } else { nil } }
  }

  /// Notes it, where it isn't known.
  package func note(_ notice: Notice) {
    noted.withLock { if !$0.contains(where: notice.isTold) { $0.append(notice) } }
  }

  /// What was found out of order with copies of something that isn't used is no shortfall of the place.
  package func passOver(_ name: ObjectName) {
    let copies = [name.text, MirroredStore.second(of: name)?.text]
    noted.withLock {
      $0.removeAll { if case .shortfall(let finding) = $0 { copies.contains(finding.object) } else { false } }
    }
  }

  /// What a store that keeps two copies found out of order with one of them.
  package func note(_ repair: Repair) {
    switch repair.result {
    case .mended: note(.mended(repair))
    case .left, .failed: note(.shortfall(Finding(repair)))
    }
  }
}

extension Notice {
  /// Whether another one tells it already: of what is out of order the words that came first.
  fileprivate func isTold(by other: Notice) -> Bool {
    guard case .shortfall(let mine) = self, case .shortfall(let known) = other else { return self == other }
    return (mine.kind, mine.object) == (known.kind, known.object)
  }
}

extension Finding {
  /// A copy that was found out of order and could not be mended.
  package init(_ mend: Repair) {
    let reason: Reason =
      switch mend.result {
      case .failed(let error): .notMended(mend.fault, error)
      case .left where mend.fault == .differs: .copiesDiffer
      case .left, .mended: .copy(mend.fault)
      }
    let kind: Kind =
      switch mend.fault {
      case .missing: .missing
      case .denied: .unread
      case .damaged, .unreadable, .differs: .damaged
      }
    self.init(kind, mend.copy.text, reason)
  }
}
