/// What a recovery must achieve, and the verdict: pure values.
public struct Objectives: Hashable, Sendable {
  /// From the start of the incident to verified usable, at most so many seconds.
  public let rto: UInt64
  /// From the start of the snapshot that came back to the incident, at most so many seconds.
  public let rpo: UInt64

  /// Objectives in seconds.
  public init(rto: UInt64, rpo: UInt64) {
    self.rto = rto
    self.rpo = rpo
  }

  init(_ reader: YAMLReader) throws(YAMLFault) {
    try reader.only(["rto", "rpo"])
    self.init(rto: try reader.duration("rto"), rpo: try reader.duration("rpo"))
  }

  /// What was measured in a drill.
  public struct Measured: Hashable, Sendable {
    /// Seconds from the incident to verified usable, rounded up.
    public let rto: UInt64
    /// Seconds from the start of the snapshot that came back to the incident.
    public let rpo: UInt64
    /// Records that the destination should have brought back; nil where what can't be read may hold more of them.
    public let expected: UInt64?
    /// Records that came back and equal their labels.
    public let restored: UInt64
    /// What was found damaged or missing.
    public let findings: UInt64

    /// What was measured.
    public init(rto: UInt64, rpo: UInt64, expected: UInt64?, restored: UInt64, findings: UInt64) {
      self.rto = rto
      self.rpo = rpo
      self.expected = expected
      self.restored = restored
      self.findings = findings
    }
  }

  /// One question and its answer.
  public struct Check: Hashable, Sendable {
    /// What was asked.
    public let name: String
    /// What was wanted.
    public let wanted: String
    /// What came out.
    public let got: String
    /// Whether that is enough.
    public let passed: Bool
  }

  /// Judges what was measured; a drill passes if every check does. Nothing restored is never a success.
  public func judge(_ measured: Measured) -> [Check] {
    [
      Check(
        name: "recovery time (RTO)", wanted: "at most \(Self.text(rto))", got: Self.text(measured.rto),
        passed: measured.rto <= rto),
      Check(
        name: "recovery point (RPO)", wanted: "at most \(Self.text(rpo))", got: Self.text(measured.rpo),
        passed: measured.rpo <= rpo),
      Check(
        name: "records restored", wanted: measured.expected.map { "all \($0), at least one" } ?? "all",
        got: measured.expected == nil
          ? "\(measured.restored), and nobody knows of how many" : "\(measured.restored)",
        passed: measured.restored == measured.expected && measured.restored > 0),
      Check(
        name: "damage found", wanted: "none", got: "\(measured.findings)", passed: measured.findings == 0),
    ]
  }

  /// A span of time for people.
  public static func text(_ seconds: UInt64) -> String {
    switch seconds {
    case 0..<120: "\(seconds) s"
    case 120..<7200: "\(seconds / 60) min \(seconds % 60) s"
    case 7200..<172_800: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    default: "\(seconds / 86_400) d \(seconds % 86_400 / 3600) h"
    }
  }
}
