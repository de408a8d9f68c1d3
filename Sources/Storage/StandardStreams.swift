internal import Glibc

/// Standard input, output and error. A program that is started without one of them would give its number to the next
/// file that it opens, and then write messages into that.
package enum StandardStreams {
  /// Opens /dev/null for each that is closed.
  package static func open() {
    // The lowest number that is free is taken, so in this order each goes where it belongs.
    for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(number, F_GETFD) == -1 {
      _ = unsafe Glibc.open("/dev/null", number == STDIN_FILENO ? O_RDONLY : O_WRONLY)
    }
  }

  /// What the process was started with.
  nonisolated(unsafe) private static var given: mode_t = 0o022

  /// Lets files and folders have the modes that they are made with, at once: what is set only afterwards isn't set after
  /// a crash, or where a service may not. Everything here is made with a mode of its own.
  package static func clearUmask() { unsafe given = umask(0) }

  /// Starts a program of the user's as the user's shell would.
  package static func withUmaskAsGiven<R>(_ body: () throws -> R) rethrows -> R {
    umask(unsafe given)
    defer { umask(0) }
    return try body()
  }

  /// The first argument that isn't UTF-8, by its place: what Swift makes of it names something else.
  package static var unreadableArgument: Int? {
    (0..<Int(CommandLine.argc)).first { index in
      guard let argument = unsafe CommandLine.unsafeArgv[index] else { return false }
      return unsafe String(validatingCString: argument) == nil
    }
  }
}
