import Foundation
import Glibc
import Synchronization
import TestKit
import Testing

/// What a run of the program came to.
struct Ran: Sendable {
  let code: Int32
  /// What it wrote to standard output.
  let out: [UInt8]
  /// What it wrote to standard error.
  let err: [UInt8]

  var result: String { String(decoding: out, as: UTF8.self) }
  var said: String { String(decoding: err, as: UTF8.self) }
}

/// A desk at which the real program is used: a folder with home, memory and files of its own.
final class Desk: Sendable {
  private let scratch = Scratch()
  private let runs = Mutex(0)
  var folder: String { scratch.path }

  /// The program that was built together with these tests.
  static let program: String = {
    let me =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
    return (me as NSString).deletingLastPathComponent + "/strongroom"
  }()

  init() { for name in ["home", "tmp", "said"] { mkdir(at(name), 0o755) } }

  /// A desk with an identity `me` and a vault `vault` that it founded.
  static func withVault() async throws -> Desk {
    let desk = Desk()
    for arguments in [["identity", "new", "me"], ["init", "vault"]] {
      let ran = try await desk.run(arguments)
      guard ran.code == 0 else { throw Trouble("\(arguments): \(ran.said)") }
    }
    return desk
  }

  /// A desk with a vault in which two records of two classes are sealed, and with its copy at `copy`.
  static func withRecords() async throws -> Desk {
    let desk = try await withVault()
    desk.write("a first letter", to: "archive/basic/C1/letter.txt")
    desk.write("a contract of some pages", to: "archive/contracts/C2/2024/contract.txt")
    for arguments in [["seal", "archive"], ["snapshot", "take", "copy", "--new"]] {
      let ran = try await desk.run(arguments)
      guard ran.code == 0 else { throw Trouble("\(arguments): \(ran.said)") }
    }
    return desk
  }

  /// The id of the identity `me`.
  func identity() async throws -> String {
    guard
      case .text(let id)? = try await run("identity", "show", "me", "--json").object(.identity)["identity"]
    else { throw Trouble("no identity") }
    return id
  }

  // MARK: files

  func at(_ name: String) -> String { scratch.at(name) }

  func write(_ text: String, to name: String) { Files.write(text, to: at(name)) }

  /// Names are bytes, as on the disk.
  func write(_ text: String, to name: [UInt8]) { Files.write(Array(text.utf8), to: Array(at("")) + name) }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  func has(_ name: String) -> Bool { Files.exists(at(name)) }

  /// The paths below a folder, sorted; folders too.
  func files(_ name: String) -> [String] {
    (FileManager.default.subpaths(atPath: at(name)) ?? []).sorted()
  }

  /// Copies a folder, in place of what is there.
  func copy(_ name: String, to other: String) {
    Files.remove(Array(at(other)))
    Files.copy(at(name), to: at(other))
  }

  /// Changes one byte in the middle of every box of a place.
  func spoilBoxes(of place: String) throws {
    let vandal = Vandal(place: at(place))
    for box in try vandal.names("boxes") { try vandal.flip(box) }
  }

  // MARK: running

  /// Runs the program to its end; `with` adds to the environment, or takes away with an empty value. What it writes with
  /// `--json` is always looked at.
  func run(
    _ arguments: String..., with more: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Ran {
    try await run(arguments, with: more, sourceLocation: sourceLocation)
  }

  func run(
    _ arguments: [String], with more: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Ran {
    let ran = try await run(Self.program, arguments, with: more)
    if arguments.prefix(while: { $0 != "--" }).contains("--json"),
      let fault = JSONSchema.ours.fault(of: ran, of: arguments)
    {
      Issue.record("\(arguments): \(fault)\n\(ran.result)", sourceLocation: sourceLocation)
    }
    return ran
  }

  /// Runs a line of a shell, in which `$0` is the program.
  func shell(_ line: String) async throws -> Ran { try await run("/bin/sh", ["-c", line, Self.program]) }

  private func run(
    _ program: String, _ arguments: [String], with more: [String: String] = [:]
  ) async throws -> Ran {
    let number = runs.withLock { count in
      count += 1
      return count
    }
    let stem = "said/\(number)"
    let child = try Child(
      program, arguments, in: folder, environment(more), output: .file(at(stem + ".out")),
      errors: .file(at(stem + ".err")))
    let code = await child.end()
    return Ran(code: code, out: try bytes(stem + ".out"), err: try bytes(stem + ".err"))
  }

  /// Starts the program at a terminal, with what it results in sent to the file `result`, anew.
  func start(_ arguments: [String], on screen: Screen, with more: [String: String] = [:]) throws -> Child {
    unlink(at("result"))
    return try Child(
      Self.program, arguments, in: folder, environment(more), output: .file(at("result")),
      terminal: screen.path)
  }

  /// Starts a shell at a terminal that runs one line, with what it results in sent to the file `result`, anew.
  func start(line: String, on screen: Screen, with more: [String: String]) throws -> Child {
    unlink(at("result"))
    return try Child(
      "/bin/sh", ["-c", line], in: folder, environment(more), output: .file(at("result")),
      terminal: screen.path)
  }

  /// Starts the program with a pipe for its results; the errors go to the file `err`.
  func start(_ arguments: String..., into pipe: Int32) throws -> Child {
    try Child(
      Self.program, arguments, in: folder, environment([:]), output: .descriptor(pipe),
      errors: .file(at("err")))
  }

  private func environment(_ more: [String: String]) -> [String: String] {
    [
      "HOME": at("home"), "PATH": "/usr/bin:/bin", "TMPDIR": at("tmp"), "LANG": "C.UTF-8",
      "STRONGROOM_STATE": at("home/state"), "STRONGROOM_VAULT": "vault", "STRONGROOM_IDENTITY": "me",
    ]
    .merging(more) { $1 }
  }

  func bytes(_ name: String) throws -> [UInt8] {
    guard let bytes = Files.read(at(name)) else { throw Trouble("there is no \(name)") }
    return bytes
  }
}
