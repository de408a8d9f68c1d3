import Rules
import Foundation
import Ledger
import Sealing
import Vault

/// Makes a new vault's ledger long: entries that say that the vault was verified, each in a commit of its own, written
/// past the program, which would sync each one.
///
///     long-ledger VAULT IDENTITY ENTRIES
@main struct LongLedger {
  static func main() throws {
    let words = CommandLine.arguments
    guard words.count == 4, let count = Int(words[3]) else {
      throw ErrorReport(description: "usage: long-ledger VAULT IDENTITY ENTRIES")
    }
    let (vault, identity) = (URL(filePath: words[1]), try readIdentity(words[2]))
    var state = try readState(vault)
    for _ in 0..<count {
      let found = Verification(
        boxes: [], damaged: [], generations: [], level: .hash, missing: [], place: state.home,
        size: state.size,
        strays: 0)
      let entry = try Event.verified(found).entry(by: identity.publicIdentity.id, time: UInt64(time(nil)))
      let commit = try Commit.build([entry], before: state.tree, vault: state.vault, identity: identity)
      guard try state.apply(commit.bytes).isEmpty else {
        throw ErrorReport(description: "an entry doesn't count")
      }
      for half in [vault, vault.appending(path: "second")] {
        try Data(commit.bytes).write(to: half.appending(path: Commit.name(commit.number)))
      }
    }
    print(state.vault.hex)
  }

  static func readIdentity(_ path: String) throws -> Identity {
    try IdentityFile.identity(from: [UInt8](Data(contentsOf: URL(filePath: path))))
  }

  static func readState(_ vault: URL) throws -> LedgerState {
    let folder = vault.appending(path: "ledger")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let commits = try names.map { [UInt8](try Data(contentsOf: folder.appending(path: $0))) }
    guard let first = commits.first else { throw ErrorReport(description: "there is no ledger") }
    var state = try LedgerState(founding: first)
    for commit in commits.dropFirst() { _ = try state.apply(commit) }
    return state
  }
}

struct ErrorReport: Error, CustomStringConvertible {
  let description: String
}
