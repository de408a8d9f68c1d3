import Foundation
import Glibc
import TestKit

@testable import S3

/// The program that was built together with these tests, used by one person at one machine, with a server's buckets at hand.
final class House: Sendable {
  struct Ran: Sendable {
    let code: Int32
    let out: String
    let err: String
  }

  struct Trouble: Error, CustomStringConvertible { let description: String }

  let scratch = Scratch()
  let server: TestServer
  /// The vault's address.
  let vault: String

  private static let program: String = {
    let me =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
    return (me as NSString).deletingLastPathComponent + "/strongroom"
  }()

  init(_ server: TestServer, vault: String) {
    self.server = server
    self.vault = vault
  }

  func at(_ name: String) -> String { scratch.at(name) }

  /// Runs the program to its end.
  /// - Parameter machine: whose memory it has.
  @discardableResult
  func run(
    _ arguments: String..., machine: String = "machine", with more: [String: String] = [:]
  ) async throws -> Ran {
    try await run(arguments, machine: machine, with: more)
  }

  func run(
    _ arguments: [String], machine: String = "machine", with more: [String: String] = [:]
  ) async throws -> Ran {
    var environment = [
      "HOME": at("home"), "STRONGROOM_STATE": at(machine), "STRONGROOM_IDENTITY": at("me"),
      "STRONGROOM_VAULT": vault, "AWS_ENDPOINT_URL": server.endpoint,
      "AWS_ACCESS_KEY_ID": TestServer.keys.accessKey, "AWS_SECRET_ACCESS_KEY": TestServer.keys.secretKey,
      "PATH": "/usr/bin:/bin", "TMPDIR": scratch.path,
    ]
    environment.merge(more) { $1 }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program)
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
    process.standardInput = FileHandle.nullDevice
    let (out, err) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (out, err)
    return try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        do {
          try process.run()
          let said = Said()
          let group = DispatchGroup()
          for (pipe, isError) in [(out, false), (err, true)] {
            group.enter()
            Thread.detachNewThread {
              said.take((try? pipe.fileHandleForReading.readToEnd()) ?? Data(), isError)
              group.leave()
            }
          }
          group.wait()
          process.waitUntilExit()
          continuation.resume(
            returning: Ran(code: process.terminationStatus, out: said.text(false), err: said.text(true)))
        } catch {
          continuation.resume(throwing: error)
        }
      }
    }
  }

  private final class Said: @unchecked Sendable {
    private let lock = NSLock()
    private var texts: [Bool: Data] = [:]

    func take(_ data: Data, _ isError: Bool) { lock.withLock { texts[isError] = data } }
    func text(_ isError: Bool) -> String {
      lock.withLock { String(decoding: texts[isError] ?? Data(), as: UTF8.self) }
    }
  }

  /// Runs the program, which must do all it says.
  @discardableResult
  func does(
    _ arguments: String..., machine: String = "machine", with more: [String: String] = [:]
  ) async throws -> Ran {
    let ran = try await run(arguments, machine: machine, with: more)
    guard ran.code == 0 else { throw Trouble(description: "\(arguments): \(ran.code): \(ran.err)") }
    return ran
  }

  /// Founds the vault. Returns its id.
  func found() async throws -> String {
    try await does("identity", "new", "me")
    let ran = try await does("init", vault, "--card", at("card.txt"), "--json")
    guard let match = ran.out.firstMatch(of: /"vault":"([0-9a-f]{32})"/) else {
      throw Trouble(description: "no id: \(ran.out)")
    }
    return String(match.1)
  }

  func write(_ text: String, to name: String) { Files.write(text, to: at(name)) }
}
