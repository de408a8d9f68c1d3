/// Writes words so that systemd reads them as they are (systemd.syntax(7), systemd.unit(5), systemd.service(5)), or cron.
enum UnitWords {
  /// A word of a list, as in ReadWritePaths=, Environment= and ExecStart=: `%` would be a specifier, and a `:` outside of
  /// quotes divides what BindPaths= takes.
  static func word(_ text: String) throws(ScheduleError) -> String {
    try check(text)
    let doubled = text.replacing("%", with: "%%")
    guard !isPlain(text) else { return doubled }
    return "\"" + doubled.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  /// What stands unquoted to the end of its line, as in LoadCredential=: quotes would be part of it, and neither a blank
  /// nor a `\` can be its end.
  static func rest(_ text: String) throws(ScheduleError) -> String {
    try check(text)
    guard text.last.map({ !$0.isWhitespace && $0 != "\\" }) ?? false else { throw .notWritable(text) }
    return text.replacing("%", with: "%%")
  }

  /// The mount unit of a folder, if something is mounted there.
  static func mountUnit(of path: String) -> String {
    let name = path.split(separator: "/").joined(separator: "/").utf8.enumerated().map { place, byte in
      switch byte {
      case UInt8(ascii: "/"): "-"
      case UInt8(ascii: ".") where place > 0: "."
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "_"):
        String(UnicodeScalar(byte))
      default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return name.joined() + ".mount"
  }

  /// A word of a line in a crontab: for the shell, and with each `%` as cron wants it, outside of quotes since a `\`
  /// before it would be taken for that of a `\%`.
  static func cron(_ text: String) throws(ScheduleError) -> String {
    try check(text)
    guard !isPlain(text) else { return text }
    return "'" + text.replacing("'", with: "'\\''").replacing("%", with: "'\\%'") + "'"
  }

  /// A path that any of these can hold.
  static func path(_ path: String) throws(ScheduleError) -> String {
    try check(path)
    guard path.hasPrefix("/"), !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
      throw .notAbsolute(path)
    }
    let parts = path.split(separator: "/")
    return "/" + parts.joined(separator: "/")
  }

  /// Lines end at each of them, or systemd drops the line.
  private static func check(_ text: String) throws(ScheduleError) {
    guard !text.isEmpty, !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else { throw .notWritable(text) }
  }

  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "/._-+,@=".utf8.contains(byte)
      }
    }
  }
}
