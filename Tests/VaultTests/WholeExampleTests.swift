import Foundation
import Keyring
import Ledger
import Rules
import Sealing
import Storage
import TestKit
import Testing

@testable import Vault

/// The whole vault of Format.md, 6.1: each step as the document and the second reader have it, and the vault as it is read.
@Suite("The whole vault of Format.md")
struct WholeExampleTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../..").standardizedFileURL
  private let steps, place: [String: [UInt8]]
  private let file: [String: [UInt8]]

  init() throws {
    func bytes(_ object: [String: Any]) -> [String: [UInt8]] {
      object.compactMapValues { ($0 as? String).flatMap { Hex.decode($0) } }
    }
    let text = try Data(contentsOf: Self.root.appending(path: "Docs/reader/worked-example.json"))
    let example = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
    steps = bytes(try #require(example["steps"] as? [String: Any]))
    place = bytes(try #require(example["place"] as? [String: Any]))
    file = bytes(example)
    try #require(steps.count > 50 && place.count > 8)
  }

  private func step(_ name: String) throws -> [UInt8] { try #require(steps[name], "\(name) isn't there") }
  private func given(_ name: String) throws -> [UInt8] { try #require(file[name], "\(name) isn't there") }
  private func object(_ name: String) throws -> [UInt8] { try #require(place[name], "\(name) isn't there") }

  private func id(_ byte: UInt8) throws -> Identifier {
    try #require(Identifier(bytes: [UInt8](repeating: byte, count: 16)))
  }
  private func key(_ byte: UInt8) -> Secret { Secret(copying: [UInt8](repeating: byte, count: 32)) }
  private func copied(_ secret: Secret) -> [UInt8] {
    secret.withSpan { span in span.indices.map { span[$0] } }
  }

  private func opened(_ sealed: [UInt8], _ key: Secret, _ context: SealContext) throws -> [UInt8] {
    try SealedStream.open(sealed.span, key: key, context: context)
  }

  private func commits() throws -> [Commit] {
    var commits: [Commit] = []
    for name in place.keys.filter({ $0.hasPrefix("ledger/") }).sorted() {
      let tree = commits.last?.tree ?? MerkleTree()
      commits.append(
        try Commit(parsing: object(name), number: tree.size, vault: commits.first?.vault, before: tree))
    }
    return commits
  }

  /// Every step that this program can do by itself; HPKE's inside is swift-crypto's.
  private func found() throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    let one = try IdentityFile.identity(from: given("identity"))
    let both = Array(one.publicIdentity.xWing + one.publicIdentity.ed25519)
    let vault = try Identifier(bytes: step("vault id")) ?? .zero
    try people(one, &found)
    let commits = try commits()
    try ledger(commits, one, &found)
    let entries = commits.flatMap(\.entries)

    var contexts: [String: [UInt8]] = [:]
    func context(_ name: String, _ context: SealContext) -> SealContext {
      contexts["\(name) context"] = context.bytes
      return context
    }
    func generation(_ entry: Entry) throws -> Generation {
      try Generation(decoding: object("keyring/" + entry.object.string("file")))
    }
    func grant(of generation: Generation, _ context: SealContext) throws -> (Grant, [UInt8]) {
      let grant = try #require(generation.grant(of: one.publicIdentity.id))
      return (grant, Envelope.info(context: context, recipient: both, publicPart: nil))
    }
    let last = try generation(entries[entries.count - 1])
    let (mine, info) = try grant(
      of: last, context("grant", SealContext(.grant, vault: vault, number: 2)))
    found["grant info"] = info
    found["grant message"] = mine.message
    found["grant plaintext"] = copied(try one.open(mine.message, info: info))
    let keys = try mine.open(with: one, vault: vault, generation: 2, sections: 3)
    let names = [("directory", Identifier.directory), ("journal", .journal), ("class", try id(0xc0))]
    for (place, (name, section)) in names.enumerated() {
      found["\(name) section plaintext"] = try opened(
        last.sections[place], #require(keys[section]),
        context("\(name) section", SealContext(.section, vault: vault, section: section, number: 2)))
    }

    let first = try generation(entries[1])
    let firstKeys = try grant(of: first, SealContext(.grant, vault: vault, number: 1)).0.open(
      with: one, vault: vault, generation: 1, sections: 3)
    for (page, (name, section)) in zip(try entries[2].object.array("pages"), [names[0], names[2]]) {
      let page = try page.object()
      let sectionKey = try #require(firstKeys[section])
      found["\(name) section key of generation 1"] = copied(sectionKey)
      let pageKey = try opened(
        page.hex("key"), sectionKey,
        context("\(name) page key", SealContext(.pageKey, vault: vault, section: section, number: 1)))
      found["\(name) page key"] = pageKey
      found["\(name) page plaintext"] = try opened(
        object("keyring/" + page.string("hash")), Secret(copying: pageKey),
        context("\(name) page", SealContext(.page, vault: vault, section: section)))
    }
    try box(entries[3], vault, &found, context)
    return found.merging(contexts) { mine, _ in mine }
  }

  private func people(_ one: Identity, _ found: inout [String: [UInt8]]) throws {
    let mine = try IdentityFile.Public(reading: given("public"))
    #expect(mine.identity == one.publicIdentity && mine.kind == "file")
    #expect(try IdentityFile.Public(of: one).text == given("public"))
    let (signed, proof) = (try step("public file signed"), try step("public file proof"))
    #expect(one.publicIdentity.verifies(signature: proof, of: signed))
    found["public file proof"] = try one.sign(signed)
    var claims = try CanonicalJSON.decode(Array(given("public").dropLast()), limit: IdentityFile.limit)
    claims["proof"] = nil
    found["public file signed"] =
      Array("strongroom/v1 public identity\0".utf8) + Digest.sha256(of: claims.encoded()).bytes
    let typed = try IdentityFile.Public(reading: given("public_passphrase"))
    let scrypt = try #require(typed.scrypt)
    // The command line cuts off the end of the line.
    let words = Secret(copying: Array(try given("passphrase").dropLast()))
    found["passphrase bytes"] = copied(try Passphrase.prepared(words))
    found["passphrase seed"] = copied(
      try Passphrase.seed(words, salt: scrypt.salt, parameters: scrypt.parameters))
    found["passphrase identity"] = typed.identity.id.bytes
  }

  private func ledger(_ commits: [Commit], _ one: Identity, _ found: inout [String: [UInt8]]) throws {
    for commit in commits { try commit.verify(signer: one.publicIdentity) }
    let (first, entries) = (commits[0], commits[0].entries)
    found["founding line"] = entries[0].line
    found["vault id"] = first.vault.bytes
    found["first leaf"] = entries[0].leaf.bytes
    found["first root"] = first.tree.root.bytes
    found["first note signed"] = Array(first.note.text)
    found["first key id"] = Note.keyID(name: first.note.name, ed25519: one.publicIdentity.ed25519)
    found["first signature"] = try one.sign(Array(first.note.text))
    found["last root"] = commits[commits.count - 1].tree.root.bytes
    let evidence = try Evidence(parsing: given("evidence"), vault: first.vault)
    #expect(evidence.entry == commits[commits.count - 1].entries[0] && evidence.chain.map(\.entry) == [0])
    let last = LoggedEntry(evidence.entry, number: 4, note: commits[commits.count - 1].note)
    let again = try Evidence(of: last, entries[0], [], in: commits.flatMap(\.entries).map(\.leaf))
    #expect(try again.bytes == given("evidence"))

    let journal = try JournalKey(seed: key(0x55))
    let sealed = try #require(entries[1].sealed)
    let info = Envelope.info(
      context: SealContext(.journal, vault: first.vault, section: .journal, number: 1),
      recipient: journal.publicKey, publicPart: entries[1].publicPart)
    found["sealed part public"] = entries[1].publicPart
    found["sealed part info"] = info
    found["sealed part message"] = sealed.message
    found["sealed part plaintext"] = copied(try journal.open(sealed.message, info: info))
    #expect(try entries[1].openSealedPart(with: journal, vault: first.vault).keys == ["about"])
  }

  private func box(
    _ entry: Entry, _ vault: Identifier, _ found: inout [String: [UInt8]],
    _ context: (String, SealContext) -> SealContext
  ) throws {
    let named = try entry.object.array("boxes")[0].object()
    let name = try named.string("hash")
    let box = try object("boxes/\(name.prefix(2))/\(name)")
    let (subject, epoch, section) = (key(0x11), key(0x22), try id(0xc0))
    let indexKey = try KeySchedule.indexKey(epoch: epoch)
    found["box index key"] = copied(indexKey)
    let index = try opened(
      Array(box[Int(named.integer("offset"))...]), indexKey,
      context("box index", SealContext(.index, vault: vault, section: section, number: 1)))
    found["box index plaintext"] = index
    #expect(index.count == 256)
    func number(at offset: Int) -> Int {
      index[(128 + offset)..<(136 + offset)].reduce(0) { $0 << 8 | Int($1) }
    }
    #expect(try Array(index[144..<160]) == id(0xd0).bytes)
    let bundle = try #require(Identifier(bytes: Array(index[128..<144])))
    let bundleKey = try KeySchedule.bundleKey(subject: subject, epoch: epoch)
    found["box bundle key"] = copied(bundleKey)
    for (name, kind, at) in [("body", SealContext.Kind.body, 40), ("table", .table, 56)] {
      let start = number(at: at)
      found["box \(name) plaintext"] = try opened(
        Array(box[start..<start + number(at: at + 8)]), bundleKey,
        context(
          "box \(name)",
          SealContext(kind, vault: vault, bundle: bundle, section: section, subject: id(0xd0), number: 1)))
    }
    let message = try step("box table message")
    let mac = try KeyDerivation.hmac256(key: KeySchedule.contentKey(subject: subject), message)
    found["box content MAC"] = mac.bytes
    #expect(mac.bytes == Array(index[200..<232]))
    #expect(try KeySchedule.keyCheck(subject: subject) == Array(index[240..<248]))
  }

  @Test("each step") func eachStep() throws {
    let found = try found()
    for (name, value) in found { #expect(steps[name] == value, "\(name)") }
    // Inside libraries; that the vault is read shows the last two.
    let others = Set(steps.keys).subtracting(found.keys)
    #expect(
      others == [
        "grant shared secret", "grant key", "grant nonce", "sealed part shared secret", "sealed part key",
        "sealed part nonce", "box table message", "record content",
      ])
  }

  @Test("the vault is read", arguments: ["identity", "passphrase"]) func isRead(_ way: String) async throws {
    let scratch = Scratch()
    for (name, bytes) in place {
      let isKeptTwice = name.hasPrefix("ledger/") || name.hasPrefix("keyring/")
      for copy in isKeptTwice ? [name, "second/" + name] : [name] {
        let path = URL(filePath: scratch.at("place")).appending(path: copy)
        try FileManager.default.createDirectory(
          at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: path)
      }
    }
    let machine = Machine(memory: scratch.at("memory")) { Clock.start }
    let vault = try Identifier(bytes: step("vault id"))
    let opened = try await OpenPlace.open(.folder(scratch.at("place")), in: machine, expecting: vault)
    let secret = Secret(copying: try given(way))
    try await opened.unlock(
      with: way == "identity"
        ? .identity(IdentityFile.identity(from: secret))
        : .passphrase(secret.slice(0..<secret.count - 1)))
    #expect(opened.state.notCounted.isEmpty && opened.state.size == 5)
    let summary = try await Exporter(from: opened).run(to: scratch.at("out")) { _ in }
    #expect(summary.findings.isEmpty && summary.records == 2)
    #expect(try Files.holds(scratch.at("out/contracts/C000001/2026/contract.txt"), step("record content")))
    #expect(Files.holds(scratch.at("out/contracts/C000001/empty"), []))
  }
}
