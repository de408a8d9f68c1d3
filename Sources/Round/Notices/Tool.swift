internal import Drill
internal import Foundation
internal import Storage

/// A program that gets something to read: for at most so long, and of what it says a few bytes are kept at most.
struct Tool {
  let words: [String]
  let input: [UInt8]
  /// Whether what it says is asked for: less than a pipe holds.
  var keepsOutput = false

  /// A pipe holds 64 KiB.
  private static let mostInput = 60_000

  /// Runs it; what doesn't end with 0 failed.
  func run(called name: String) async throws(Undelivered) {
    let (status, _) = try await ended(called: name)
    guard status == 0 else { throw Undelivered(why: "\(name) ended with \(status)", isPassing: true) }
  }

  /// Runs it.
  /// - Returns: its exit code, and the beginning of what it said.
  func ended(called name: String) async throws(Undelivered) -> (status: Int32, said: String) {
    guard input.count <= Self.mostInput else {
      throw Undelivered(why: "it is more than \(name) is given", isPassing: false)
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: words[0])
    process.arguments = Array(words.dropFirst())
    let pipe = Pipe()
    process.standardInput = pipe
    let output = Pipe()
    process.standardOutput = keepsOutput ? output : FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let isInTime: Bool
    do {
      isInTime = try await TimedProcess.run(process, within: Channel.patience) {
        // Less than a pipe holds, so it waits for nobody; who doesn't read it is told nothing.
        try? pipe.fileHandleForWriting.write(contentsOf: Data(input))
        try? pipe.fileHandleForWriting.close()
      }
    } catch { throw Undelivered(why: "\(name) can't be run: \(words[0])", isPassing: false) }
    guard isInTime else {
      throw Undelivered(why: "\(name) took longer than \(Channel.patience) s", isPassing: true)
    }
    guard process.terminationReason == .exit else {
      throw Undelivered(why: "\(name) was ended by signal \(process.terminationStatus)", isPassing: true)
    }
    guard keepsOutput else { return (process.terminationStatus, "") }
    try? output.fileHandleForWriting.close()
    let said = (try? output.fileHandleForReading.read(upToCount: 64)).flatMap(\.self) ?? Data()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }
}
