import Foundation
import Ledger
import Rules
import Sealing
import Vault

/// Makes a new vault's ledger long, written past the program, which would sync each commit.
///
///     long-ledger VAULT IDENTITY ENTRIES [KIND]
///
/// `verified`, the kind where none is said: entries that say that the vault was verified, each in a commit of its own.
/// `boxes`: entries that name 80 boxes each, which aren't there. `junk`: verifications of 450 boxes that are damaged, as
/// somebody enters them who wants memory used up.
@main struct LongLedger {
  static func main() throws {
    let words = CommandLine.arguments
    let kind = words.count == 5 ? Kind(rawValue: words[4]) : .verified
    guard (4...5).contains(words.count), let count = Int(words[3]), let kind else {
      throw ErrorReport(description: "usage: long-ledger VAULT IDENTITY ENTRIES [verified|boxes|junk]")
    }
    let (vault, identity) = (URL(filePath: words[1]), try readIdentity(words[2]))
    var state = try readState(vault)
    var left = count
    while left > 0 {
      let events = (0..<min(left, kind.entriesACommit)).map { kind.event(state, $0) }
      left -= events.count
      let now = UInt64(time(nil))
      let entries = try events.map { try $0.entry(by: identity.publicIdentity.id, time: now) }
      let commit = try Commit.build(entries, before: state.tree, vault: state.vault, identity: identity)
      guard try state.apply(commit.bytes).isEmpty else {
        throw ErrorReport(description: "an entry doesn't count")
      }
      for half in [vault, vault.appending(path: "second")] {
        try Data(commit.bytes).write(to: half.appending(path: Commit.name(commit.number)))
      }
    }
    print(state.vault.hex)
  }

  enum Kind: String {
    case verified, boxes, junk

    var entriesACommit: Int { self == .verified ? 1 : 200 }

    func event(_ state: LedgerState, _ place: Int) -> Event {
      switch self {
      case .boxes:
        let boxes = (0..<80).map { number in
          let hash = Digest.sha256(of: Array("\(state.size) \(place) \(number)".utf8))
          return SealedBoxes.Box(hash: hash, index: hash, offset: 65_000_000, size: 66_000_000, year: 2036)
        }
        return .sealed(SealedBoxes(boxes: boxes, generation: state.generation?.number ?? 1))
      case .verified, .junk:
        let start = state.boxes.isEmpty ? 0 : (Int(state.size) + place) * 450 % state.boxes.count
        let damaged = self == .verified ? [] : state.boxes[start...].prefix(450).map(\.box.hash)
        return .verified(
          Verification(
            boxes: [], damaged: damaged, generations: [], level: .hash, missing: [], place: state.home,
            size: state.size, strays: 0))
      }
    }
  }

  static func readIdentity(_ path: String) throws -> Identity {
    try IdentityFile.identity(from: [UInt8](Data(contentsOf: URL(filePath: path))))
  }

  static func readState(_ vault: URL) throws -> LedgerState {
    let folder = vault.appending(path: "ledger")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    guard let first = names.first else { throw ErrorReport(description: "there is no ledger") }
    func bytes(_ name: String) throws -> [UInt8] {
      try [UInt8](Data(contentsOf: folder.appending(path: name)))
    }
    var state = try LedgerState(founding: bytes(first))
    for name in names.dropFirst() { _ = try state.apply(bytes(name)) }
    return state
  }
}

struct ErrorReport: Error, CustomStringConvertible {
  let description: String
}
