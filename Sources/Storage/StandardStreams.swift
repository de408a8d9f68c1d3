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
}
