import Foundation
import Glibc

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
  func run(
    _ arguments: [String], in folder: String, identity: String, log: String? = nil, fault: CallFault? = nil,
    days: UInt64 = 0, _ more: [String: String] = [:]
  ) throws -> (code: Int32, text: String) {
    let process = try start(
      arguments, in: folder, identity: identity, log: log, fault: fault, days: days, more)
    return process.end()
  }

  /// Starts it.
  func start(
    _ arguments: [String], in folder: String, identity: String, log: String? = nil, fault: CallFault? = nil,
    days: UInt64 = 0, _ more: [String: String] = [:]
  ) throws -> RunningProgram {
    var environment = [
      "HOME": folder, "PATH": "/usr/bin:/bin", "STRONGROOM_STATE": folder + "/memory",
      "STRONGROOM_VAULT": "vault",
      "STRONGROOM_IDENTITY": identity,
    ]
    environment.merge(more) { $1 }
    if let recorder, log != nil || fault != nil || days > 0 || more["RECORDER_COUNT"] != nil {
      environment["RECORDER_DAYS"] = String(days)
      environment["LD_PRELOAD"] = recorder
      environment["RECORDER_ROOT"] = folder
      environment["RECORDER_LOG"] = log
      if let fault {
        environment["RECORDER_FAIL"] = String(fault.call)
        environment["RECORDER_ERROR"] = String(fault.error)
        environment["RECORDER_FAILS"] = fault.goesOn ? "on" : nil
        environment["RECORDER_READS"] = fault.isReading ? "on" : nil
      }
    }
    return try RunningProgram(path, arguments, in: folder, environment)
  }

  /// How many calls changed something, and how many read, in a run with `RECORDER_COUNT` at this path.
  static func counts(at path: String) throws -> (changes: Int, reads: Int) {
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    guard numbers.count == 2 else { throw ProofFailure("the recorder counted nothing: \(text)") }
    return (numbers[0], numbers[1])
  }

  static func run(_ path: String, _ arguments: [String]) throws -> (code: Int32, text: String) {
    try RunningProgram(path, arguments, in: nil, nil).end()
  }
}

/// A system call that fails.
struct CallFault: Hashable, Sendable {
  /// Which of the calls that change something, or of those that read, from 1.
  let call: Int
  /// Whether it is one that reads.
  var isReading = false
  /// The number of the error.
  let error: Int32
  /// Whether those after it fail too.
  let goesOn: Bool
}

/// The program while it runs.
final class RunningProgram {
  private let process = Process()
  private let pipe = Pipe()

  init(_ path: String, _ arguments: [String], in folder: String?, _ environment: [String: String]?) throws {
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    if let environment { process.environment = environment }
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  /// Kills it as a power cut would, were the disk to keep all that was written.
  func kill() { _ = Glibc.kill(process.processIdentifier, SIGKILL) }

  /// Waits for its end. A program that a signal ended has a negative code.
  func end() -> (code: Int32, text: String) {
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let code = process.terminationStatus
    return (process.terminationReason == .uncaughtSignal ? -code : code, text)
  }
}
