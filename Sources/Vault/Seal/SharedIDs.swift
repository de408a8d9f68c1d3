internal import Boxes
internal import Keyring
internal import Rules
internal import Sealing

/// Whether records of another customer lie under an id to which the directory leads, or it leads to two.
///
/// Whoever may add rows to the directory can lead a number to any id. What lies under an id says whose it is: the
/// catalog knows it of all tables that it has read, and what it doesn't know is read here.
extension KnownRecordsCatalog {
  func isShared(_ subject: Identifier, by name: CustomerName) async throws -> Bool {
    try await takeInOthers()
    let keys = try vault.unlocked()
    if try await keys.isContested(name) { return true }
    for section in keys.classes {
      let id = CatalogFile.customer(section.id, subject)
      let bundles = try file.rows(of: id).filter { vault.boxHere($0.ordinal) != nil }
      guard !bundles.isEmpty, let key = try await keys.readableKey(of: subject, in: section.id) else {
        continue
      }
      let check = try KeySchedule.keyCheck(subject: key)
      let mark = try name.mark(under: KeySchedule.contentKey(subject: key))
      let ours = bundles.filter { $0.row.keyCheck.bytes == check && $0.row.records > 0 }
      if ours.contains(where: { $0.names.contains { $0 != mark } }) { return true }
      let unknown = ours.filter(\.names.isEmpty)
      guard !unknown.isEmpty, let there = try await query.customer(id, unknown, in: section) else { continue }
      let labels = try await reader.open(there).versions.map(\.subjectAsGiven)
      if labels.contains(where: { CustomerName($0) != name }) { return true }
    }
    return false
  }
}
