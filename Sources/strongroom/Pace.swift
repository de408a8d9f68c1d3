import ArgumentParser
import Foundation
import S3
import Sealing

/// How many bytes a second may go to and from buckets, by the time of the day: `20M`, or a timetable as rclone has it:
/// `08:00,2M 18:00,off`.
struct Pace: Equatable {
  /// From which minute of the day how many bytes a second, nil for no bound; ascending, at least one.
  private let steps: [Step]

  private struct Step: Equatable {
    let minute: Int
    let rate: Int?
  }

  /// - Throws: `ValidationError` for what is none.
  init(_ text: String) throws {
    var steps: [Step] = []
    for word in text.split(separator: " ") {
      let parts = word.split(separator: ",", omittingEmptySubsequences: false)
      guard parts.count <= 2, let rate = parts.last, let bytes = Self.rate(rate) else {
        throw Self.wrong(text)
      }
      let minute = parts.count == 2 ? Self.minute(parts[0]) : 0
      guard let minute, steps.last.map({ $0.minute < minute }) ?? true else { throw Self.wrong(text) }
      // A rate without a time is one for all day.
      guard parts.count == 2 || text.split(separator: " ").count == 1 else { throw Self.wrong(text) }
      steps.append(Step(minute: minute, rate: bytes.rate))
    }
    guard !steps.isEmpty else { throw Self.wrong(text) }
    self.steps = steps
  }

  private static func wrong(_ text: String) -> ValidationError {
    ValidationError("'\(text)' is no bandwidth: say 20M, or a timetable as \"08:00,2M 18:00,off\"")
  }

  private static func rate(_ text: Substring) -> (rate: Int?, Void)? {
    if text == "off" { return (nil, ()) }
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    let unit = text.last.flatMap { units[Character($0.uppercased())] }
    let digits = unit == nil ? text : text.dropLast()
    guard digits.allSatisfy(\.isASCII), let number = Int(digits), (1...(1 << 30)).contains(number) else {
      return nil
    }
    let (bytes, overflows) = number.multipliedReportingOverflow(by: unit ?? 1)
    // Below a kilobyte a second nothing would ever end.
    return overflows || bytes < 1 << 10 ? nil : (bytes, ())
  }

  private static func minute(_ text: Substring) -> Int? {
    guard let match = text.wholeMatch(of: /(\d\d):(\d\d)/), let hour = Int(match.1),
      let minute = Int(match.2),
      hour < 24, minute < 60
    else { return nil }
    return hour * 60 + minute
  }

  /// Bytes a second at a minute of the day; nil for no bound. Before the first step the last one of the day before holds.
  func rate(at minute: Int) -> Int? { (steps.last { $0.minute <= minute } ?? steps[steps.count - 1]).rate }

  /// Whether it changes by the time of the day.
  var changes: Bool { steps.count > 1 }
}

/// What a command may send and receive a second.
struct PaceOption: ParsableArguments {
  @Option(
    name: .long,
    help:
      "At most so many bytes a second to and from buckets: 20M, or by local time \"08:00,2M 18:00,off\".",
    transform: Pace.init)
  var limit: Pace?

  /// Holds the command to it from now on, and goes by the clock where it changes.
  func apply() throws {
    guard let limit else { return }
    Buckets.throttle.bytesPerSecond = limit.rate(at: Self.minute())
    guard limit.changes else { return }
    Task.detached {
      while !Task.isCancelled {
        try await Task.sleep(for: .seconds(20))
        Buckets.throttle.bytesPerSecond = limit.rate(at: Self.minute())
      }
    }
  }

  private static func minute() -> Int {
    let now = Calendar.current.dateComponents([.hour, .minute], from: Date())
    return (now.hour ?? 0) * 60 + (now.minute ?? 0)
  }
}
