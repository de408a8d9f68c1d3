internal import Rules
public import Drill
internal import Sealing
internal import Storage
public import Vault

/// A report's folder: the document, pages, and a proof of each entry that it stands on.
public struct ComplianceFiles: Sendable {
  /// What was written.
  public struct Written: Sendable {
    /// The document.
    public let report: String
    /// Pages by language.
    public let pages: [String: String]
    /// How many entries have a proof.
    public let proofs: Int
    /// The entry that vouches for the document, where one was asked for; its proof is report.tlog-proof.
    public let attested: UInt64?
  }

  /// The folder.
  public let folder: String
  /// In which languages pages are written.
  public let languages: [String]
  /// What made it.
  public let tool: DrillReport.Tool

  /// Makes the folder of a report to be written.
  /// - Parameters:
  ///   - folder: where nothing lies yet.
  ///   - isName: whether another one like it is taken where something does.
  /// - Throws: `StorageError` `.exists`.
  public init(folder: String, isName: Bool, languages: [String], tool: DrillReport.Tool) throws {
    (self.languages, self.tool) = (languages, tool)
    self.folder = try isName ? Self.makeFolder(like: folder) : folder
    if !isName { try DurableFile.makeNewFolder(folder) }
  }

  private static func makeFolder(like stem: String) throws -> String {
    for number in 1...1000 {
      let name = number == 1 ? stem : "\(stem)-\(number)"
      if try Self.isMade(name) { return name }
    }
    throw VaultError(.exists, "there are a thousand folders named like \(stem)", safe: "none was replaced")
  }

  private static func isMade(_ folder: String) throws(StorageError) -> Bool {
    do { try DurableFile.makeNewFolder(folder) } catch {
      guard error.code == .exists else { throw error }
      return false
    }
    return true
  }

  /// Writes all of it. The document comes last: a folder without it isn't whole.
  /// - Parameter vouches: whether whoever unlocked the place vouches for it.
  /// - Throws: `VaultError` `.refused` where this identity may not vouch.
  public func write(
    _ report: ComplianceReport, of place: OpenPlace, vouching vouches: Bool
  ) async throws -> Written {
    let document = try ComplianceDocument(report, tool: tool).encoded()
    var vouched: CompliancePage.Vouched?
    if vouches { vouched = try await vouch(for: report, document, place) }
    try DurableFile.makeFolder(folder + "/proofs")
    try await place.prove(report.proved) { evidence in
      try DurableFile.writeNew(
        evidence.bytes, to: "\(folder)/proofs/\(evidence.index).tlog-proof", mode: 0o644)
    }
    var pages: [String: String] = [:]
    for words in ComplianceWords.all where languages.contains(words.tag) {
      let page = try CompliancePage(report: report, words: words, tool: tool, vouched: vouched).render()
      let path = "\(folder)/report-\(words.tag).html"
      try DurableFile.writeNew(Array(page.utf8), to: path, mode: 0o600)
      pages[words.tag] = path
    }
    let path = "\(folder)/report.json"
    try DurableFile.writeNew(document, to: path, mode: 0o600)
    return Written(
      report: path, pages: pages, proofs: report.proved.count, attested: vouched?.entry)
  }

  /// Has the ledger name the document. Where that is refused nothing is left behind.
  private func vouch(
    for report: ComplianceReport, _ document: [UInt8], _ place: OpenPlace
  ) async throws -> CompliancePage.Vouched {
    let attestation = Attestation(
      about: report.size - 1, kind: .compliance, report: Digest.sha256(of: document))
    let entry = try await entered(attestation, place)
    let proof = try await place.prove(entry: entry, document: document)
    try DurableFile.writeNew(proof.bytes, to: "\(folder)/report.tlog-proof", mode: 0o644)
    return CompliancePage.Vouched(entry: entry, by: proof.by.hex)
  }

  private func entered(_ attestation: Attestation, _ place: OpenPlace) async throws -> UInt64 {
    do { return try await place.attest(attestation) } catch {
      try? DurableFile.removeTree(folder)
      throw error
    }
  }
}
