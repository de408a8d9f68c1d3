import Rules
import Ledger
import Sealing
import Vault

extension FuzzTarget {
  /// The ledger: commits, notes, entries, events, and evidence.
  static let ledger = [
    FuzzTarget(name: "commit", limit: 64 << 10) { bytes in
      let intact = Commit.looksIntact(bytes, number: 0)
      let commit = try Commit(parsing: bytes, number: 0, vault: nil, before: MerkleTree())
      try promise(intact, "a commit that doesn't look intact is taken")
      try promise(commit.bytes == bytes, "a commit holds other bytes than it was read from")
      try promise(
        CommitAhead.entries(in: bytes) == UInt64(commit.entries.count),
        "a commit's entries are counted in two ways")
      let lines: [UInt8] = commit.entries.flatMap { entry in entry.line + [0x0a] }
      try promise(
        lines + [0x0a] + commit.note.bytes == bytes, "a commit is written otherwise than it was read")
      _ = try LedgerState(founding: bytes)
    },
    FuzzTarget(name: "note", limit: 8192) { bytes in
      let note = try Note(parsing: bytes)
      try promise(note.bytes == bytes, "a note is written otherwise than it was read")
      try note.verify(signer: Known.identity.publicIdentity)
    },
    FuzzTarget(name: "entry", limit: Entry.lineLimit + 16) { bytes in
      let entry = try Entry(line: bytes)
      try promise(entry.object.encoded() == bytes, "an entry is written otherwise than it was read")
      _ = entry.particulars
      let event = try Event(entry)
      let again = try event.entry(by: entry.by, time: entry.time, request: entry.request)
      try promise(again.line == entry.publicPart, "an event is written otherwise than it was read")
    },
    FuzzTarget(name: "fold", limit: 64 << 10) { bytes in try Folding.fold(bytes) },
    FuzzTarget(name: "evidence", limit: 64 << 10) { bytes in try EvidenceDoor.enter(bytes) },
    FuzzTarget(name: "sealed-part", limit: 64 << 10) { bytes in try Folding.openPart(bytes) },
  ]
}

/// What lies behind a signature and behind the journal's seal: signed and sealed here.
enum Folding {
  /// Enters lines, each that is an entry by the known identity in a commit of its own, in a vault that it founded.
  static func fold(_ bytes: [UInt8]) throws {
    let identity = Known.identity
    var lines = bytes.split(separator: 0x0a).map(Array.init)
    guard !lines.isEmpty else { return }
    let first = try Entry(line: lines.removeFirst())
    var state = try LedgerState(
      founding: try Commit.build([first], before: MerkleTree(), vault: nil, identity: identity))
    var folded = 1
    // Each is signed, and that takes its time.
    for line in lines.prefix(24) {
      guard let entry = try? Entry(line: line), entry.by == identity.publicIdentity.id,
        let commit = try? Commit.build([entry], before: state.tree, vault: state.vault, identity: identity)
      else { continue }
      let judged = Result { try state.judge([entry]) }
      let before = state.size
      do {
        let notCounted = try state.apply(commit)
        folded += 1
        try promise(state.size == before + 1, "a ledger grew by another count than its commit's")
        try promise(
          (try? judged.get())?.map(\.rule) == notCounted.map(\.rule),
          "an entry is judged in two ways: \(notCounted)")
      } catch let error as StateError {
        try promise(state.size == before, "a commit that was refused left something: \(error)")
      }
    }
    try promise(state.size == UInt64(folded), "a ledger of another size than its entries")
    let rule = HoldBack(state.policy, arrivals: [(number: 0, at: 0)], now: .max)
    for known in state.superseded { _ = rule.isOver(since: known.superseded ?? 0, entry: known.entry) }
    for removal in state.removed.values { _ = rule.isOver(since: removal.since, entry: removal.entry) }
    _ = Array(state.liveBoxes())
    for place in state.places.keys { _ = (state.newestSnapshot(of: place), state.claimedBoxes(at: place)) }
  }

  /// Seals bytes to the journal as an entry's sealed part, and opens it.
  static func openPart(_ plain: [UInt8]) throws {
    let entry = try Entry(
      event: "clock", by: Known.identity.publicIdentity.id, time: 1, request: nil, members: [:])
    let key = Known.journal
    let context = SealContext(.journal, vault: Known.vault, section: .journal, number: 1)
    let info = Envelope.info(context: context, recipient: key.publicKey, publicPart: entry.publicPart)
    let message = try Envelope.seal(Secret(copying: plain), to: key.publicKey, info: info)
    var object = entry.object
    object["sealed"] = .object(["epoch": .integer(1), "message": .hex(message)])
    let opened = try Entry(line: object.encoded()).openSealedPart(with: key, vault: Known.vault)
    let json = opened.encoded()
    try promise(
      Array(plain.dropFirst(4).prefix(json.count)) == json,
      "a sealed part is written otherwise than it was read")
  }
}

/// Evidence, or what it brings along in a proof that is made here: bytes that were changed within the extra data of a
/// proof would hardly ever be base64.
enum EvidenceDoor {
  static func enter(_ bytes: [UInt8]) throws {
    guard bytes.first != UInt8(ascii: "{") else { return try take(frame(around: bytes)) }
    let proof = try LogProof(parsing: bytes)
    try promise(proof.bytes == bytes, "a proof is written otherwise than it was read")
    try take(bytes)
  }

  private static func take(_ bytes: [UInt8]) throws {
    // Of which vault it must be is told from elsewhere; here by itself, so that more is looked at.
    let vault = try Checkpoint(text: LogProof(parsing: bytes).note.text).vault
    let evidence = try Evidence(parsing: bytes, vault: vault)
    try promise(evidence.bytes == bytes, "evidence is written otherwise than it was read")
    try promise(evidence.chain.last?.identity.id == evidence.entry.by, "evidence names another signer")
    if let document = evidence.document { try evidence.check(document: document) }
  }

  /// A proof with this extra data, of the entry that they name, behind three others in the vault that they name.
  private static func frame(around extra: [UInt8]) throws -> [UInt8] {
    let object = try CanonicalJSON.decode(extra, limit: 64 << 10)
    let founding = try Entry(line: object.hex("founding"))
    let entry = try Entry(line: object.hex("entry"))
    let others = [Digest](repeating: founding.leaf, count: entry == founding ? 0 : 3)
    let leaves = others + [entry.leaf]
    let checkpoint = Checkpoint(vault: Commit.vault(founding: founding), tree: MerkleTree(leaves: leaves))
    let note = try Note(signing: checkpoint.text, name: checkpoint.origin, identity: Known.identity)
    return LogProof(of: UInt64(others.count), in: leaves, note: note, extra: extra)?.bytes ?? []
  }
}
