import Ledger
import Sealing
import Testing

struct CommitTests {
  @Test func writtenAsTheFormatSays() throws {
    let ledger = try SmallLedger.founded()
    let commit = ledger.commits[0]
    let lines = String(decoding: commit.bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 8)
    #expect(lines[0].hasPrefix(#"{"by":"\#(ledger.by.hex)","event":"founded","#))
    #expect(lines[1].isEmpty)
    let vault = Hex.encode(Array(Digest.sha256(of: ascii(String(lines[0]))).bytes[..<16]))
    #expect(lines[2] == "strongroom/\(vault)")
    #expect(lines[3] == "1")
    #expect(lines[5].isEmpty)
    #expect(lines[6].hasPrefix("— strongroom/\(vault) "))
    #expect(lines[7].isEmpty)
    #expect(commit.vault.hex == vault)
    #expect(Commit.name(418) == "ledger/00000000000000000418")
  }

  @Test func chainOfCommits() throws {
    var ledger = try SmallLedger.founded()
    try ledger.commit([ledger.entry("clock"), ledger.entry("clock", time: 7)])
    try ledger.commit([ledger.entry("clock", time: 8)])
    var tree = MerkleTree()
    for commit in ledger.commits {
      let vault = commit.number == 0 ? nil : ledger.vault
      let again = try Commit(parsing: commit.bytes, number: tree.size, vault: vault, before: tree)
      try again.verify(signer: ledger.identity.publicIdentity)
      #expect(again.entries == commit.entries)
      #expect(Commit.looksIntact(commit.bytes, number: tree.size))
      #expect(!Commit.looksIntact(commit.bytes, number: tree.size + 1))
      tree = again.tree
    }
    #expect(tree.size == 4)
    #expect(tree == MerkleTree(leaves: ledger.leaves))
  }

  @Test func anotherPlaceVaultOrSignerIsRefused() throws {
    var ledger = try SmallLedger.founded()
    let before = ledger.tree
    let commit = try ledger.commit([ledger.entry("clock")])
    let vault = try #require(ledger.vault)
    func parse(_ number: UInt64, _ vault: Identifier?, _ tree: MerkleTree) throws -> Commit {
      try Commit(parsing: commit.bytes, number: number, vault: vault, before: tree)
    }
    _ = try parse(1, vault, before)
    #expect(refusal { try parse(2, vault, before) } == .wrongPlace)
    #expect(refusal { try parse(1, nil, before) } == .wrongVault)
    #expect(refusal { try parse(1, Identifier.random(), before) } == .wrongVault)
    let other = MerkleTree(leaves: [MerkleTree.leaf([1])])
    #expect(refusal { try parse(1, vault, other) } == .wrongRoot)
    #expect(refusal { try parse(0, nil, MerkleTree()) } == .wrongPlace)
    let stranger = try Identity.generate().publicIdentity
    #expect(refusal { try commit.verify(signer: stranger) } == .mixedSigners)
  }

  @Test func foundedStandsAtTheBeginningAlone() throws {
    let identity = try Identity.generate()
    let by = identity.publicIdentity.id
    let founded = try Entry(event: "founded", by: by, time: 1)
    let clock = try Entry(event: "clock", by: by, time: 1)
    let empty = MerkleTree()
    func build(_ entries: [Entry], _ tree: MerkleTree, _ vault: Identifier?) throws {
      _ = try Commit.build(entries, before: tree, vault: vault, identity: identity)
    }
    try build([founded, clock], empty, nil)
    #expect(refusal { try build([clock], empty, nil) } == .misplacedFounding)
    #expect(refusal { try build([founded, founded], empty, nil) } == .misplacedFounding)
    #expect(refusal { try build([clock, founded], empty, nil) } == .misplacedFounding)
    let later = MerkleTree(leaves: [founded.leaf])
    #expect(refusal { try build([founded], later, Commit.vault(founding: founded)) } == .misplacedFounding)
    #expect(refusal { try build([founded], empty, Identifier.random()) } == .wrongVault)
    #expect(refusal { try build([clock], later, nil) } == .wrongVault)
    var sealed = founded.object
    sealed["sealed"] = .object(JSONObject(["epoch": .integer(1), "message": .string("00")]))
    let entry = try Entry(line: sealed.encoded())
    #expect(refusal { try build([entry], empty, nil) } == .malformed)
  }

  @Test func entriesOfTwoIdentitiesAreNoCommit() throws {
    var ledger = try SmallLedger.founded()
    let stranger = try Entry(event: "clock", by: Identifier.random(), time: 1)
    #expect(refusal { try ledger.commit([ledger.entry("clock"), stranger]) } == .mixedSigners)
    // The same, signed all the same: a text of the right form, put together here.
    let own = try ledger.entry("clock")
    var tree = ledger.tree
    tree.append(own.leaf)
    tree.append(stranger.leaf)
    let bytes = try Self.text([own.line, stranger.line], tree: tree, of: ledger)
    #expect(refusal { try Self.parse(bytes, in: ledger) } == .mixedSigners)
    #expect(!Commit.looksIntact(bytes, number: 1))
  }

  @Test func limits() throws {
    var ledger = try SmallLedger.founded()
    let before = ledger
    #expect(refusal { try ledger.commit([]) } == .malformed)
    let clock = try ledger.entry("clock")
    #expect(refusal { try ledger.commit([Entry](repeating: clock, count: 257)) } == .tooLarge)
    let full = try ledger.commit([Entry](repeating: clock, count: 256))
    #expect(full.tree.size == 257)
    var long = ascii(String(repeating: " ", count: 40_000))
    #expect(refusal { try Self.parse(long, in: before) } == .tooLarge)
    long = [UInt8](repeating: 0x0a, count: Commit.sizeLimit + 1)
    #expect(refusal { try Self.parse(long, in: before) } == .tooLarge)
    #expect(refusal { try Self.parse([], in: before) } == .malformed)
    #expect(refusal { try Self.parse([0x0a, 0x0a], in: before) } == .malformed)
  }

  @Test func largestCommit() throws {
    var ledger = try SmallLedger.founded()
    let shell = try ledger.entry("e", members: JSONObject(["x": .string("")])).line.count
    let x = String(repeating: "a", count: Entry.lineLimit - shell)
    let entry = try ledger.entry("e", members: JSONObject(["x": .string(x)]))
    #expect(entry.line.count == Entry.lineLimit)
    let commit = try ledger.commit([Entry](repeating: entry, count: 256))
    #expect(commit.bytes.count <= Commit.sizeLimit)
    #expect(commit.bytes.count > 8 * 1024 * 1024)
  }

  /// Notes that are signed well and say something odd.
  @Test func oddCheckpointsAreRefused() throws {
    let ledger = try SmallLedger.founded()
    let entry = try ledger.entry("clock")
    var tree = ledger.tree
    tree.append(entry.leaf)
    let good = try Self.text([entry.line], tree: tree, of: ledger)
    _ = try Self.parse(good, in: ledger)
    let vault = try #require(ledger.vault)
    let checkpoint = String(decoding: Checkpoint(vault: vault, tree: tree).text, as: UTF8.self)
    let texts = [
      checkpoint + "extension\n", checkpoint + "\n", "x" + checkpoint,
      checkpoint.replacing("\n2\n", with: "\n02\n"), checkpoint.replacing("\n2\n", with: "\n+2\n"),
      checkpoint.replacing("\n2\n", with: "\n3\n"), checkpoint.replacing("\n2\n", with: "\n\n"),
      checkpoint.replacing("\n2\n", with: "\n18446744073709551617\n"),
      checkpoint.replacing("strongroom/", with: "strongroom/\(vault.hex)"),
      checkpoint.replacing("strongroom/", with: "Strongroom/"), String(checkpoint.dropLast(3)) + "\n",
    ]
    for text in texts {
      #expect(text != checkpoint)
      let note = try Note(signing: ascii(text), name: "strongroom/\(vault.hex)", identity: ledger.identity)
      let bytes = entry.line + [0x0a, 0x0a] + note.bytes
      let code = refusal { try Self.parse(bytes, in: ledger) }
      #expect(code == .malformed || code == .wrongPlace, "\(text)")
    }
    let note = try Note(signing: ascii(checkpoint), name: "elsewhere", identity: ledger.identity)
    #expect(refusal { try Self.parse(entry.line + [0x0a, 0x0a] + note.bytes, in: ledger) } == .malformed)
  }

  /// A commit's text put together without `Commit.build`.
  static func text(_ lines: [[UInt8]], tree: MerkleTree, of ledger: SmallLedger) throws -> [UInt8] {
    let vault = try #require(ledger.vault)
    let note = try Note(
      signing: Checkpoint(vault: vault, tree: tree).text, name: "strongroom/\(vault.hex)",
      identity: ledger.identity)
    return lines.flatMap { $0 + [0x0a] } + [0x0a] + note.bytes
  }

  /// Parses bytes as the next commit of a ledger, and verifies them.
  static func parse(_ bytes: [UInt8], in ledger: SmallLedger) throws {
    let commit = try Commit(
      parsing: bytes, number: ledger.tree.size, vault: ledger.vault, before: ledger.tree)
    try commit.verify(signer: ledger.identity.publicIdentity)
  }
}
