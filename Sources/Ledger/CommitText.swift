internal import Sealing

/// A commit's text taken apart, with everything checked that its bytes alone can tell.
struct CommitText {
  let entries: [Entry]
  let note: Note
  let checkpoint: Checkpoint

  init(_ bytes: [UInt8], number: UInt64) throws(LedgerError) {
    guard bytes.count <= Commit.sizeLimit else {
      throw LedgerError(.tooLarge, "commit", "is over 8 MiB and 4 KiB")
    }
    let (lines, rest) = try Self.split(bytes)
    entries = try Self.entries(lines)
    note = try Note(parsing: Array(rest))
    checkpoint = try Checkpoint(text: note.text)
    guard note.name == checkpoint.origin else {
      throw LedgerError(.malformed, "commit", "is signed under another name than its origin")
    }
    let (size, overflows) = number.addingReportingOverflow(UInt64(entries.count))
    guard !overflows, checkpoint.size == size else {
      throw LedgerError(
        .wrongPlace, "commit", "states size \(checkpoint.size) after \(entries.count) entries")
    }
    try checkFounding(number: number)
  }

  /// The entry lines up to the first empty line, and what follows it.
  private static func split(_ bytes: [UInt8]) throws(LedgerError) -> ([ArraySlice<UInt8>], ArraySlice<UInt8>)
  {
    var lines: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while let end = rest.prefix(Entry.lineLimit + 1).firstIndex(of: 0x0a) {
      let line = rest[..<end]
      rest = rest[(end + 1)...]
      if line.isEmpty {
        guard !lines.isEmpty else { throw LedgerError(.malformed, "commit", "has no entries") }
        return (lines, rest)
      }
      guard lines.count < Commit.entryLimit else {
        throw LedgerError(.tooLarge, "commit", "has over \(Commit.entryLimit) entries")
      }
      lines.append(line)
    }
    guard rest.count <= Entry.lineLimit else {
      throw LedgerError(.tooLarge, "commit", "has a line over 32 KiB")
    }
    throw LedgerError(.malformed, "commit", "has no empty line after its entries")
  }

  private static func entries(_ lines: [ArraySlice<UInt8>]) throws(LedgerError) -> [Entry] {
    var entries: [Entry] = []
    entries.reserveCapacity(lines.count)
    for line in lines {
      let entry = try Entry(line: Array(line))
      if let first = entries.first, first.by != entry.by {
        throw LedgerError(.mixedSigners, "commit", "has entries by \(first.by) and by \(entry.by)")
      }
      entries.append(entry)
    }
    return entries
  }

  /// The first commit begins with `founded`, whose line gives the vault's id; no other entry is one.
  private func checkFounding(number: UInt64) throws(LedgerError) {
    for (offset, entry) in entries.enumerated()
    where (entry.event == "founded") != (number == 0 && offset == 0) {
      throw LedgerError(
        .misplacedFounding, "commit", "`founded` stands at the beginning of a ledger and nowhere else")
    }
    guard number == 0 else { return }
    guard Commit.vault(founding: entries[0]) == checkpoint.vault else {
      throw LedgerError(.wrongVault, "commit", "has an origin that isn't its founding entry's")
    }
    guard entries[0].sealed == nil else {
      throw LedgerError(.malformed, "commit", "has a founding entry with a sealed part")
    }
  }
}
