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
    var bytes: UInt64 = 0
    try await place.forEachCustomer { records in bytes += records.reduce(0) { $0 + $1.size } }
    try checkSpace(bytes)
    let folder = "\(parent)/strongroom-scratch-\(try Identifier.random().hex.prefix(12))"
    do {
      let found = try await restore(bytes, to: folder, report: report)
      try remove(folder)
      return found
    } catch {
      try? remove(folder)
      throw error
    }
  }

  private func restore(
    _ total: UInt64, to folder: String, report: @escaping @Sendable (CopyReport) -> Void
  ) async throws -> Outcome {
    let summary = try await Export(from: place).run(to: folder) { done in
      report(
        CopyReport(
          stage: "restoring to the scratch folder", bytes: done.bytes, total: done.total, items: done.records)
      )
    }
    var outcome = Outcome(expected: summary.expected, findings: summary.findings)
    let told = Set(summary.findings.flatMap { $0.what.split(separator: " ") }.map(String.init))
    let restored = try SourceFolder(folder)
    let reading = try FileReading()
    var compared: UInt64 = 0
    var bytes: UInt64 = 0
    try await place.forEachCustomer { records in
      try Task.checkCancellation()
      for (record, path) in Export.paths(of: records) {
        bytes += record.size
        let file: SourceFile
        do { file = try restored.open(path) } catch let error as StorageError where error.code == .absent {
          // What the export named is missing for that reason.
          guard !told.contains("\(record.id.hex):") else { continue }
          outcome.findings.append(Finding(.missing, "record \(record.id.hex)", "it was not restored"))
          continue
        }
        compared += 1
        if let what = try reading.difference(file, from: record) {
          outcome.findings.append(Finding(.damaged, "record \(record.id.hex)", what))
        } else {
          outcome.sound += 1
          outcome.bytes += record.size
        }
      }
      report(CopyReport(stage: "comparing with the labels", bytes: bytes, total: total, items: outcome.sound))
    }
    outcome.findings += try strangers(in: restored, beside: compared)
    return outcome
  }

  /// Files that no label names.
  private func strangers(in restored: SourceFolder, beside compared: UInt64) throws -> [Finding] {
    var findings: [Finding] = []
    var files: UInt64 = 0
    try restored.walk(
      visit: { _ in files += 1 },
      skipped: { path, why in
        findings.append(
          Finding(.damaged, String(decoding: path, as: UTF8.self), "the restored file \(why.reason)"))
      }, emptyFolder: { _ in })
    if files > compared {
      findings.append(
        Finding(.damaged, "scratch folder", "\(files - compared) files were restored that no label names"))
    }
    return findings
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

/// Compares files with labels, with one buffer.
private final class FileReading {
  private var buffer: [UInt8] = []
  private let digest: DigestStream

  init() throws { digest = try DigestStream() }

  /// In what a file differs from its label; nil where it doesn't.
  func difference(_ file: SourceFile, from record: FoundRecord) throws -> String? {
    guard file.status.size == record.size else {
      return "the restored file has \(file.status.size) bytes instead of \(record.size)"
    }
    var buffer: [UInt8] = []
    swap(&buffer, &self.buffer)
    defer { swap(&buffer, &self.buffer) }
    var place: UInt64 = 0
    _ = digest.finish()
    while place < record.size {
      let got = try file.read(into: &buffer, at: place, count: Int(min(record.size - place, 4 << 20)))
      guard got > 0 else { break }
      digest.update(buffer.span)
      place += UInt64(got)
    }
    guard digest.finish() == record.digest else {
      return "the restored file's content is not what was sealed"
    }
    guard file.status.mtime == record.modified else {
      return "the restored file has another time of modification"
    }
    guard file.status.mode == record.mode & 0o777 else { return "the restored file has other permissions" }
    return nil
  }
}
