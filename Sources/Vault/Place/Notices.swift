internal import Synchronization
package import Storage

/// What comes up while a place is read and written, each once and in its order, for the user to hear of.
package final class Notices: Sendable {
  private struct Noted {
    var lines: [String] = []
    var mended: [String] = []
    var shortfalls: [Finding] = []
  }

  private let noted = Mutex(Noted())

  /// Nothing came up yet.
  package init() {}

  /// One line each.
  package var lines: [String] { noted.withLock { $0.lines } }

  /// What is out of order and stays so: a copy that is missing or damaged where there should be two.
  package var shortfalls: [Finding] { noted.withLock { $0.shortfalls } }

  /// What was out of order and isn't any more, one line each.
  package var mended: [String] { noted.withLock { $0.mended } }

  /// A line for the user.
  package func note(_ line: String) {
    noted.withLock { if !$0.lines.contains(line) { $0.lines.append(line) } }
  }

  /// Something that is out of order and stays so; told once, in the words that came first.
  package func note(_ shortfall: Finding) {
    noted.withLock { noted in
      let isKnown = noted.shortfalls.contains { ($0.kind, $0.object) == (shortfall.kind, shortfall.object) }
      guard !isKnown else { return }
      noted.shortfalls.append(shortfall)
      noted.lines.append("\(shortfall)")
    }
  }

  /// What a store that keeps two copies found out of order with one of them.
  package func note(_ mend: Repair) {
    switch mend.result {
    case .mended:
      note(mend.description)
      noted.withLock { if !$0.mended.contains(mend.description) { $0.mended.append(mend.description) } }
    case .left, .failed: note(Finding(mend))
    }
  }
}

extension Finding {
  /// A copy that was found out of order and could not be mended.
  fileprivate init(_ mend: Repair) {
    let what =
      switch mend.result {
      case .failed(let error): "this copy is \(mend.fault.rawValue) and could not be mended: \(error.reason)"
      case .left where mend.fault == .differs:
        "this copy differs from the first, and both are intact; the first counts"
      case .left, .mended: "this copy is \(mend.fault.rawValue)"
      }
    self.init(mend.fault == .missing ? .missing : .damaged, mend.copy.text, what)
  }
}
