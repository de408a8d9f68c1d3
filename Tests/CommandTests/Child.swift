import Foundation
import Glibc

/// A program as a process. Unlike Foundation's it can be given a terminal to sit at.
struct Child: Sendable {
  /// Where a stream of it leads.
  enum Stream {
    case file(String)
    case descriptor(Int32)
  }

  let id: pid_t

  /// Starts it in a folder, with an environment in which nothing is but what is given.
  /// - Parameter terminal: the path of a terminal, which becomes its own, and its input and errors with it.
  init(
    _ program: String, _ arguments: [String], in folder: String, _ environment: [String: String],
    output: Stream, errors: Stream = .file("/dev/null"), terminal: String? = nil
  ) throws {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    // Whoever leads a session without a terminal gets the first one that it opens; nobody else has one.
    let leadsASession: Int16 = 0x80
    posix_spawnattr_setflags(&attributes, leadsASession)
    posix_spawn_file_actions_addopen(&actions, 0, terminal ?? "/dev/null", O_RDWR, 0)
    Self.add(output, as: 1, to: &actions)
    Self.add(terminal.map { .file($0) } ?? errors, as: 2, to: &actions)
    var words = (["env", "-C", folder, program] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (words + variables).forEach { free($0) } }
    var child: pid_t = 0
    let status = posix_spawn(&child, "/usr/bin/env", &actions, &attributes, &words, &variables)
    guard status == 0 else {
      throw Trouble("\(program) can't be started: \(String(cString: strerror(status)))")
    }
    id = child
  }

  private static func add(_ stream: Stream, as number: Int32, to actions: inout posix_spawn_file_actions_t) {
    switch stream {
    case .file(let path):
      posix_spawn_file_actions_addopen(&actions, number, path, O_RDWR | O_CREAT | O_APPEND, 0o600)
    case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, number)
    }
  }

  /// Two ends that no other child gets to hold: what it writes to one is read from the other.
  static func pipe() throws -> (mine: Int32, its: Int32) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw Trouble("no pipe can be made")
    }
    return (ends[0], ends[1])
  }

  func signal(_ number: Int32) { kill(id, number) }

  /// Waits for its end, on a thread of its own: its exit code, or the negative number of the signal that ended it.
  func end() async -> Int32 {
    await apart {
      var status: Int32 = 0
      while waitpid(id, &status, 0) < 0, errno == EINTR {}
      return status & 0x7f == 0 ? (status >> 8) & 0xff : -(status & 0x7f)
    }
  }
}

/// A test can't go on.
struct Trouble: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Lets something block that must not hold up the threads on which tests run.
func apart<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
  await withCheckedContinuation { done in
    Thread.detachNewThread { done.resume(returning: body()) }
  }
}
