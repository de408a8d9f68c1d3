package import Storage

/// Reads commits of a ledger that lies behind a network, some ahead of who asks for them. Used by one task.
package final class CommitFetcher {
  private let files: LedgerFiles
  private var rows: ArraySlice<Row>
  private var running: [UInt64: (task: Task<[UInt8]?, Never>, size: UInt64)] = [:]
  private var bytes: UInt64 = 0

  private struct Row {
    let number: UInt64
    let size: UInt64
  }

  private static let atOnce = 32
  /// None is begun while so many bytes are on their way, but for the one that is asked for.
  private static let bytesAtOnce: UInt64 = 4 << 20

  /// Lists the commits from a number on.
  package init(_ files: LedgerFiles, from number: UInt64) async throws(StorageError) {
    self.files = files
    rows = try await files.rows(from: number).compactMap { row in
      Layout.commitNumber(of: row.name).map { Row(number: $0, size: row.size) }
    }[...]
  }

  deinit { for (_, fetch) in running { fetch.task.cancel() } }

  /// The first copy of a commit as it lies there; nil where it can't be read.
  package func firstCopy(at number: UInt64) async -> [UInt8]? {
    while let row = rows.first, row.number < number { rows.removeFirst() }
    while let row = rows.first, running.count < Self.atOnce,
      bytes < Self.bytesAtOnce || running[number] == nil && row.number == number
    {
      rows.removeFirst()
      bytes = bytes.adding(row.size)
      let files = files
      running[row.number] = (Task { await files.firstCopy(at: row.number) }, row.size)
    }
    guard let fetch = running.removeValue(forKey: number) else {
      // It came since it was listed.
      return await files.firstCopy(at: number)
    }
    defer { bytes -= min(bytes, fetch.size) }
    return await fetch.task.value
  }
}
