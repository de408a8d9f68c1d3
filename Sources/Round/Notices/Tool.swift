internal import Foundation
internal import Glibc

/// A program that gets something to read: for at most so long, and of what it says a few bytes are kept at most.
struct Tool {
  let words: [String]
  let input: [UInt8]
  /// Whether what it says is asked for: less than a pipe holds.
  var keepsOutput = false

  /// Runs it; what doesn't end with 0 failed.
  func run(called name: String) async throws(Undelivered) {
    let (status, _) = try await ended(called: name)
    guard status == 0 else { throw Undelivered(why: "\(name) ended with \(status)", isPassing: true) }
  }

  /// Runs it.
  /// - Returns: its exit code, and the beginning of what it said.
  func ended(called name: String) async throws(Undelivered) -> (status: Int32, said: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: words[0])
    process.arguments = Array(words.dropFirst())
    let pipe = Pipe()
    process.standardInput = pipe
    let output = Pipe()
    process.standardOutput = keepsOutput ? output : FileHandle.nullDevice
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
    // Of one that still runs nothing may be asked.
    if isLate || process.isRunning {
      _ = Glibc.kill(pid, SIGKILL)
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
