internal import Backup
internal import Foundation
internal import Rules
internal import Sealing
internal import Storage
internal import Vault

/// Asks a plan's probes of what came back.
struct ProbeRunner {
  let plan: Plan
  let place: OpenPlace
  let promise: Promise
  /// The size that the snapshot holds the boxes of: what came later isn't promised.
  let size: UInt64

  /// The answers, in the plan's order.
  /// - Parameter folder: the restored records, in the clear.
  func ask(in folder: String) async throws -> [ProbeResult] {
    var results: [ProbeResult] = []
    for probe in plan.probes {
      try Task.checkCancellation()
      results.append(ProbeResult(probe: probe, answer: try await answer(probe, in: folder)))
    }
    return results
  }

  private func answer(_ probe: Probe, in folder: String) async throws -> ProbeResult.Answer {
    switch probe {
    case .counts: return try await counts()
    case .customer(let name):
      var count: UInt64 = 0
      _ = try await place.forEachCustomer(Selection(subject: name)) { count += UInt64($0.count) }
      return .records(count)
    case .canary(let customer, let path, let digest):
      let wanted = Array(path.utf8)
      var found: [Digest] = []
      _ = try await place.forEachCustomer(Selection(subject: customer)) { records in
        found += records.filter { $0.path == wanted }.map(\.digest)
      }
      // Its digest was compared with its bytes when it was restored.
      return found.isEmpty ? .absent : found.contains(digest) ? .asNoted : .another
    case .command(let words, let seconds):
      return try await CommandProbe(words: words, seconds: seconds, folder: folder).run()
    }
  }

  private func counts() async throws -> ProbeResult.Answer {
    guard let promised = promise.versions(below: size) else { return .notAsked }
    let got = try await Promise.versions(in: place, below: size)
    // Who was erased since the snapshot is in it still.
    let mayHaveMore = promise.wasErased(since: size)
    let wrong = Set(got.keys).union(promised.keys).sorted().filter { name in
      let (here, there) = (got[name, default: 0], promised[name, default: 0])
      return mayHaveMore ? here < there : here != there
    }
    guard let first = wrong.first else {
      return .same(classes: got.count, versions: got.values.reduce(0, +))
    }
    return .differs(first, got: got[first, default: 0], wanted: promised[first, default: 0])
  }
}

/// Runs a program over the restored records: for at most so long, and keeping at most so much of what it says.
struct CommandProbe {
  let words: [String]
  let seconds: UInt64
  let folder: String

  func run() async throws -> ProbeResult.Answer {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: words[0])
    process.arguments = Array(words.dropFirst())
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ["PATH": "/usr/bin:/bin", "STRONGROOM_RECORDS": folder]
    process.standardInput = FileHandle.nullDevice
    // What it says isn't kept: it may be of a record.
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let isInTime: Bool
    do { isInTime = try await TimedProcess.run(process, within: seconds) } catch { return .notRun }
    try Task.checkCancellation()
    guard isInTime else { return .late(seconds) }
    let status = process.terminationStatus
    return process.terminationReason == .uncaughtSignal ? .signal(status) : .ended(status)
  }
}
