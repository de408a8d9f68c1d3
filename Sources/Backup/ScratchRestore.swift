internal import Foundation
internal import Sealing
internal import Storage
internal import Vault

/// Restores all records to a scratch folder and compares each file, as it then lies there, with its label.
struct ScratchRestore {
  private let place: OpenPlace
  private let parent: String
  private let memory: Machine?

  /// - Parameters:
  ///   - parent: the folder in which the scratch folder is made.
  ///   - memory: where records that fit may lie in memory: the machine that keeps note of their folder.
  init(of place: OpenPlace, in parent: String?, orInMemoryOf memory: Machine?) {
    self.place = place
    self.parent = parent ?? FileManager.default.temporaryDirectory.path
    self.memory = memory
  }

  /// What came of it.
  struct Outcome {
    var sound: UInt64 = 0
    var expected: UInt64?
    var bytes: UInt64 = 0
    /// Bytes of the files that were compared, and how many there were.
    var compared: UInt64 = 0
    var files: UInt64 = 0
    var findings: [Finding] = []

    mutating func add(_ other: Outcome) {
      sound += other.sound
      bytes += other.bytes
      compared += other.compared
      findings += other.findings
    }
  }

  /// So many files are compared at a time.
  private static let atOnce = 4096

  func run(report: @escaping @Sendable (CopyProgress) -> Void) async throws -> Outcome {
    var (bytes, files): (UInt64, UInt64) = (0, 0)
    try await place.forEachCustomer { records in
      bytes += records.reduce(0) { $0 + $1.size }
      files += UInt64(records.count)
    }
    let total = bytes
    func restored(in parent: String, of machine: Machine) async throws -> Outcome {
      try await ScratchFolder.use(named: "strongroom-scratch", in: parent, of: machine) { scratch in
        try await restore(total, to: scratch.path, report: report)
      }
    }
    if let memory, let folder = MemoryFolder.fitting(bytes, files: files) {
      return try await restored(in: folder, of: memory)
    }
    try checkSpace(bytes)
    return try await restored(in: parent, of: place.machine)
  }

  private func restore(
    _ total: UInt64, to folder: String, report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> Outcome {
    let summary = try await Exporter(from: place).run(to: folder) { done in
      report(
        CopyProgress(
          stage: "restoring to the scratch folder", bytes: done.bytes, total: done.total, items: done.records)
      )
    }
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
    try await place.forEachCustomer { records in
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
