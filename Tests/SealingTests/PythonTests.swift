import Foundation
import Testing

@testable import Sealing

/// A Python that has a package of others.
enum Python {
  /// One that has `cryptography` 48.
  static let path = able(to: "from cryptography.hazmat.primitives import hpke; hpke.KEM.MLKEM768_X25519")
  /// One that has `shamir-mnemonic`, with which shares can be extendable.
  static let ofShares = able(to: "from shamir_mnemonic.constants import EXTENDABLE_FLAG_LENGTH_BITS")

  private static func able(to check: String) -> String? {
    // The path as it is: what the link leads to knows nothing of the environment.
    let ours = Vectors.here.appending(path: "../../../.build-venv/bin/python3").path
    return ["python3", ours].first { (try? run($0, ["-c", check])) != nil }
  }

  static let isCI = ProcessInfo.processInfo.environment["CI"] == "true"

  struct Failed: Error { let status: Int32 }

  @discardableResult static func run(
    _ python: String, _ arguments: [String], input: String = ""
  ) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [python] + arguments
    let (given, answer) = (Pipe(), Pipe())
    process.standardInput = given
    process.standardOutput = answer
    process.standardError = FileHandle.nullDevice
    try process.run()
    try given.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try given.fileHandleForWriting.close()
    let text = try answer.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(status: process.terminationStatus) }
    return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .newlines)
  }
}

/// What Swift seals, another implementation opens: Vectors/make_vectors.py. Where no Python can, these are skipped, and
/// fail on CI.
@Suite(
  .enabled(
    if: Python.path != nil || Python.isCI,
    "no Python with cryptography 48 (Scripts/reader-python gets it into .build-venv)"))
struct PythonTests {
  private func opened(_ given: JSONObject) throws -> [UInt8]? {
    let python = try #require(Python.path)
    let script = Vectors.here.appending(path: "make_vectors.py").path
    return Hex.decode(
      try Python.run(python, [script, "open"], input: String(decoding: given.encoded(), as: UTF8.self)))
  }

  @Test func opensAnEnvelope() throws {
    let seed = Vectors.own.envelopes.entry.seed
    let info = Envelope.info(
      context: SealContext(.journal, vault: .zero, section: .journal, number: 1), recipient: sample(9),
      publicPart: sample(7))
    let plain = Secret(copying: sample(256))
    let message = try Envelope.seal(plain, to: JournalKey(seed: seed.secret).publicKey, info: info)
    #expect(
      try opened(["seed": .hex(seed.bytes), "info": .hex(info), "message": .hex(message)]) == sample(256))
  }

  @Test(arguments: [0, 5, 16_384, 40_000]) func opensAStream(_ size: Int) throws {
    let context = SealContext(.table, vault: Identifier(ascii: "vault")!, number: 7)
    let key = sample(32)
    let plain = sample(size)
    let whole = try SealedStream.seal(plain.span, key: Secret(copying: key), context: context)
    let sealer = try StreamSealer(key: Secret(copying: key), context: context)
    var streamed = sealer.header
    try sealer.append(plain.span) { streamed.append($0) }
    try sealer.finish { streamed.append($0) }
    for message in [whole, streamed] {
      #expect(
        try opened(["key": .hex(key), "context": .hex(context.bytes), "message": .hex(message)]) == plain)
    }
  }
}
