internal import Keyring
internal import Sealing

/// The directory's rows as they are, for whoever compares them with what lies under the ids.
extension OpenKeyring {
  /// How many rows of the directory that count lead a name to a subject: one an epoch at most.
  func rows(of name: CustomerName, to subject: Identifier) async throws -> Int32 {
    var count: Int32 = 0
    for key in opened[.directory]?.section.epochs.compactMap(\.key) ?? [] {
      let token = try KeySchedule.token(name.kind, name.value, epoch: key)
      if try await self.subject(under: token) == subject { count += 1 }
    }
    return count
  }

  /// The subject of each row that counts, but for those on pages that can't be read.
  func forEachDirectoryRow(_ take: (Identifier) -> Void) async throws {
    for reference in try keyRows(of: .directory).pages {
      guard let page = try await readablePage(reference, in: .directory) else { continue }
      for index in 0..<page.count {
        let subject = page.subject(at: index)
        if try await self.subject(under: page.id(at: index)) == subject { take(subject) }
      }
    }
  }

  /// The rows that count and lead to one of these subjects.
  func directoryRows(to subjects: Set<Identifier>) async throws -> [(token: Identifier, subject: Identifier)]
  {
    var found: [(Identifier, Identifier)] = []
    var tokens: Set<Identifier> = []
    let sought = SoughtIDs(subjects)
    for reference in try keyRows(of: .directory).pages {
      guard let page = try await readablePage(reference, in: .directory) else { continue }
      for index in page.rows(leadingTo: sought) {
        let token = page.id(at: index)
        let subject = page.subject(at: index)
        if try await self.subject(under: token) == subject, tokens.insert(token).inserted {
          found.append((token, subject))
        }
      }
    }
    return found
  }

  /// The subject under a token; nil too where it may lie on a page that can't be read.
  func subject(under token: Identifier) async throws -> Identifier? {
    for reference in try keyRows(of: .directory).candidates(for: token) {
      if let found = try await readablePage(reference, in: .directory)?.subject(of: token) { return found }
    }
    return nil
  }

  private func readablePage(_ reference: PageReference, in section: Identifier) async throws -> KeyPage? {
    do { return try await page(reference, in: section) } catch let error as VaultError
      where error.code == .missing || error.code == .damaged
    { return nil }
  }
}
