import Foundation
import Glibc
import Testing

/// The Python that runs Docs/reader and Tests/Reader, where there is one.
enum Python {
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

  static let isCI = ProcessInfo.processInfo.environment["CI"] == "true"
  static let missing: Comment =
    "no Python with cryptography 48 and zstandard (Scripts/reader-python gets it into .build-venv)"

  static func run(_ script: String, _ arguments: [String]) throws -> Outcome {
    try start(#require(path, missing), [root + "/Tests/Reader/" + script] + arguments)
  }

  static func reader(_ arguments: [String]) throws -> Outcome {
    try start(#require(path, missing), [root + "/Docs/reader/strongroom_reader.py"] + arguments)
  }

  private static func start(_ executable: String, _ arguments: [String]) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = (executable == "/usr/bin/env" ? ["python3"] : []) + arguments
    var environment = ProcessInfo.processInfo.environment
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    process.environment = environment
    // Two pipes read one after the other would stop a process that says much in the second.
    let told = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    _ = FileManager.default.createFile(atPath: told.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: told) }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: told)
    try process.run()
    let text = all(of: output.fileHandleForReading)
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: told), as: UTF8.self))
  }

  /// Foundation's own reading gives up where a signal comes in between.
  private static func all(of handle: FileHandle) -> [UInt8] {
    var bytes: [UInt8] = []
    let size = 65_536
    var buffer = [UInt8](repeating: 0, count: size)
    while true {
      let count = read(handle.fileDescriptor, &buffer, size)
      if count > 0 {
        bytes += buffer[..<count]
      } else if count == 0 || errno != EINTR {
        return bytes
      }
    }
  }
}
