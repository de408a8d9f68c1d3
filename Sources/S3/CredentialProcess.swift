internal import Foundation
internal import Storage

/// A program that prints keys, as profiles name one.
struct CredentialProcess: Sendable {
  /// How long it may take, in seconds.
  static let patience: UInt64 = 60
  /// The most that it may print.
  static let mostOutput = 64 << 10

  private let words: [String]

  /// - Throws: where quotes aren't closed, or nothing is named.
  init(_ command: String) throws(StorageError) {
    guard let words = Self.split(command), !words.isEmpty else {
      throw StorageError(
        .badName, "use", "credential_process", reason: "its quotes aren't closed, or it is empty")
    }
    self.words = words
  }

  /// Runs it.
  func run() async throws(StorageError) -> S3Credentials {
    try read(Data())
  }

  /// Words as a shell parts them, without anything else that a shell does: blanks, quotes, and "\\" before a character.
  static func split(_ command: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var characters = command.makeIterator()
    while let character = characters.next() {
      switch (character, quote) {
      case ("\\", .none), ("\\", .some("\"")):
        guard let next = characters.next() else { return nil }
        word = (word ?? "") + (quote != nil && next != "\"" && next != "\\" ? "\\" : "") + String(next)
      case (_, .some(let open)) where character == open: quote = nil
      case ("\"", .none), ("'", .none):
        quote = character
        word = word ?? ""
      case (_, .none) where character.isWhitespace:
        if let done = word { words.append(done) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    if let word { words.append(word) }
    return quote == nil ? words : nil
  }

  /// What it printed, as keys.
  func read(_ output: Data) throws(StorageError) -> S3Credentials {
    guard let said = try? JSONDecoder().decode(Output.self, from: output), said.Version == 1 else {
      throw failed("it printed no keys")
    }
    let expires = said.Expiration.map { S3Time.read($0) }
    if case .some(.none) = expires { throw failed("it printed keys whose end can't be read") }
    return S3Credentials(
      accessKey: said.AccessKeyId, secretKey: said.SecretAccessKey, sessionToken: said.SessionToken,
      expires: expires.flatMap { $0 })
  }

  private func failed(_ reason: String) -> StorageError {
    StorageError(
      .denied, "use", "credential_process", reason: reason, hint: "run it by hand and look what it says")
  }

  private struct Output: Decodable {
    let Version: Int
    let AccessKeyId: String
    let SecretAccessKey: String
    let SessionToken: String?
    let Expiration: String?
  }
}
