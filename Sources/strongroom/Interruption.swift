import Foundation
import Glibc
import Storage
import Synchronization

/// Ctrl-C, SIGTERM, SIGQUIT and a terminal that goes away: the first one cancels the command, which tidies up (a drill's scratch folder holds plaintext)
/// and ends; the second one ends at once. A place stays whole either way, since it is only ever added to by finished
/// objects.
enum Interruption {
  private struct Watch {
    var task: Task<Void, any Error>?
    var signals = 0
    var isAsking = false
    /// The first one that came.
    var first: Int32?
  }

  private static let watch = Mutex(Watch())

  /// Where the handler writes to; set before there is a handler, and never again.
  nonisolated(unsafe) private static var pipeEnd: Int32 = -1

  /// Takes the signals over.
  static func install() {
    // A closed pipe ends the output, not the process in the middle of a commit.
    signal(SIGPIPE, SIG_IGN)
    Wiping.forbidLooking()
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return }
    let reader = ends[0]
    unsafe pipeEnd = ends[1]
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
      // What nohup ignores stays ignored.
      if number == SIGHUP, isIgnored(number) { continue }
      // Of all that a handler may do, writing a byte is enough: a thread of its own does the rest.
      signal(number) { number in
        var byte = UInt8(truncatingIfNeeded: number)
        _ = unsafe Glibc.write(Interruption.pipeEnd, &byte, 1)
      }
    }
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while unsafe read(reader, &byte, 1) == 1 || errno == EINTR { arrived(Int32(byte)) }
    }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    let handler = unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    return unsafe handler == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// The command that a signal cancels.
  static func watch(_ task: Task<Void, any Error>) { watch.withLock { $0.task = task } }

  /// Marks a question to the user, or to a pipe that may never answer, at which there is nothing to cancel.
  static func whileAsking<R>(_ body: () throws -> R) rethrows -> R {
    let isOver = watch.withLock { watch in
      watch.isAsking = true
      return watch.signals > 0
    }
    // What came before the question can't interrupt it.
    if isOver { end(isFirst: true) }
    defer { watch.withLock { $0.isAsking = false } }
    return try body()
  }

  /// The exit code of a command that a signal ended, as shells have it: 130 for Ctrl-C.
  static var exitCode: Int32 { 128 + (watch.withLock { $0.first } ?? SIGINT) }

  private static func arrived(_ signal: Int32) {
    let (task, isFirst) = watch.withLock { watch in
      watch.signals += 1
      watch.first = watch.first ?? signal
      return (watch.isAsking || watch.signals > 1 ? nil : watch.task, watch.signals == 1)
    }
    if let task { return task.cancel() }
    end(isFirst: isFirst)
  }

  private static func end(isFirst: Bool) -> Never {
    // Whoever asks twice doesn't wait for a program that reads no further.
    if isFirst { ErrorReport(CancellationError()).endJSON() }
    Terminal.showTyping()
    _exit(exitCode)
  }
}
