import Foundation
import Sealing
import Storage
import Testing

@testable import Vault

/// Two programs that were written from Docs/Format.md alone: what either writes the other reads.
@Suite(.enabled(if: Python.path != nil, "no Python with cryptography 48 and zstandard"))
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
    func open(_ source: KeySource) async throws -> OpenVault {
      let surroundings = Surroundings(memory: scratch.at("memory")) { Clock.start }
      let opened = try await OpenVault.open(scratch.at("out/place"), in: surroundings, expecting: vault)
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
      #expect(record.modified == expected.number("mtime") && Int64(record.mode) == expected.number("mode"))
      #expect(Int64(record.sealedAt) == expected.number("sealed_at"))
      #expect(Int64(record.firstEntry) == expected.number("entry"))
      #expect(Int64(record.places.count) == expected.number("parts"))
      #expect(record.versions == all.filter { $0.name == name }.count)
    }
    let summary = try await Export(from: opened).run(to: scratch.at("export")) { _ in }
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

  @Test func whatIsWrittenHereIsReadByPython() async throws {
    let scene = try await Scene()
    let clerk = try await scene.hire(.clerk, ["communications"])
    let source = scene.source([
      "basic/1001/small.txt": "small", "basic/1001/empty": "", "basic/common/form": "form",
    ])
    Files.write(pattern(3 << 20, seed: 1), to: Array(source + "/contracts/客户/scan.pdf"), mtime: -1)
    Files.write(String(repeating: "shrinks well. ", count: 200_000), to: source + "/contracts/客户/long.txt")
    Files.write(Array("latin-1"), to: Array(source) + Array("/transactions/1001/caf") + [0xe9])
    Files.sparse(
      source + "/communications/1001/call", size: 65 << 20, pieces: [(at: 64 << 20, bytes: pattern(9))])
    try await scene.seal(source)
    _ = try await scene.open().rotate(sections: ["basic", "directory", "journal"])
    Files.write("second version", to: source + "/basic/1001/small.txt")
    Files.write("new customer", to: source + "/basic/1009/new.txt")
    try await scene.seal(source)
    let identity = scene.scratch.at("custodian.identity")
    try IdentityFile.secretText(of: scene.custodian).withSpan { (span) throws in
      try DurableFile.writeNew(span, to: identity)
    }
    let common = [scene.place, "--identity", identity, "--vault-id", scene.vault.hex]

    let records = try await scene.open(toWrite: false).catalog().records
    #expect(records.count == 8)
    let listed = try Python.run("open_record.py", common + ["--list"])
    #expect(
      listed.status == 0 && listed.output.split(separator: "\n").count == records.count, "\(listed.errors)")
    for record in records {
      #expect(listed.output.contains(record.id.hex))
      let out = scene.scratch.at("out-\(record.id.hex)")
      let run = try Python.run("open_record.py", common + ["--record", record.id.hex, "--out", out])
      #expect(run.status == 0, "\(run.errors)")
      let path = Array("\(source)/\(record.className)/") + record.subjectAsGiven + [0x2f] + record.path
      #expect(Files.read(out) == Files.read(path), "\(String(decoding: path, as: UTF8.self))")
    }

    let theirs = scene.scratch.at("clerk.identity")
    try IdentityFile.secretText(of: clerk).withSpan { (span) throws in
      try DurableFile.writeNew(span, to: theirs)
    }
    let seen = try Python.run("open_record.py", [scene.place, "--identity", theirs, "--list"])
    #expect(
      seen.status == 0 && seen.output.split(separator: "\n").count == 1, "\(seen.output) \(seen.errors)")
  }
}

/// The Python that runs Tests/Reader, where there is one.
private enum Python {
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String
  }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  static let path: String? = ["/usr/bin/env", root + "/.build-venv/bin/python3"].first { candidate in
    let check =
      "import sys, zstandard; from cryptography.hazmat.primitives import hpke; hpke.MLKEM768X25519PrivateKey"
    let outcome = try? start(candidate, ["-c", check])
    return outcome?.status == 0
  }

  static func run(_ script: String, _ arguments: [String]) throws -> Outcome {
    try start(path ?? "", [root + "/Tests/Reader/" + script] + arguments)
  }

  private static func start(_ executable: String, _ arguments: [String]) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = (executable == "/usr/bin/env" ? ["python3"] : []) + arguments
    var environment = ProcessInfo.processInfo.environment
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    process.environment = environment
    let (output, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, errors)
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let told = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      errors: String(decoding: told, as: UTF8.self))
  }
}
