internal import Sealing
internal import Storage
internal import Synchronization
internal import Vault

/// Compares restored files with their labels, several side by side.
final class FileComparing: Sendable {
  typealias Pair = (path: [UInt8], record: FoundRecord)

  private let folder: SourceFolder
  private let comparesModes: Bool
  private let pairs: WorkList<Pair>
  private let report: @Sendable (_ bytes: UInt64, _ items: UInt64) -> Void
  private let tally = Mutex(ScratchRestore.Outcome())

  /// - Parameter comparesModes: false where the file system keeps none.
  init(
    _ pairs: [Pair], in folder: SourceFolder, comparesModes: Bool,
    report: @escaping @Sendable (_ bytes: UInt64, _ items: UInt64) -> Void
  ) {
    self.pairs = WorkList(pairs)
    self.folder = folder
    self.comparesModes = comparesModes
    self.report = report
  }

  func run(workers: Int) async throws -> ScratchRestore.Outcome {
    try await pairs.run(workers: workers) { pairs in
      let reading = try FileReading()
      while let pair = try pairs.take() { try self.compare(pair, reading) }
    }
    var outcome = tally.withLock { $0 }
    outcome.findings.sort { $0.object < $1.object }
    return outcome
  }

  private func compare(_ pair: Pair, _ reading: FileReading) throws {
    var finding: Finding?
    do {
      var reason = try reading.difference(try folder.open(pair.path), from: pair.record)
      // It is the last that is looked at: all else is as it should be.
      if reason == .restoredMode, !comparesModes { reason = nil }
      finding = reason.map { Finding(.damaged, pair.record.reference, $0) }
    } catch let error as StorageError where error.code == .absent {
      finding = Finding(.missing, pair.record.reference, .notRestored)
    }
    let (read, sound) = tally.withLock { tally in
      if finding?.kind != .missing { tally.files += 1 }
      tally.compared += pair.record.size
      if let finding {
        tally.findings.append(finding)
      } else {
        tally.sound += 1
        tally.bytes += pair.record.size
      }
      return (tally.compared, tally.sound)
    }
    report(read, sound)
  }
}
