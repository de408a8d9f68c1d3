internal import Foundation

/// The recovery times of a plan's drills as a small chart, with the objective as a line.
enum TrendChart {
  private static let (width, height, left, bottom) = (720.0, 180.0, 8.0, 26.0)

  /// SVG; nil where there is nothing to compare.
  static func svg(of report: DrillReport, _ words: ReportWords) -> String? {
    var points = report.past.compactMap { past in
      past.rto.map { (time: past.time, seconds: $0, passed: past.outcome == "passed") }
    }
    if let rto = report.measured.rto { points.append((report.incident, rto, report.passed)) }
    guard points.count > 1 else { return nil }
    points = points.suffix(24)
    // A target that is far above all times would press them to the floor.
    let highest = Double(points.map(\.seconds).max() ?? 1)
    let target = report.plan.objectives.rto.map { Double($0) }.flatMap { $0 <= highest * 4 ? $0 : nil }
    let top = max(highest, target ?? 0) * 1.15 + 0.001
    let step = (width - 2 * left) / Double(points.count)
    func y(_ seconds: Double) -> Double { (height - bottom) * (1 - seconds / top) }
    func number(_ value: Double) -> String { String(format: "%.1f", value) }
    var parts = [
      "<svg viewBox=\"0 0 \(Int(width)) \(Int(height))\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">"
    ]
    for (index, point) in points.enumerated() {
      let x = left + step * Double(index)
      let high = y(Double(point.seconds))
      parts.append(
        "<rect x=\"\(number(x + step * 0.15))\" y=\"\(number(min(high, height - bottom - 2)))\" width=\"\(number(step * 0.7))\" height=\"\(number(max(2, height - bottom - high)))\" class=\"\(point.passed ? "met" : "missed")\"/>"
      )
      parts.append(
        "<text x=\"\(number(x + step / 2))\" y=\"\(number(max(10, high - 4)))\" text-anchor=\"middle\">\(words.span(point.seconds))</text>"
      )
    }
    if let target {
      let line = number(y(target))
      parts.append(
        "<line x1=\"0\" x2=\"\(Int(width))\" y1=\"\(line)\" y2=\"\(line)\" class=\"target\"/><text x=\"\(Int(width) - 4)\" y=\"\(number(y(target) - 4))\" text-anchor=\"end\">\(words.target): \(words.span(UInt64(target)))</text>"
      )
    }
    if target == nil, let rto = report.plan.objectives.rto {
      // Too far above to be drawn to scale.
      parts.append(
        "<line x1=\"0\" x2=\"\(Int(width))\" y1=\"1\" y2=\"1\" class=\"target\"/><text x=\"\(Int(width) - 4)\" y=\"13\" text-anchor=\"end\">\(words.target): \(words.span(rto)) ↑</text>"
      )
    }
    let first = day(points[0].time)
    parts.append("<text x=\"\(Int(left))\" y=\"\(Int(height) - 6)\">\(first)</text>")
    parts.append(
      "<text x=\"\(Int(width) - 4)\" y=\"\(Int(height) - 6)\" text-anchor=\"end\">\(day(report.incident)): \(words.thisDrill)</text></svg>"
    )
    return parts.joined()
  }

  private static func day(_ time: UInt64) -> String {
    String(Date(timeIntervalSince1970: TimeInterval(time)).formatted(.iso8601.year().month().day()))
  }
}
