import Foundation
import TestKit
import Testing
import Vault

@testable import Compliance

/// A report's folder as Tests/Reader/check_compliance.py finds it, by libraries that aren't ours.
@Suite(
  .enabled(if: OtherReader.path != nil || OtherReader.isCI, OtherReader.missing), .timeLimit(.minutes(10)))
struct OtherReaderTests {
  @Test func everyProofHoldsThere() async throws {
    let audit = try await Audit()
    let auditor = try await audit.scene.hire(.auditor)
    try await audit.verify()
    try await audit.drill(.passed)
    let opened = try await audit.scene.open()
    _ = try await opened.erase(
      [try #require(try await opened.customer(numbered: "C1"))], classes: [], reason: "asked")
    let (files, written) = try await audit.write(
      try await audit.report(as: auditor), to: "report", as: auditor, vouching: true)
    let vault = audit.scene.vault.hex
    let ran = try OtherReader.check(files.folder, vault)
    #expect(ran.status == 0, "\(ran.said)")
    #expect(
      ran.said == "ok: \(written.proofs) proofs; vouched for by \(auditor.publicIdentity.id.hex)\n")
    // And it looks.
    #expect(try OtherReader.check(files.folder, String(vault.reversed())).status == 1)
    let proof = files.folder + "/proofs/0.tlog-proof"
    let bytes = try #require(Files.read(proof))
    Files.unlink(proof)
    #expect(try OtherReader.check(files.folder, vault).status == 1)
    Files.write(Array(bytes.dropLast(10) + bytes.suffix(9)), to: Array(proof.utf8))
    #expect(try OtherReader.check(files.folder, vault).status == 1)
  }
}

private enum OtherReader {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  static let path: String? = ["/usr/bin/python3", root + "/.build-venv/bin/python3"].first {
    (try? run($0, ["-c", "import metamorphic_log, cryptography"]).status) == 0
  }

  static let isCI = ProcessInfo.processInfo.environment["CI"] == "true"
  static let missing: Comment =
    "no Python with metamorphic-log and cryptography (Scripts/reader-python gets it into .build-venv)"

  static func check(_ folder: String, _ vault: String) throws -> (status: Int32, said: String) {
    try run(try #require(path, missing), [root + "/Tests/Reader/check_compliance.py", folder, vault])
  }

  private static func run(_ python: String, _ arguments: [String]) throws -> (status: Int32, said: String) {
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(filePath: python)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }
}
