import Glibc
import Sealing
import Storage
import Vault

/// Asking the user: on the terminal itself, never on standard input, which may be data.
enum Terminal {
  /// Whether somebody sits there.
  static var isPresent: Bool { descriptor.map { close($0) } != nil }

  /// Whether standard error is a terminal, so that progress may move about.
  static var showsProgress: Bool { isatty(STDERR_FILENO) == 1 }

  /// How many characters fit into a line of standard error; 80 where it doesn't say.
  static var columns: Int {
    var size = winsize()
    guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 80 }
    return Int(size.ws_col)
  }

  /// Asks for a line. Nil where nobody sits there.
  static func ask(_ question: String) -> String? {
    guard let terminal = descriptor else { return nil }
    defer { close(terminal) }
    return Array(Output.harmless(question).utf8).withSpanWritten(to: terminal)
      ? Interruption.whileAsking { readLine(terminal) }.map { String(decoding: $0, as: UTF8.self) } : nil
  }

  /// Asks yes or no; no where nobody sits there.
  static func confirm(_ question: String) -> Bool {
    guard let answer = ask("\(question) [y/N] ") else { return false }
    return ["y", "yes"].contains(answer.lowercased())
  }

  /// Asks for a secret without showing it. Nil where nobody sits there.
  static func secret(_ question: String) -> Secret? {
    guard let terminal = descriptor else { return nil }
    defer { close(terminal) }
    var before = termios()
    guard unsafe tcgetattr(terminal, &before) == 0 else { return nil }
    var silent = before
    silent.c_lflag &= ~tcflag_t(ECHO)
    unsafe tcsetattr(terminal, TCSAFLUSH, &silent)
    defer {
      unsafe tcsetattr(terminal, TCSAFLUSH, &before)
      _ = [0x0a].withSpanWritten(to: terminal)
    }
    guard Array(question.utf8).withSpanWritten(to: terminal),
      var typed = Interruption.whileAsking({ readLine(terminal) })
    else {
      return nil
    }
    defer { Wiping.wipe(&typed) }
    return Secret(copying: typed)
  }

  /// Shows again what is typed, where a question for a secret was interrupted.
  static func showTyping() {
    guard let terminal = descriptor else { return }
    var mode = termios()
    guard unsafe tcgetattr(terminal, &mode) == 0, mode.c_lflag & tcflag_t(ECHO) == 0 else { return }
    mode.c_lflag |= tcflag_t(ECHO)
    unsafe tcsetattr(terminal, TCSAFLUSH, &mode)
  }

  private static var descriptor: Int32? {
    let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
    return terminal < 0 ? nil : terminal
  }

  private static func readLine(_ terminal: Int32) -> [UInt8]? {
    var line: [UInt8] = []
    // One that grows leaves what it held behind.
    line.reserveCapacity(4096)
    var byte: UInt8 = 0
    while line.count < 4096 {
      let count = unsafe read(terminal, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { return line.isEmpty ? nil : line }
      if byte == 0x0a { break }
      line.append(byte)
    }
    return line
  }
}

extension [UInt8] {
  fileprivate func withSpanWritten(to descriptor: Int32) -> Bool {
    unsafe withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) } == count
  }
}
