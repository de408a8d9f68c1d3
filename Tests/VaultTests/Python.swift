import Foundation
import Glibc
import Synchronization
import Testing

/// The Python that runs Docs/reader and Tests/Reader, where there is one: Tests/Reader/serve.py, which loads once what takes
/// half a second to load each time.
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
    let process = process(candidate, ["-c", check])
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  static let isCI = ProcessInfo.processInfo.environment["CI"] == "true"
  static let missing: Comment =
    "no Python with cryptography 48 and zstandard (Scripts/reader-python gets it into .build-venv)"

  static func run(_ script: String, _ arguments: [String]) throws -> Outcome {
    try ask([root + "/Tests/Reader/" + script] + arguments)
  }

  static func reader(_ arguments: [String]) throws -> Outcome {
    try ask([root + "/Docs/reader/strongroom_reader.py"] + arguments)
  }

  private static func ask(_ question: [String]) throws -> Outcome {
    // One that died is told by its test, rather than by a signal to all of them.
    signal(SIGPIPE, SIG_IGN)
    let server = try idle.withLock { $0.popLast() } ?? Server(#require(path, missing))
    let outcome = try server.answer(to: question)
    // One that failed isn't asked again.
    idle.withLock { $0.append(server) }
    return outcome
  }

  /// Those who wait for a question; who asks while none does starts another.
  private static let idle = Mutex<[Server]>([])

  private static func process(_ executable: String, _ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = (executable == "/usr/bin/env" ? ["python3"] : []) + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONDONTWRITEBYTECODE": "1"]) { $1 }
    return process
  }

  /// One that answers; it ends with the tests, when nobody can ask it any more.
  private final class Server: Sendable {
    private let questions: FileHandle
    private let answers: FileHandle

    init(_ executable: String) throws {
      let (input, output) = (Pipe(), Pipe())
      let process = process(executable, [root + "/Tests/Reader/serve.py"])
      process.standardInput = input
      process.standardOutput = output
      try process.run()
      (questions, answers) = (input.fileHandleForWriting, output.fileHandleForReading)
    }

    func answer(to question: [String]) throws -> Outcome {
      try questions.write(contentsOf: JSONEncoder().encode(question) + Data([0x0a]))
      let line = Data(Self.line(of: answers))
      let parts = try JSONSerialization.jsonObject(with: line) as? [Any]
      guard let parts, parts.count == 3, let status = parts[0] as? Int, let output = parts[1] as? String,
        let errors = parts[2] as? String
      else { throw CocoaError(.fileReadCorruptFile) }
      return Outcome(status: Int32(status), output: output, errors: errors)
    }

    /// Foundation's own reading gives up where a signal comes in between.
    private static func line(of handle: FileHandle) -> [UInt8] {
      var bytes: [UInt8] = []
      let size = 65_536
      var buffer = [UInt8](repeating: 0, count: size)
      while bytes.last != 0x0a {
        let count = read(handle.fileDescriptor, &buffer, size)
        if count > 0 {
          bytes += buffer[..<count]
        } else if count == 0 || errno != EINTR {
          break
        }
      }
      return bytes
    }
  }
}
