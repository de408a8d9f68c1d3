package import Foundation
internal import Glibc

/// A program that may take so long, and no longer.
package enum TimedProcess {
  /// Runs it to its end. After so many seconds, or where whoever waits is cancelled, it is killed, with what it began where it
  /// leads a group.
  /// - Parameter feed: what is done once it runs.
  /// - Returns: whether it ended in time; of one that didn't nothing more may be asked.
  /// - Throws: what keeps it from being started.
  package static func run(
    _ process: Process, within seconds: UInt64, feed: () -> Void = {}
  ) async throws -> Bool {
    let ended = AsyncStream<Void>.makeStream()
    process.terminationHandler = { _ in ended.continuation.finish() }
    try process.run()
    feed()
    let isLate = await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        for await _ in ended.stream {}
        return false
      }
      group.addTask {
        try? await Task.sleep(for: .seconds(Int64(clamping: seconds)))
        return true
      }
      let first = await group.next() ?? true
      group.cancelAll()
      return first
    }
    guard isLate || process.isRunning else { return true }
    _ = Glibc.kill(process.processIdentifier, SIGKILL)
    _ = Glibc.kill(-process.processIdentifier, SIGKILL)
    return false
  }
}
