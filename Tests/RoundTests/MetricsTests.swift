import Testing

@testable import Round

struct MetricsTests {
  @Test func labelsAreEscaped() {
    #expect(Metrics.escaped("a\"b\\c\nd") == #"a\"b\\c\nd"#)
  }
}
