import Backup
import Foundation
import Sealing
import Storage
import TestKit
import Testing

@testable import Vault

/// Two programs that were written from Docs/Format.md alone: what either writes the other reads. Without a Python for the
/// second these are skipped, and fail on CI.
@Suite(.enabled(if: Python.path != nil || Python.isCI, Python.missing))
struct SecondReaderTests {
  private struct Expected {
    let name: String
    let json: [String: Any]

    func text(_ key: String) -> String { json[key] as? String ?? "" }
    func number(_ key: String) -> Int64 { (json[key] as? NSNumber)?.int64Value ?? .min }
  }

  @Test func whatPythonWritesIsReadHere() async throws {
    let scratch = Scratch()
    let made = try Python.run("make_place.py", [scratch.at("out")])
    try #require(made.status == 0, "\(made.errors)")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(Files.read(scratch.at("out/records.json"))!))
        as? [String: Any])
    let vault = try #require(Identifier(hex: report["vault"] as? String ?? ""))
    let all = try #require(report["records"] as? [[String: Any]]).map { json in
      Expected(name: "\(json["class"]!)/\(json["subject"]!)/\(json["path"]!)", json: json)
    }
    let newest = Dictionary(
      uniqueKeysWithValues: all.filter { $0.json["newest"] as? Bool == true }.map { ($0.name, $0) })
    func open(_ source: KeySource) async throws -> OpenPlace {
      let machine = Machine(memory: scratch.at("memory")) { Clock.start }
      let opened = try await OpenPlace.open(.folder(scratch.at("out/place")), in: machine, expecting: vault)
      try await opened.unlock(with: source)
      return opened
    }
    func identity(_ name: String) throws -> KeySource {
      let text = Files.read(scratch.at("out/\(name).identity"))!
      return .identity(try IdentityFile.identity(from: Secret(copying: text)))
    }

    let opened = try await open(try identity("custodian"))
    #expect(Int64(opened.state.size) == (report["size"] as? NSNumber)?.int64Value)
    #expect(opened.state.root.hex == report["root"] as? String)
    #expect(opened.isHome && opened.state.notCounted.map(\.rule) == [.role, .generation])
    let catalog = try await opened.catalog()
    #expect(catalog.findings.isEmpty)
    let found = catalog.byName
    #expect(Set(found.keys) == Set(newest.keys) && newest.count >= 8)
    for (name, expected) in newest {
      let record = try #require(found[name])
      #expect(record.id.hex == expected.text("id") && record.subject.hex == expected.text("subject_id"))
      #expect(record.digest.hex == expected.text("sha256") && Int64(record.size) == expected.number("size"))
      #expect(record.source == expected.text("source") && record.title == expected.text("title"))
      #expect(record.date?.text == expected.json["date"] as? String)
      #expect(record.modified == expected.number("mtime") && Int64(record.mode) == expected.number("mode"))
      #expect(Int64(record.sealedAt) == expected.number("sealed_at"))
      #expect(Int64(record.firstEntry) == expected.number("entry"))
      #expect(Int64(record.places.count) == expected.number("parts"))
      #expect(record.versions == all.filter { $0.name == name }.count)
    }
    let summary = try await Exporter(from: opened).run(to: scratch.at("export")) { _ in }
    #expect(summary.findings.isEmpty && summary.records == UInt64(newest.count))
    let files = Files.tree(scratch.at("export"))
    for (name, expected) in newest {
      let file = try #require(files[Array(name.utf8)])
      #expect(file.digest.hex == expected.text("sha256") && file.mtime == expected.number("mtime"))
      #expect(Int64(file.mode) == expected.number("mode"))
    }

    let passphrase = Files.read(scratch.at("out/passphrase.txt"))!.dropLast()
    #expect(
      try await open(.passphrase(Secret(copying: Array(passphrase)))).catalog().records.count == newest.count)
    let ofClerk = try await open(try identity("clerk")).catalog()
    #expect(Set(ofClerk.byName.keys) == Set(newest.keys.filter { $0.hasPrefix("communications/") }))
    #expect(ofClerk.findings.isEmpty)
    #expect(try await opened.entries().flatMap(\.sealed).contains { $0.text == "test clerk" })
  }

  /// What no key opens is lost to both, and is said by both.
  @Test(arguments: [false, true]) func whatPythonWritesBothExportAlike(losing: Bool) async throws {
    let scratch = Scratch()
    let made = try Python.run(
      "make_place.py", [scratch.at("out"), "--small"] + (losing ? ["--lost"] : []))
    try #require(made.status == 0, "\(made.errors)")
    let machine = Machine(memory: scratch.at("memory")) { Clock.start }
    let report = try JSONSerialization.jsonObject(with: Data(Files.read(scratch.at("out/records.json"))!))
    let vault = try #require(Identifier(hex: (report as? [String: Any])?["vault"] as? String ?? ""))
    let opened = try await OpenPlace.open(
      .folder(scratch.at("out/place")), in: machine, expecting: vault, toWrite: false)
    let text = Files.read(scratch.at("out/custodian.identity"))!
    try await opened.unlock(with: .identity(try IdentityFile.identity(from: Secret(copying: text))))
    let summary = try await Exporter(from: opened).run(to: scratch.at("ours")) { _ in }
    #expect(summary.findings.map(\.kind) == (losing ? [.lost] : []))
    let run = try Python.reader(
      [
        "export", scratch.at("out/place"), scratch.at("theirs"), "--identity",
        scratch.at("out/custodian.identity"),
      ])
    #expect(run.status == (losing ? 2 : 0), "\(run.errors)")
    let ours = Files.tree(scratch.at("ours"))
    #expect(ours == Files.tree(scratch.at("theirs")) && ours.count >= 7)
    #expect(ours.keys.contains(Array("contracts/C000004/letter.txt".utf8)) == !losing)
  }

  /// A vault and a destination of it, exported by both programs and compared: bytes, names, times and modes.
  @Test func whatIsWrittenHereIsReadByPython() async throws {
    let scene = try await Scene()
    let clerk = try await scene.hire(.clerk, ["communications"])
    let leaver = try await scene.hire(.clerk, ["basic"])
    let passphrase = Array("nine paper lanterns over quiet water".utf8)
    let scrypt = IdentityFile.Scrypt(
      parameters: try ScryptParameters(n: 1 << 15, r: 8, p: 1), salt: [UInt8](repeating: 7, count: 32))
    let typed = try Passphrase.identity(
      Secret(copying: passphrase), salt: scrypt.salt, parameters: scrypt.parameters)
    _ = try await scene.open().grant(
      try IdentityFile.Public(of: typed, kind: "passphrase", scrypt: scrypt), role: .clerk,
      classes: ["basic", "contracts"], label: "typed")
    let source = furnish(scene)
    try await scene.seal(source)
    _ = try await scene.open().revoke(leaver.publicIdentity.id, reason: "left")
    _ = try await scene.open().rotate(sections: ["basic", "directory", "journal"])
    Files.write(
      "second version", to: source + "/basic/1001/small.txt", mode: 0o600, mtime: 1_700_000_000_000_000_001)
    Files.write("new customer", to: source + "/basic/1009/new.txt", mode: 0o4755)
    try await scene.seal(source)
    // The same path from another source, and a folder where the first has a file.
    try await scene.seal(scene.source("other", ["basic/1001/small.txt": "other", "basic/1001/empty/x": "x"]))
    _ = try await SnapshotTaker(of: scene.open(), to: .folder(scene.scratch.at("destination")), begins: true)
      .run { _ in }
    Files.write("after the snapshot", to: source + "/basic/1009/late.txt")
    try await scene.seal(source)

    for identity in [(scene.custodian, "custodian"), (clerk, "clerk")] {
      try identityFile(of: identity.0, scene, identity.1)
    }
    Files.write(passphrase + [0x0a], to: Array(scene.scratch.at("typed").utf8))
    try await compare(
      scene, scene.place, "vault", .identity(scene.custodian), ["--identity", "custodian"], 13)
    try await compare(scene, scene.place, "clerk", .identity(clerk), ["--identity", "clerk"], 1)
    try await compare(
      scene, scene.place, "typed", .passphrase(Secret(copying: passphrase)), ["--passphrase-file", "typed"],
      11)
    try await compare(
      scene, scene.scratch.at("destination"), "copy", .identity(scene.custodian),
      ["--identity", "custodian"], 12)
    try identityFile(of: leaver, scene, "leaver")
    let refused = try Python.reader(["list", scene.place, "--identity", scene.scratch.at("leaver")])
    #expect(refused.status == 1 && refused.errors.contains("has no grant"))
  }

  /// What was forged both give apart, and name.
  @Test func whatIsMislabelledBothGiveApart() async throws {
    let scene = try await Scene()
    try await scene.seal(scene.source(["basic/1001/a": "a", "basic/2002/b": "b", "basic/%/c": "c"]))
    try await scene.seal(scene.source("!", ["basic/1001/a": "another"]))
    let opened = try await scene.open()
    let forger = try #require(try await opened.unlocked().subject(.number, Array("2002")))
    let basic = try #require(try opened.unlocked().section(named: "basic")).id
    let key = try #require(try await opened.unlocked().key(of: forger, in: basic))
    let record = (id: try Identifier.random(), subject: Array("1001"), path: "a", content: "forged")
    try await Forger.enter(
      [Forger.Bundle(id: try .random(), subject: forger, key: key, records: [record])], to: opened)
    try await Forger.lead("3003", to: forger, in: opened)
    try identityFile(of: scene.custodian, scene, "custodian")
    let ours = try await scene.export()
    let common = ["--identity", scene.scratch.at("custodian"), "--vault-id", scene.vault.hex]
    let run = try Python.reader(["export", scene.place, scene.scratch.at("theirs")] + common)
    #expect(run.status == 2 && run.errors.contains("name another customer"), "\(run.errors)")
    #expect(ours.files == Files.tree(scene.scratch.at("theirs")) && ours.files.count == 5)
    #expect(ours.summary.findings.map(\.kind) == [.mislabelled])
    let verified = try Python.reader(["verify", scene.place] + common)
    #expect(verified.status == 2 && verified.output.contains("findings: 2"), "\(verified.output)")
    #expect(verified.errors.contains("customer \(forger.hex): the directory leads more than one customer"))
  }

  private func furnish(_ scene: Scene) -> String {
    let source = scene.source([
      "basic/1001/small.txt": "small", "basic/1001/empty": "", "basic/common/form": "form",
      "basic/1001/twice.txt": "small",
    ])
    Files.write(pattern(3 << 20, seed: 1), to: Array(source + "/contracts/客户/scan.pdf"), mtime: -1)
    Files.write(String(repeating: "shrinks well. ", count: 200_000), to: source + "/contracts/客户/long.txt")
    Files.write(Array("latin-1"), to: Array(source) + Array("/transactions/1001/caf") + [0xe9])
    Files.write("escapes", to: source + "/contracts/1001/\u{1b}[31mred\u{7}.txt", mode: 0o400)
    Files.sparse(
      source + "/communications/1001/call", size: 65 << 20, pieces: [(at: 64 << 20, bytes: pattern(9))])
    return source
  }

  private func identityFile(of identity: Identity, _ scene: Scene, _ name: String) throws {
    try IdentityFile.secretText(of: identity).withSpan { (span) throws in
      try DurableFile.writeNew(span, to: scene.scratch.at(name))
    }
  }

  private func compare(
    _ scene: Scene, _ place: String, _ name: String, _ key: KeySource, _ unlock: [String], _ count: Int
  ) async throws {
    let opened = try await OpenPlace.open(
      .folder(place), in: scene.machine("reader of \(name)"), expecting: scene.vault, toWrite: false)
    try await opened.unlock(with: key)
    let (ours, theirs) = (scene.scratch.at("ours-\(name)"), scene.scratch.at("theirs-\(name)"))
    let summary = try await Exporter(from: opened).run(to: ours) { _ in }
    #expect(summary.findings.isEmpty)
    let common = [unlock[0], scene.scratch.at(unlock[1]), "--vault-id", scene.vault.hex]
    let run = try Python.reader(["export", place, theirs] + common)
    #expect(run.status == 0, "\(name): \(run.errors)")
    let files = Files.tree(ours)
    #expect(files == Files.tree(theirs) && files.count == count, "\(name): \(files.count)")
    let listed = try Python.reader(["list", place] + common)
    #expect(listed.status == 0 && listed.output.split(separator: "\n").count == count, "\(listed.errors)")
    #expect(!listed.output.utf8.contains(0x1b) && !listed.output.utf8.contains(0x07))
    let verified = try Python.reader(["verify", place] + common)
    #expect(verified.status == 0 && verified.output.contains("findings: 0"), "\(name): \(verified.errors)")
  }
}
