import Foundation
import Glibc

/// What tests run beside them.
enum Servers {
  /// Runs one of the Python programs with the tests' own Python.
  static func run(_ program: String, _ input: Data) throws -> Data {
    let python = getenv("STRONGROOM_TEST_PYTHON").map { String(cString: $0) } ?? "python3"
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Servers")
    return try run(python, [folder.appendingPathComponent(program).path], input)
  }

  static func run(_ program: String, _ arguments: [String], _ input: Data = Data()) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let (given, said) = (Pipe(), Pipe())
    process.standardInput = given
    process.standardOutput = said
    process.standardError = FileHandle.nullDevice
    try process.run()
    // Others read while they write; a thread of its own keeps both pipes moving.
    Thread.detachNewThread {
      try? given.fileHandleForWriting.write(contentsOf: input)
      try? given.fileHandleForWriting.close()
    }
    let output = try said.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    return output
  }
}
