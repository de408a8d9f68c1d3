import Foundation
import Round
import Testing

/// The real systemd-analyze, over units in a folder that stands for a machine.
struct Systemd: ~Copyable {
  static let isCI = ProcessInfo.processInfo.environment["CI"] == "true"
  static let isThere = (try? run("systemd-analyze", "--version").code) == 0

  let root: String

  init() {
    root = NSTemporaryDirectory() + "/strongroom-units-" + UUID().uuidString
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  /// Puts a file there; a program where it is `executable`.
  func put(_ text: String, at path: String, executable: Bool = false) throws {
    let file = URL(filePath: root + path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    if executable {
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
  }

  /// Puts units and the program that they start.
  func put(_ schedule: Schedule, running program: String) throws {
    for unit in schedule.units { try put(unit.text, at: "/etc/systemd/system/" + unit.name) }
    try put("", at: program, executable: true)
  }

  /// What systemd has to say about a unit; empty where it is content.
  func complaints(_ unit: String) throws -> String {
    try Self.complaints(
      "systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", "--root=\(root)", unit])
  }

  /// The same of a user's unit, which lies right in the folder.
  func usersComplaints(_ unit: String) throws -> String {
    try Self.complaints(
      "env",
      [
        "XDG_RUNTIME_DIR=\(root)", "systemd-analyze", "verify", "--man=no", "--recursive-errors=no", "--user",
        "\(root)/\(unit)",
      ])
  }

  private static func complaints(_ tool: String, _ arguments: [String]) throws -> String {
    let ran = try run(tool, arguments)
    return ran.code == 0 ? ran.said : "\(ran.code): \(ran.said)"
  }

  /// From 0 (closed) to 10.
  func exposure(of unit: String) throws -> Double {
    let said = try Self.run(
      "systemd-analyze", ["security", "--offline=true", "--no-pager", "--root=\(root)", unit]
    ).said
    let found = try #require(said.firstMatch(of: /exposure level for .*: ([0-9.]+)/), "\(said)")
    return try #require(Double(found.output.1))
  }

  static func run(_ tool: String, _ arguments: String...) throws -> (code: Int32, said: String) {
    try run(tool, arguments)
  }

  static func run(_ tool: String, _ arguments: [String]) throws -> (code: Int32, said: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let said = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }
}
