/// What was measured in a drill; nil where there was nothing to measure.
public struct Measured: Hashable, Sendable {
  /// Seconds from the incident to verified usable, rounded up.
  public var rto: UInt64?
  /// Seconds from the start of the snapshot that came back to the incident.
  public var rpo: UInt64?
  /// Records that the snapshot should have brought back; nil where what can't be read may hold more of them.
  public var expected: UInt64?
  /// Records that came back and equal their labels.
  public var restored: UInt64?
  /// What is damaged or missing in what came back.
  public var damage: UInt64 = 0
  /// Faults that leave traces, and how many of them were found.
  public var faults: (done: UInt64, found: UInt64) = (0, 0)
  /// Whether the place was refused.
  public var wasRefused = false
  /// Erasures in force, and keys of theirs that came back; nil where nobody looked.
  public var erasures: (inForce: UInt64, back: UInt64)?
  /// Whether a key that was taken from somebody opened what was sealed since; nil where nobody tried.
  public var formerKeyOpened: Bool?
  /// What came of the probes, in the plan's order.
  public var probes: [ProbeResult] = []
  /// Seconds from the incident to the end.
  public var took: UInt64 = 0
  /// Bytes that were read of destination and vault.
  public var read: UInt64 = 0

  /// Nothing yet.
  public init() {}

  /// Equal where all of it is.
  public static func == (one: Measured, other: Measured) -> Bool { one.values == other.values }

  /// Hashes all of it.
  public func hash(into hasher: inout Hasher) { hasher.combine(values) }

  private var values: [UInt64?] {
    [
      rto, rpo, expected, restored, damage, faults.done, faults.found, wasRefused ? 1 : 0, erasures?.inForce,
      erasures?.back, formerKeyOpened.map { $0 ? 1 : 0 }, took, read,
    ] + probes.map { $0.passed ? 1 : 0 }
  }
}

/// What came of one probe; never a record's content.
public struct ProbeResult: Hashable, Sendable {
  /// What a probe was answered.
  public enum Answer: Hashable, Sendable {
    /// So many classes have as many versions as the vault, together so many.
    case same(classes: Int, versions: UInt64)
    /// This class has so many versions, and the vault so many.
    case differs(String, got: UInt64, wanted: UInt64)
    /// So many records are there.
    case records(UInt64)
    /// The record is as it was noted.
    case asNoted
    /// The record is another one than was noted.
    case another
    /// The record isn't there.
    case absent
    /// The program ended with this code.
    case ended(Int32)
    /// The program was ended by this signal.
    case signal(Int32)
    /// The program didn't end within so many seconds.
    case late(UInt64)
    /// The program can't be run.
    case notRun
    /// Nothing came back that could be asked.
    case notAsked
  }

  /// What was asked.
  public let probe: Probe
  /// What came out.
  public let answer: Answer

  /// Whether that is what was wanted.
  public var passed: Bool {
    switch answer {
    case .same, .asNoted, .ended(0): true
    case .records(let count): count > 0
    case .differs, .another, .absent, .ended, .signal, .late, .notRun, .notAsked: false
    }
  }
}

/// One question of a drill, and its answer.
public struct Check: Hashable, Sendable {
  /// What is asked.
  public enum Subject: Hashable, Sendable {
    case rto, rpo, records, damage, noticed, refused, erased, shut, time, read, answered
    case probe(Probe)
  }

  /// An answer, wanted or got.
  public enum Value: Hashable, Sendable {
    /// At most so many seconds.
    case atMost(UInt64)
    /// So many seconds.
    case seconds(UInt64)
    /// At most so many bytes.
    case atMostBytes(UInt64)
    /// So many bytes.
    case bytes(UInt64)
    /// A share in thousandths of so many, at least one; of how many isn't known where nil.
    case share(UInt64, of: UInt64?)
    /// So many.
    case count(UInt64)
    /// So many of so many.
    case countOf(UInt64, of: UInt64)
    /// At most so many.
    case atMostCount(UInt64)
    /// So many, and nobody knows of how many.
    case countOfUnknown(UInt64)
    case yes, no
    /// As it should be, whatever that is.
    case good
    /// Nothing came back that could be measured.
    case nothing
    /// What a probe was answered.
    case answer(ProbeResult.Answer)
  }

  /// What was asked.
  public let subject: Subject
  /// What was wanted.
  public let wanted: Value
  /// What came out.
  public let got: Value
  /// Whether that is enough.
  public let passed: Bool
}

extension Plan {
  /// Judges what was measured; a drill passes if every check does. Nothing restored is never a success.
  public func judge(_ measured: Measured) -> [Check] {
    var checks: [Check] = []
    func ask(_ subject: Check.Subject, _ wanted: Check.Value, _ got: Check.Value, _ passed: Bool) {
      checks.append(Check(subject: subject, wanted: wanted, got: got, passed: passed))
    }
    if let rto = objectives.rto {
      ask(
        .rto, .atMost(rto), measured.rto.map(Check.Value.seconds) ?? .nothing,
        measured.rto.map { $0 <= rto } ?? false)
    }
    if let rpo = objectives.rpo {
      ask(
        .rpo, .atMost(rpo), measured.rpo.map(Check.Value.seconds) ?? .nothing,
        measured.rpo.map { $0 <= rpo } ?? false)
    }
    if expects.contains(.recovered) {
      checks.append(recordsCheck(measured))
      let isBack = measured.restored != nil
      ask(
        .damage, .atMostCount(objectives.damage), isBack ? .count(measured.damage) : .nothing,
        isBack && measured.damage <= objectives.damage)
    }
    if expects.contains(.noticed) {
      let (done, found) = measured.faults
      ask(.noticed, .count(done), .countOf(found, of: done), found == done && done > 0)
    }
    if expects.contains(.refused) {
      ask(.refused, .yes, measured.wasRefused ? .yes : .no, measured.wasRefused)
    }
    if expects.contains(.erased) {
      let back = measured.erasures?.back ?? 0
      ask(
        .erased, .count(0), measured.erasures == nil ? .nothing : .count(back),
        measured.erasures.map { $0.back == 0 && $0.inForce > 0 } ?? false)
    }
    if expects.contains(.shut) {
      ask(
        .shut, .no, measured.formerKeyOpened.map { $0 ? .yes : .no } ?? .nothing,
        measured.formerKeyOpened == false)
    }
    for probe in measured.probes { ask(.probe(probe.probe), .good, .answer(probe.answer), probe.passed) }
    if let time = limits.time {
      ask(.time, .atMost(time), .seconds(measured.took), measured.took <= time)
    }
    if let read = limits.read {
      ask(.read, .atMostBytes(read), .bytes(measured.read), measured.read <= read)
    }
    return checks
  }

  private func recordsCheck(_ measured: Measured) -> Check {
    let restored = measured.restored ?? 0
    let wanted = Check.Value.share(objectives.records, of: measured.expected)
    guard let expected = measured.expected else {
      return Check(subject: .records, wanted: wanted, got: .countOfUnknown(restored), passed: false)
    }
    let (needed, overflow) = expected.multipliedReportingOverflow(by: objectives.records)
    let (got, tooMany) = restored.multipliedReportingOverflow(by: 1000)
    let isEnough = !overflow && !tooMany && got >= needed && restored > 0 && restored <= expected
    return Check(
      subject: .records, wanted: wanted, got: .countOf(restored, of: expected), passed: isEnough)
  }
}
