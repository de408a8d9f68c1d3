internal import Foundation
internal import Sealing
internal import Storage
package import Vault

/// Restores records to a scratch folder and compares each file, as it then lies there, with its label.
package struct ScratchRestore {
  /// Looks at the restored records before they are removed: the folder, and below it each selection's.
  package typealias Inspection = (_ folder: String) async throws -> Void

  private let place: OpenPlace
  private let selections: [Selection]
  private let parent: String
  private let memory: Machine?
  private let inspect: Inspection

  /// - Parameters:
  ///   - selections: what is restored, each to a folder of its own where there are several; by default all.
  ///   - parent: the folder in which the scratch folder is made.
  ///   - memory: where records that fit may lie in memory: the machine that keeps note of their folder.
  ///   - inspect: looks at the folder before it is removed.
  package init(
    of place: OpenPlace, _ selections: [Selection] = [Selection()], in parent: String?,
    orInMemoryOf memory: Machine?, inspect: @escaping Inspection = { _ in }
  ) {
    self.place = place
    self.selections = selections
    self.parent = parent ?? FileManager.default.temporaryDirectory.path
    self.memory = memory
    self.inspect = inspect
  }

  /// What came of it.
  package struct Outcome {
    /// Records that equal their labels.
    package var sound: UInt64 = 0
    /// Records that should have been; nil where what can't be read may hold more.
    package var expected: UInt64?
    /// Bytes of the records that equal their labels.
    package var bytes: UInt64 = 0
    /// Bytes of the files that were compared, and how many there were.
    var compared: UInt64 = 0
    var files: UInt64 = 0
    /// Everything out of order.
    package var findings: [Finding] = []

    mutating func add(_ other: Outcome) {
      sound += other.sound
      bytes += other.bytes
      compared += other.compared
      findings += other.findings
    }
  }

  /// So many files are compared at a time.
  private static let atOnce = 4096

  /// Restores and compares.
  package func run(report: @escaping @Sendable (CopyProgress) -> Void) async throws -> Outcome {
    var (bytes, files): (UInt64, UInt64) = (0, 0)
    for selection in selections {
      try await place.forEachCustomer(selection) { records in
        bytes += records.reduce(0) { $0 + $1.size }
        files += UInt64(records.count)
      }
    }
    let total = bytes
    func restored(in parent: String, of machine: Machine) async throws -> Outcome {
      try await ScratchFolder.use(named: "strongroom-scratch", in: parent, of: machine) { scratch in
        var outcome = Outcome(expected: 0)
        for (number, selection) in selections.enumerated() {
          let folder = selections.count == 1 ? scratch.path : "\(scratch.path)/\(number + 1)"
          let done = try await restore(selection, total, to: folder, report: report)
          outcome.expected = outcome.expected.flatMap { sum in done.expected.map { sum + $0 } }
          outcome.add(done)
        }
        try await inspect(scratch.path)
        return outcome
      }
    }
    if let memory, let folder = MemoryFolder.fitting(bytes, files: files) {
      return try await restored(in: folder, of: memory)
    }
    try checkSpace(bytes)
    return try await restored(in: parent, of: place.machine)
  }

  private func restore(
    _ selection: Selection, _ total: UInt64, to folder: String,
    report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> Outcome {
    let summary: Exporter.Summary
    do { summary = try await export(selection, to: folder, report: report) } catch let error as VaultError
      where error.code == .input && selection != Selection()
    {
      // Nothing of it is there: whoever promised more counts that.
      return Outcome(expected: 0)
    }
    return try await compare(selection, with: summary, total, in: folder, report: report)
  }

  private func export(
    _ selection: Selection, to folder: String, report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> Exporter.Summary {
    try await Exporter(from: place, selection: selection).run(to: folder) { done in
      report(
        CopyProgress(
          stage: "restoring to the scratch folder", bytes: done.bytes, total: done.total, items: done.records)
      )
    }
  }

  private func compare(
    _ selection: Selection, with summary: Exporter.Summary, _ total: UInt64, in folder: String,
    report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> Outcome {
    var outcome = Outcome(
      expected: summary.isCounted ? summary.expected : nil, findings: summary.findings)
    let told = Set(summary.findings.compactMap(\.record))
    let restored = try SourceFolder(folder)
    var files: UInt64 = 0
    var pairs: [FileComparing.Pair] = []
    func compare() async throws {
      let (read, sound) = (outcome.compared, outcome.sound)
      let done = try await FileComparing(
        pairs, in: restored, comparesModes: summary.keepsPermissions
      ) { bytes, items in
        report(
          CopyProgress(
            stage: "comparing with the labels", bytes: read + bytes, total: total, items: sound + items))
      }.run(workers: place.machine.workers)
      outcome.add(done)
      files += done.files
      pairs = []
    }
    try await place.forEachCustomer(selection) { records in
      try Task.checkCancellation()
      // What the export named is missing for that reason.
      pairs += Exporter.paths(of: records).filter { !told.contains($0.record.reference) }.map {
        ($0.path, $0.record)
      }
      if pairs.count >= Self.atOnce { try await compare() }
    }
    try await compare()
    outcome.findings += try unnamedFiles(in: restored, beside: files)
    return outcome
  }

  /// Files that no label names.
  private func unnamedFiles(in restored: SourceFolder, beside compared: UInt64) throws -> [Finding] {
    var findings: [Finding] = []
    var files: UInt64 = 0
    try restored.walk(
      visit: { _ in files += 1 },
      skipped: { path, why in
        findings.append(
          Finding(.damaged, String(decoding: path, as: UTF8.self), .restoredOther(why)))
      }, emptyFolder: { _ in })
    if files > compared {
      findings.append(
        Finding(.damaged, "scratch folder", .unnamedFiles(files - compared)))
    }
    return findings
  }

  private func checkSpace(_ bytes: UInt64) throws {
    let free = try FreeSpace.available(parent)
    guard free > bytes + bytes / 16 else {
      throw VaultError(
        .storage, "the records take \(bytes) bytes, and \(parent) has \(free) left",
        safe: "nothing was written", hint: .chooseScratchFolder)
    }
  }
}
