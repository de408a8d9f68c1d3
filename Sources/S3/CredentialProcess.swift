internal import Foundation
internal import Storage

/// A program that prints keys, as profiles name one.
struct CredentialProcess: Sendable {
  /// How long it may take, in seconds.
  let patience: UInt64
  /// The most that it may print.
  static let mostOutput = 64 << 10

  private let words: [String]

  /// - Throws: where quotes aren't closed, or nothing is named.
  init(_ command: String, patience: UInt64 = 60) throws(StorageError) {
    guard let words = Self.split(command), !words.isEmpty else {
      throw StorageError(
        .badName, "use", "credential_process", reason: "its quotes aren't closed, or it is empty")
    }
    self.words = words
    self.patience = patience
  }

  /// Runs it.
  func run() async throws(StorageError) -> S3Credentials {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["--"] + words
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    let isInTime: Bool
    // What it prints waits in the pipe, which holds as much as it may print; with more it never ends.
    do { isInTime = try await TimedProcess.run(process, within: patience) } catch {
      throw failed("it can't be run")
    }
    guard isInTime else { throw failed("it took longer than \(patience) s, or printed more than keys") }
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw failed("it ended with \(process.terminationStatus)")
    }
    try? output.fileHandleForWriting.close()
    return try read(
      (try? output.fileHandleForReading.read(upToCount: Self.mostOutput)).flatMap { $0 } ?? Data())
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
