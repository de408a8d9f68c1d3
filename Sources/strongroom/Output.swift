import Rules
import Glibc
import Sealing
import Synchronization
import Vault

/// Results go to standard output, everything else to standard error. Names from outside are made printable; what came
/// along unnoticed, in the text of an error or of an argument, is made harmless at this one door.
enum Output {
  /// A line of the result, or several.
  static func line(_ text: String = "") { write(harmless(text, lines: true) + "\n", to: STDOUT_FILENO) }

  /// A remark on what happens.
  static func note(_ text: String) { write(harmless(text) + "\n", to: STDERR_FILENO) }

  /// Something is wrong.
  static func error(_ text: String, label: String = "strongroom: ") {
    write(label + harmless(text) + "\n", to: STDERR_FILENO)
  }

  /// How a command is used, in lines.
  static func usage(_ text: String) { write(harmless(text, lines: true) + "\n", to: STDERR_FILENO) }

  /// Shows a line on the terminal in place of the one before, until anything else is said.
  static func progress(_ text: String) {
    // A line that is broken leaves its beginning behind.
    let text = harmless(text).prefix(Terminal.columns - 1)
    write("\(lineStart)\(text)\(lineAbove)\n", to: STDERR_FILENO, isProgress: true)
  }

  /// Takes that line away.
  static func clearProgress() { write("", to: STDERR_FILENO) }

  private static let lineStart = "\r\u{1b}[K"
  private static let lineAbove = "\u{1b}[1A"

  /// Rows of cells as columns, two blanks apart; those of these numbers to the right.
  static func table(_ rows: [[String]], right: Set<Int> = []) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1 && !right.contains(column)
          ? cell : cell.padded(widths[column], right: right.contains(column))
      }
      return cells.joined(separator: "  ")
    }
  }

  /// A name as a terminal may see it: control characters and what isn't UTF-8 are escaped.
  static func printable(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return printable(text) }
    return bytes.map {
      (0x20...0x7e).contains($0) && $0 != 0x5c ? String(UnicodeScalar($0)) : "\\x" + Hex.encode([$0])
    }
    .joined()
  }

  /// The same for text: C0, C1 and bidirectional controls are escaped.
  static func printable(_ text: String) -> String {
    harmless(text.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\"))
  }

  /// Text in which nothing is left that a terminal acts on, or that deceives an eye; `lines` may be several.
  static func harmless(_ text: String, lines: Bool = false) -> String {
    PlainText.harmless(text, lines: lines)
  }

  /// Bytes as people read them.
  static func size(_ bytes: UInt64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var value = Double(bytes)
    var unit = 0
    // What would be rounded to 1024.0 is one of the next.
    while value >= (unit == 0 ? 1024 : 1023.95), unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(bytes) B" : "\(decimal(value, places: value < 10 ? 2 : 1)) \(units[unit])"
  }

  /// A number with a fixed count of places, without a locale.
  static func decimal(_ value: Double, places: Int) -> String {
    var scale: UInt64 = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = UInt64((max(0, min(value, 1e15)) * Double(scale)).rounded())
    guard places > 0 else { return "\(scaled)" }
    let fraction = String(scaled % scale)
    return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
  }

  /// "1 record", "2 records".
  static func count(_ number: some BinaryInteger, _ word: String) -> String {
    if number == 1 { return "1 \(word)" }
    if word.hasSuffix("y") { return "\(grouped(number)) \(word.dropLast())ies" }
    return "\(grouped(number)) \(word)\(word.hasSuffix("x") || word.hasSuffix("s") ? "es" : "s")"
  }

  /// Thousands apart, as 1,234,567.
  static func grouped(_ number: some BinaryInteger) -> String {
    var digits = String(number)
    var result = ""
    while digits.count > 3 {
      result = ",\(digits.suffix(3))" + result
      digits.removeLast(3)
    }
    return digits + result
  }

  /// A moment as UTC text.
  static func moment(_ time: UInt64) -> String { CivilTime.text(time) }

  /// A span of time as people read it.
  static func duration(_ seconds: UInt64) -> String {
    switch seconds {
    case 0..<120: "\(seconds) s"
    case 120..<7200: "\(seconds / 60) min \(seconds % 60) s"
    case 7200..<172_800: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    default: "\(seconds / 86400) days"
    }
  }

  /// Ends the result: a command whose result nobody got has not done what it says.
  static func finish() throws {
    end()
    switch lost.withLock({ $0 }) {
    case 0: return
    // Whoever read it has seen enough.
    case EPIPE: throw CommandExit.failed
    case let number:
      let reason = unsafe String(cString: strerror(number)).lowercased()
      throw VaultError(
        .failed, "the result could not be written: \(reason)", safe: "what the command did is done")
    }
  }

  /// Why a part of the result could not be written, as an errno; 0 where all was.
  private static let lost = Mutex<Int32>(0)
  /// Whether a line of progress stands on the terminal.
  private static let showsProgress = Mutex(false)

  private static func write(_ text: String, to descriptor: Int32, isProgress: Bool = false) {
    showsProgress.withLock { shows in
      if shows, !isProgress { _ = writeAll(lineStart, to: STDERR_FILENO) }
      shows = isProgress
      let failure = writeAll(text, to: descriptor)
      if failure != 0, descriptor == STDOUT_FILENO { lost.withLock { $0 = failure } }
    }
  }

  /// The error that kept it from being written whole; 0 where none did.
  private static func writeAll(_ text: String, to descriptor: Int32) -> Int32 {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes[done...].withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count < 0 ? errno : EIO }
      done += count
    }
    return 0
  }
}

extension JSONObject {
  /// Sets a name from outside: as text, and where it isn't UTF-8 its bytes as hex beside it, as `KEY_hex`.
  mutating func set(_ key: String, _ bytes: [UInt8]) {
    self[key] = .string(String(decoding: bytes, as: UTF8.self))
    self[key + "_hex"] = String(validating: bytes, as: UTF8.self) == nil ? .hex(bytes) : nil
  }
}
