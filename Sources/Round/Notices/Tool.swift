internal import Foundation
internal import Glibc

/// A program that gets something to read: for at most so long, and whatever it says isn't kept.
struct Tool {
  let words: [String]
  let input: [UInt8]

  /// Runs it; what doesn't end with 0 failed.
  func run(called name: String) async throws(Undelivered) {
    let status = try await status(called: name)
    guard status == 0 else { throw Undelivered(why: "\(name) ended with \(status)", isPassing: true) }
  }

  /// Runs it.
  /// - Returns: its exit code.
  func status(called name: String) async throws(Undelivered) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: words[0])
    process.arguments = Array(words.dropFirst())
    let pipe = Pipe()
    process.standardInput = pipe
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let ended = AsyncStream<Void>.makeStream()
    process.terminationHandler = { _ in ended.continuation.finish() }
    do { try process.run() } catch {
      throw Undelivered(why: "\(name) can't be run: \(words[0])", isPassing: false)
    }
    let pid = process.processIdentifier
    // Less than a pipe holds, so it waits for nobody; who doesn't read it is told nothing.
    try? pipe.fileHandleForWriting.write(contentsOf: Data(input.prefix(60_000)))
    try? pipe.fileHandleForWriting.close()
    let isLate = await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        for await _ in ended.stream {}
        return false
      }
      group.addTask {
        try? await Task.sleep(for: .seconds(Int64(Channel.patience)))
        return true
      }
      let first = await group.next() ?? true
      if first || Task.isCancelled { _ = Glibc.kill(pid, SIGKILL) }
      group.cancelAll()
      return first
    }
    if isLate { throw Undelivered(why: "\(name) took longer than \(Channel.patience) s", isPassing: true) }
    guard process.terminationReason == .exit else {
      throw Undelivered(why: "\(name) was ended by signal \(process.terminationStatus)", isPassing: true)
    }
    return process.terminationStatus
  }
}
