internal import Rules
import Sealing
import Storage
import Vault

/// The sheets of one set of shares in a folder: written so that they last, read back, and taken away again where they are
/// good for nothing.
struct ShareSheets {
  let folder: String
  let sheets: [ShareSheet]

  /// Where the sheets lie, the texts and the pages.
  var files: [String] {
    sheets.flatMap { sheet in [".txt", ".html"].map { "\(folder)/\(sheet.name)\($0)" } }
  }

  /// The words with which every share begins.
  var setName: String { sheets.first?.share.setName ?? "" }

  /// Writes them, each for its owner alone, and makes sure that what was written gives this identity again.
  /// - Throws: with nothing left behind of what it wrote.
  func write(of identity: Identity) throws {
    var written: [String] = []
    do {
      try DurableFile.makeFolder(folder)
      for sheet in sheets {
        for (end, secret) in [(".txt", sheet.text), (".html", sheet.page)] {
          let file = "\(folder)/\(sheet.name)\(end)"
          try secret.withSpan { span throws in try DurableFile.writeNew(span, to: file, mode: 0o600) }
          written.append(file)
        }
      }
      try readBack(identity)
    } catch {
      let isTaken = (error as? StorageError)?.code == .exists
      try Self.remove(written, after: error)
      guard isTaken, let error = error as? StorageError else { throw error }
      throw VaultError(
        .exists, "\(error.object) is there already",
        safe: "nothing was granted, and no sheet was left behind",
        hint: "choose another folder with --out")
    }
  }

  private func readBack(_ identity: Identity) throws {
    var shares: [RecoveryShare] = []
    for sheet in sheets {
      let file = "\(folder)/\(sheet.name).txt"
      shares +=
        try DurableFile.withSecret(file, limit: ShareText.limit) { span in
          try ShareText.shares(in: Secret(copying: span))
        } ?? []
    }
    // Those beyond what is needed are compared with the others, so that each sheet is known to be good.
    guard shares.count == sheets.count,
      try ShareSet(shares).identity().publicIdentity == identity.publicIdentity
    else {
      throw VaultError(.damaged, "the sheets don't say what was written to them", safe: "nothing was granted")
    }
  }

  /// Carries a grant out while the sheets are there, and takes them away where it failed: shares of nobody would be kept with
  /// care. Where it isn't known whether it failed they stay, since a custodian without shares would be worse.
  func kept<Outcome>(
    for identity: Identity, in vault: OpenPlace, _ grant: () async throws -> Outcome
  ) async throws -> Outcome {
    do { return try await grant() } catch {
      let id = identity.publicIdentity.id
      // What came of it the ledger says.
      let isKnown = (try? await vault.ledger.catchUp()) != nil
      guard isKnown, !vault.state.isActive(id) else {
        Output.note(
          "the sheets in \(Output.printable(folder)) stay: identity \(id.hex) "
            + (isKnown ? "was granted all the same" : "may have been granted; strongroom grant list tells"))
        throw error
      }
      try Self.remove(files, after: error)
      guard let told = VaultError(telling: error) else { throw error }
      throw VaultError(
        told.code, told.what, safe: "nothing was granted, and the sheets are removed again", hint: told.hint)
    }
  }

  private static func remove(_ files: [String], after error: any Error) throws {
    for file in files {
      do { try DurableFile.remove(file) } catch let leftover {
        throw VaultError(
          .storage, "\(error); and \(file) could not be removed: \(leftover)",
          safe: "nothing was granted, so the sheets open nothing",
          hint: "remove them: they are good for nothing")
      }
    }
  }
}
