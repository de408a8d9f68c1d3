import ArgumentParser
import Drill

/// A span of time as people type it: a number and `s`, `m`, `h` or `d`.
struct TimeSpan: Hashable, Sendable {
  let seconds: UInt64

  init(_ text: String) throws {
    guard let seconds = SpanText.seconds(text) else {
      throw ValidationError("'\(text)' is no span of time such as 90s, 30m, 4h or 2d")
    }
    self.seconds = seconds
  }
}
