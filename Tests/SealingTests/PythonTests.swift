import Foundation
import Testing

@testable import Sealing

/// What Swift seals, another implementation opens: Vectors/make_vectors.py, where Python has `cryptography` 48.
struct PythonTests {
  static let canOpen =
    (try? run(["-c", "from cryptography.hazmat.primitives import hpke; hpke.KEM.MLKEM768_X25519"])) != nil
  static let missing: Comment = "python3 can't import X-Wing from cryptography 48 or later"

  struct Failed: Error { let status: Int32 }

  @discardableResult private static func run(_ arguments: [String], input: String = "") throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
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

  private func opened(_ given: JSONObject) throws -> [UInt8]? {
    let script = Vectors.here.appending(path: "Vectors/make_vectors.py").path
    return Hex.decode(
      try Self.run([script, "open"], input: String(decoding: given.encoded(), as: UTF8.self)))
  }

  @Test(.enabled(if: canOpen, missing)) func opensAnEnvelope() throws {
    let seed = Vectors.own.envelopes.entry.seed
    let info = Envelope.info(
      context: SealContext(.journal, vault: .zero, section: .journal, number: 1), recipient: sample(9),
      publicPart: sample(7))
    let plain = Secret(copying: sample(256))
    let message = try Envelope.seal(plain, to: JournalKey(seed: seed.secret).publicKey, info: info)
    #expect(
      try opened(["seed": .hex(seed.bytes), "info": .hex(info), "message": .hex(message)]) == sample(256))
  }

  @Test(.enabled(if: canOpen, missing), arguments: [0, 5, 16_384, 40_000]) func opensAStream(_ size: Int)
    throws
  {
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
