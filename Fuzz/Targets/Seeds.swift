import Rules
import Drill
import EveryByte
import Foundation
import Keyring
import Ledger
import Sealing
import Vault

/// What the doors are first met with: real objects of a small vault, and well-formed ones made by hand.
public struct Seeds {
  private let folder: String

  /// Writes seeds for every target into a folder, each target's in one of its own.
  public static func write(to folder: String) async throws {
    var seeds = Seeds(folder: folder)
    let ground = Ground.folder("seeds")
    defer { try? FileManager.default.removeItem(atPath: ground) }
    let world = try await Founding.make(.small, in: ground, by: Known.identity)
    try seeds.addLedger(of: world)
    try await seeds.addKeyring(of: world)
    try seeds.addBoxes()
    try seeds.addTexts(of: world)
  }

  private init(folder: String) { self.folder = folder }

  private mutating func add(_ target: String, _ bytes: [UInt8]) throws {
    guard let known = FuzzTarget.named(target) else { throw Broken("no target \(target)") }
    guard bytes.count <= known.limit else { return }
    let path = "\(folder)/\(target)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let name = String(Digest.sha256(of: bytes).hex.prefix(16))
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  private mutating func addLedger(of world: World) throws {
    let tree = world.trees[.vault] ?? [:]
    let commits = tree.filter { $0.key.hasPrefix("ledger/") }.sorted { $0.key < $1.key }.map(\.value)
    var lines: [[UInt8]] = []
    var events: Set<String> = []
    for (number, commit) in commits.enumerated() {
      if number == 0 { try add("commit", commit) }
      let parts = commit.split(separator: 0x0a, omittingEmptySubsequences: false).map(Array.init)
      guard let end = parts.firstIndex(of: []) else { continue }
      lines += parts[..<end]
      if number < 2 { try add("note", Array(parts[(end + 1)...].joined(separator: [0x0a]))) }
    }
    for line in lines + (try madeUp().map(\.line)) {
      let entry = try Entry(line: line)
      guard events.insert(entry.event).inserted else { continue }
      try add("entry", line)
      if line.count < 2000 { try add("json", line) }
    }
    // By one who signs all, so that all is folded.
    let all = try
      (lines.map { line in
        var object = try CanonicalJSON.decode(line, limit: Entry.lineLimit)
        object["by"] = .string(Known.identity.publicIdentity.id.hex)
        object["sealed"] = nil
        return object.encoded()
      })
    for count in [1, 2, 4, all.count] {
      try add("fold", Array((all.prefix(count) + (try madeUp().map(\.line))).joined(separator: [0x0a])))
    }
    try addEvidence(founding: all[0])
    let part = Array(#"{"label":"616263"}"#.utf8)
    let padded = BigEndian.bytes(UInt32(part.count)) + part
    try add("sealed-part", padded + [UInt8](repeating: 0, count: 256 - padded.count))
  }

  private mutating func addEvidence(founding line: [UInt8]) throws {
    let identity = Known.identity
    let by = identity.publicIdentity.id
    let grantee = Grantee(identity: identity.publicIdentity, kind: .file, roles: [.archivist, .custodian])
    let entries = [
      try Entry(line: line), try Event.granted(grantee).entry(by: by, time: 2),
      try Event.clock.entry(by: by, time: 3),
    ]
    let commit = try Commit.build(entries, before: MerkleTree(), vault: nil, identity: identity)
    let logged = entries.enumerated().map { LoggedEntry($1, number: UInt64($0), note: commit.note) }
    for (entry, links) in [(0, []), (2, []), (2, [1])] {
      let evidence = try Evidence(
        of: logged[entry], entries[0], links.map { logged[$0] }, in: entries.map(\.leaf))
      try add("evidence", evidence.bytes)
      try add("evidence", LogProof(parsing: evidence.bytes).extra)
    }
  }

  /// Entries of the events that the world's ledger doesn't have.
  private func madeUp() throws -> [Entry] {
    let digest = Digest.sha256(of: [1])
    let policy = Policy(
      clockLead: 10, classes: [Policy.ClassRule(id: Known.classID, years: 10)], cryptoperiod: 365,
      fourEyes: [.drop],
      holdback: 72, erasePercent: 10,
      schedule: Policy.Schedule(destinations: 1, drillDays: 90, snapshotHours: 24, verifyDays: 90))
    let events: [Event] = [
      .clock, .policy(policy),
      .requested(AskedAct(act: .policy, drops: 0, expires: 1_800_000_000, particulars: digest)),
      .removed([RemovedObject(hash: digest, kind: .box), RemovedObject(hash: digest, kind: .keyring)]),
      .recovered(Recovery(home: Known.bundle, root: digest, size: 1, snapshot: 1)),
      .drilled(
        DrillOutcome(
          destination: Known.bundle, level: .functional, verdict: .passed, plan: digest, report: digest,
          rpo: 1, rto: 2, snapshot: 1)),
      .verified(
        Verification(
          boxes: [0...1, 3...3], damaged: [digest], generations: [1], level: .hash, missing: [],
          place: Known.bundle,
          size: 1, strays: 0)),
    ]
    return try events.map { try $0.entry(by: Known.identity.publicIdentity.id, time: 1_790_812_900) }
  }

  private mutating func addKeyring(of world: World) async throws {
    for (name, bytes) in world.trees[.vault] ?? [:] where name.hasPrefix("keyring/") && bytes.count > 1000 {
      try add("generation", bytes)
      let opened = try OpenGeneration(try Generation(decoding: bytes), with: Known.identity)
      for section in opened.sections { try add("section", section.section.encoded().copied) }
    }
    let sections = try [(Identifier.directory, "directory"), (.journal, "journal"), (Known.classID, "basic")]
      .map {
        try Section(
          id: $0.0, name: $0.1, epochs: [Epoch(number: 1, state: .sealing, since: 1, key: Known.key)],
          readers: [Known.identity.publicIdentity.id]
        ).encoded().copied
      }
    try add("keyring", [0] + Pieces.joined(sections))
    try add("keyring", [1] + Pieces.joined([ForgedKeyring.grant] + sections))
    let rows = (1...3).flatMap { Known.id(UInt8($0)).bytes + [UInt8](repeating: 7, count: 32) }
    try add("page", [0] + rows)
    let tokens = (1...3).flatMap { Known.id(UInt8($0)).bytes + Known.subject.bytes + Identifier.zero.bytes }
    try add("page", [1] + tokens)
  }

  private mutating func addBoxes() throws {
    let contents = [Array("hello".utf8), [UInt8](repeating: 3, count: 300)]
    var offset = 0
    var table: [UInt8] = []
    for (number, content) in contents.enumerated() {
      table += MadeMessage.record(content, at: offset, id: Known.id(UInt8(number)), year: Known.year)
      offset += content.count
    }
    let body = contents.flatMap(\.self)
    table += MadeMessage.frame(plain: body.count, stored: body.count)
    let head: [UInt8] = [0, UInt8(contents.count)]
    try add("table", head + Pieces.joined([body], last: [0] + table))
    try add("table", head + Pieces.joined([body], last: [1] + Forged.storedFrame(table)))
    try add("table", [0, 0] + Pieces.joined([[]], last: [0]))
    let box = try Forged.box(
      body: body, packed: Forged.storedFrame(table), plain: table, records: UInt32(contents.count))
    try add("box", box)
    let (plain, at) = try Forged.index(bodies: [100, 80], tables: [90, 120])
    try add("index", BigEndian.bytes(UInt32(at)) + plain)
    try add("index-row", Array(plain[128..<256]))
  }

  private mutating func addTexts(of world: World) throws {
    let identity = Known.identity
    try add("identity", try IdentityFile.secretText(of: identity).copied)
    try add("public-identity", try IdentityFile.Public(of: identity).text)
    let passphrase = Secret(copying: Array("three kettles under snow".utf8))
    try add("closed-identity", try IdentityFile.Closed(closing: identity, under: passphrase).text)
    for share in try RecoveryShare.split(identity, threshold: 2, count: 2) {
      try add("shares", share.text.copied)
    }
    let scrypt = IdentityFile.Scrypt(
      parameters: try ScryptParameters(n: 1 << 15, r: 8, p: 1), salt: [UInt8](repeating: 1, count: 32))
    try add(
      "public-identity",
      try IdentityFile.Public(of: identity, kind: "passphrase", scrypt: scrypt).text)
    for name in PlanCatalog.names { try add("plan", Array((PlanCatalog.text(name) ?? "").utf8)) }
    try add(
      "plan",
      Array(
        "name: fire\ntitle: A fire\nstory: |\n  All\n  is gone.\nloses: [vault]\nobjectives: {rto: 4h, rpo: 1d}\n"
          .utf8))
    let layout = Pieces.joined(
      [Array("a/{class}/*/{subject}/{path}".utf8)], last: Array("a/basic/x/1001/b/c".utf8))
    try add("layout", layout)
    try add("fork", Array(Fork(size: 7, root: Digest.sha256(of: [])).text.utf8))
    let tree = world.trees[.vault] ?? [:]
    try add("marker", tree["STRONGROOM"] ?? [])
    try add("json", tree["STRONGROOM"]?.dropLast() ?? [])
    let memory = try PlainFiles.tree(world.folder + "/memory")
    try add("places", memory["known-places"] ?? [])
    for (name, bytes) in memory where name.hasPrefix("cache/folds/") {
      try add("remembered-fold", Memory.rows(of: bytes))
    }
    for (name, bytes) in memory where name.hasSuffix(".catalog") { try add("catalog", bytes) }
  }
}

extension Secret {
  /// Its bytes; what is met here is no secret.
  fileprivate var copied: [UInt8] { withSpan { span in span.indices.map { span[$0] } } }
}

/// Protocol Buffers messages of a table, by hand.
enum MadeMessage {
  static func record(_ content: [UInt8], at offset: Int, id: Identifier, year: UInt16) -> [UInt8] {
    let sha256 = Digest.sha256(of: content).bytes
    let path = Array("a/\(id.hex.prefix(4))".utf8)
    let fields =
      bytes(1, id.bytes) + bytes(2, path) + bytes(3, Array("source".utf8)) + bytes(4, Array("1001".utf8))
      + bytes(5, Array("title".utf8)) + number(7, content.count) + number(8, 3_200_000) + number(9, 0o640)
      + bytes(10, sha256) + number(11, 1_790_812_800) + number(12, Int(year)) + bytes(13, Array("tag".utf8))
      + number(14, offset)
    return bytes(1, fields)
  }

  static func frame(plain: Int, stored: Int) -> [UInt8] { bytes(2, number(1, plain) + number(2, stored)) }

  private static func number(_ field: Int, _ value: Int) -> [UInt8] {
    value == 0 ? [] : varint(field << 3) + varint(value)
  }

  private static func bytes(_ field: Int, _ value: [UInt8]) -> [UInt8] {
    varint(field << 3 | 2) + varint(value.count) + value
  }

  private static func varint(_ value: Int) -> [UInt8] {
    var (value, bytes): (Int, [UInt8]) = (value, [])
    while value >= 0x80 {
      bytes.append(UInt8(value & 0x7f) | 0x80)
      value >>= 7
    }
    return bytes + [UInt8(value)]
  }
}
