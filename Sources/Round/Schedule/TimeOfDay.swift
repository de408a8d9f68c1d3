/// A time at which something begins every day, as the machine's clock has it.
public struct TimeOfDay: Hashable, Sendable, CustomStringConvertible {
  /// 0 to 23.
  public let hour: Int
  /// 0 to 59.
  public let minute: Int

  /// When nobody says otherwise: at night.
  public static let usual = TimeOfDay(2, 0)

  private init(_ hour: Int, _ minute: Int) { (self.hour, self.minute) = (hour, minute) }

  /// Reads `02:00`, `2:00`.
  public init(_ text: String) throws(ScheduleError) {
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    let areDigits = parts.allSatisfy { part in
      (1...2).contains(part.count) && part.allSatisfy { (0x30...0x39).contains($0) }
    }
    let numbers = parts.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
    guard areDigits, numbers.count == 2, parts[1].count == 2, numbers[0] < 24, numbers[1] < 60 else {
      throw .noTime(text)
    }
    self.init(numbers[0], numbers[1])
  }

  /// `02:00`.
  public var description: String { Self.digits(hour) + ":" + Self.digits(minute) }

  private static func digits(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
}
