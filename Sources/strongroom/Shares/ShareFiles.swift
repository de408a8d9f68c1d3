import Sealing
import Storage
import Vault

/// Recovery shares as a user brings them: in files, or typed at the terminal.
enum ShareFiles {
  /// What stands in place of a file for the terminal.
  private static let terminal = "-"

  /// The identity that shares give.
  static func identity(from paths: [String]) throws -> Identity { try set(from: paths).identity() }

  /// The shares that are at hand, enough or not.
  /// - Parameter paths: files, and `-` where they are to be asked for; none for that alone.
  static func set(from paths: [String]) throws -> ShareSet {
    let paths = paths.isEmpty ? [terminal] : paths
    var shares: [RecoveryShare] = []
    for (index, path) in paths.enumerated() where path != terminal {
      shares += try read(path, number: index + 1)
    }
    if paths.contains(terminal) { shares = try ask(after: shares) }
    return try ShareSet(shares)
  }

  private static func read(_ path: String, number: Int) throws -> [RecoveryShare] {
    if DurableFile.isOpenToOthers(path) {
      Output.warn(
        .identityOpen, "others may read the recovery share in \(Output.printable(path)); chmod 600 mends it")
    }
    do {
      let read = try Interruption.whileAsking {
        try DurableFile.withSecret(path, limit: ShareText.limit) {
          try ShareText.shares(in: Secret(copying: $0))
        }
      }
      if let read, !read.isEmpty { return read }
      // It may be the words themselves, given in place of a path.
      throw VaultError(
        .input, read == nil ? "there is no file at path \(number) of the shares" : "\(path) is empty",
        safe: "nothing was written",
        hint: "a share is a sheet's text file, or a file with its words in one line")
    } catch let error as ShareError {
      throw VaultError(.input, "\(path): \(error)", safe: "nothing was written", hint: hint(to: error))
    } catch let error as StorageError where error.code == .tooLarge {
      throw VaultError(.input, "\(path) is longer than any shares", safe: "nothing was written")
    }
  }

  /// Asks for the words of one share after the other until there are enough. What is mistyped is asked for again.
  private static func ask(after shares: [RecoveryShare]) throws -> [RecoveryShare] {
    var shares = shares
    while true {
      if let set = try? ShareSet(shares), set.isEnough { return shares }
      let question = "words of share \(shares.count + 1), in one line (not shown; empty to end): "
      guard let typed = Terminal.secret(question) else {
        guard shares.isEmpty else { return shares }
        throw VaultError(
          .input, "no shares were given, and nobody can be asked", safe: "nothing was written",
          hint: "say --shares FILE...")
      }
      if typed.count == 0 { return shares }
      do {
        let more = try ShareText.shares(in: typed)
        _ = try ShareSet(shares + more)
        shares += more
      } catch {
        Output.note("\(error); type it again")
      }
    }
  }

  private static func hint(to error: ShareError) -> Hint? {
    switch error.code {
    case .unknownWord, .checksum: "compare it with the sheet, word by word"
    case .length: "a share of an identity is one line of 33 words, or a sheet's text file"
    default: nil
    }
  }
}
