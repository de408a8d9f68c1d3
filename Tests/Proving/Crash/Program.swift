import Foundation
import Synchronization

/// The real program, run as a process, with what it changes on the disk written down.
struct Program: Sendable {
  /// Its path.
  let path: String
  /// The library that writes down; nil: nothing is.
  let recorder: String?

  /// Compiles the recorder.
  static func recorder(into folder: String) throws -> String {
    let source = (#filePath as NSString).deletingLastPathComponent + "/../Disk/recorder.c"
    let library = folder + "/recorder.so"
    let status = try run(
      "/usr/bin/env", ["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl", "-lpthread"])
    guard status.code == 0 else { throw ProofFailure("the recorder doesn't compile: \(status.text)") }
    return library
  }

  /// Runs it in a folder. What it changes is written to `log`.
  func run(_ arguments: [String], in folder: String, identity: String, log: String? = nil) throws -> (
    code: Int32, text: String
  ) {
    var environment = [
      "HOME": folder, "PATH": "/usr/bin:/bin", "STRONGROOM_STATE": folder + "/memory",
      "STRONGROOM_VAULT": "vault",
      "STRONGROOM_IDENTITY": identity,
    ]
    if let recorder, let log {
      environment["LD_PRELOAD"] = recorder
      environment["RECORDER_ROOT"] = folder
      environment["RECORDER_LOG"] = log
    }
    return try Self.run(path, arguments, in: folder, environment)
  }

  static func run(
    _ path: String, _ arguments: [String], in folder: String? = nil, _ environment: [String: String]? = nil
  ) throws -> (code: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    if let environment { process.environment = environment }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }
}
