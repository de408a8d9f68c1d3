internal import Foundation
internal import Sealing
internal import Storage
internal import Vault

/// Restores all records to a scratch folder and compares each file, as it then lies on the disk, with its label.
///
/// The folder is 0700 and is removed whatever comes of it: it holds records in the clear.
struct ScratchRestore {
  private let place: OpenVault
  private let parent: String

  init(of place: OpenVault, in parent: String?) {
    self.place = place
    self.parent = parent ?? FileManager.default.temporaryDirectory.path
  }

  /// What came of it.
  struct Outcome {
    var sound: UInt64 = 0
    var expected: UInt64 = 0
    var bytes: UInt64 = 0
    var findings: [Finding] = []
  }

  func run(report: @escaping @Sendable (CopyReport) -> Void) async throws -> Outcome {
    let catalog = try await place.catalog()
    try checkSpace(catalog.records.reduce(0) { $0 + $1.size })
    let folder = "\(parent)/strongroom-scratch-\(try Identifier.random().hex.prefix(12))"
    do {
      let found = try await restore(catalog, to: folder, report: report)
      try remove(folder)
      return found
    } catch {
      try? remove(folder)
      throw error
    }
  }

  private func restore(
    _ catalog: Catalog, to folder: String, report: @escaping @Sendable (CopyReport) -> Void
  ) async throws -> Outcome {
    let summary = try await Export(from: place).run(to: folder) { done in
      report(
        CopyReport(
          stage: "restoring to the scratch folder", bytes: done.bytes, total: done.total, items: done.records)
      )
    }
    var outcome = Outcome(expected: UInt64(catalog.records.count), findings: summary.findings)
    let total = catalog.records.reduce(0) { $0 + $1.size }
    var wanted: [[UInt8]: FoundRecord] = [:]
    for (record, path) in Export.paths(of: catalog.records) { wanted[path] = record }
    let restored = try SourceFolder(folder)
    var files: [SourceEntry] = []
    try restored.walk(
      visit: { files.append($0) },
      skipped: { path, why in
        outcome.findings.append(
          Finding(.damaged, String(decoding: path, as: UTF8.self), "the restored file \(why.reason)"))
      }, emptyFolder: { _ in })
    var pairs: [FileComparing.Pair] = []
    for file in files {
      if let record = wanted.removeValue(forKey: file.path) {
        pairs.append((file.path, record))
      } else {
        outcome.findings.append(
          Finding(.damaged, "scratch folder", "a file was restored that no label names"))
      }
    }
    let compared = try await FileComparing(pairs, in: restored, total: total, report: report).run()
    outcome.sound = compared.sound
    outcome.bytes = compared.bytes
    outcome.findings += compared.findings
    for record in wanted.values.sorted(by: { $0.id < $1.id }) {
      // What the export named is missing for that reason.
      if summary.findings.contains(where: { $0.what.contains(record.id.hex) }) { continue }
      outcome.findings.append(Finding(.missing, "record \(record.id.hex)", "it was not restored"))
    }
    return outcome
  }

  private func checkSpace(_ bytes: UInt64) throws {
    let free = try FreeSpace.available(parent)
    guard free > bytes + bytes / 16 else {
      throw VaultError(
        .storage, "the records take \(bytes) bytes, and \(parent) has \(free) left",
        safe: "nothing was written",
        hint: "give another folder with --scratch")
    }
  }

  private func remove(_ folder: String) throws {
    guard FileManager.default.fileExists(atPath: folder) else { return }
    do { try FileManager.default.removeItem(atPath: folder) } catch {
      throw VaultError(
        .storage, "the scratch folder \(folder) could not be removed",
        hint: "it holds records in the clear: remove it")
    }
  }
}
