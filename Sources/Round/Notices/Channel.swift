internal import Foundation
internal import Storage

/// A way to tell people.
public struct Channel: Hashable, Sendable {
  /// What it is.
  public enum Kind: Hashable, Sendable {
    /// Mail, through a sendmail program.
    case mail(to: [String], from: String?, sendmail: String)
    /// JSON, posted to an address; a header line from a file goes with it.
    case webhook(Address, headerFile: String?)
    /// A program that gets JSON on standard input.
    case command(String)
  }

  /// An address on the web, which may be a secret by itself.
  public enum Address: Hashable, Sendable {
    /// As the configuration has it.
    case said(String)
    /// The first line of this file.
    case file(String)
  }

  /// What the configuration calls it.
  public let name: String
  /// What it is.
  public let kind: Kind

  /// A way to tell people.
  public init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }
}

/// Why a message did not arrive: lower case, no full stop, without addresses or secrets.
public struct Undelivered: Error, Hashable, Sendable, CustomStringConvertible {
  /// Why.
  public let why: String
  /// Whether it may arrive later.
  let isPassing: Bool

  /// The same as `why`.
  public var description: String { why }
}

extension Channel {
  static let patience: UInt64 = 60

  /// What keeps it from working, as far as that is seen without telling anything.
  var obstacle: Undelivered? {
    do throws(Undelivered) {
      switch kind {
      case .mail(_, _, let sendmail): try Self.checkRunnable(sendmail, called: "sendmail")
      case .webhook(let address, let headerFile):
        _ = try address.text()
        if let headerFile { _ = try headerFile.firstLine() }
      case .command(let path): try Self.checkRunnable(path, called: "the command")
      }
      return nil
    } catch { return error }
  }

  private static func checkRunnable(_ path: String, called name: String) throws(Undelivered) {
    guard !FileManager.default.isExecutableFile(atPath: path) else { return }
    throw Undelivered(why: "\(name) can't be run: \(path)", isPassing: false)
  }

  /// Tells it once.
  func tell(_ message: Message) async throws(Undelivered) {
    switch kind {
    case .mail(let to, let from, let sendmail):
      try await Tool(words: [sendmail, "-t", "-i"], input: Self.mail(message, to: to, from: from))
        .run(called: "sendmail")
    case .webhook(let address, let headerFile):
      var headers = ["Content-Type: application/json"]
      if let headerFile { headers.append(try headerFile.firstLine()) }
      try await Web.post(Self.json(message), to: try address.text(), headers: headers)
    case .command(let path):
      try await Tool(words: [path], input: Self.json(message)).run(called: "the command")
    }
  }

  /// RFC 5322, 8 bit MIME (RFC 6152).
  static func mail(_ message: Message, to: [String], from: String?) -> [UInt8] {
    var lines = [
      "To: \(to.joined(separator: ", "))", "Subject: \(message.subject)", "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit",
      "Auto-Submitted: auto-generated",
    ]
    if let from { lines.insert("From: \(from)", at: 0) }
    return Array((lines.joined(separator: "\n") + "\n\n" + message.text).utf8)
  }

  static func json(_ message: Message) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // It is made of texts and a number.
    return (try? encoder.encode(message)).map(Array.init) ?? []
  }
}

extension Channel.Address {
  /// The address itself.
  func text() throws(Undelivered) -> String {
    let text =
      switch self {
      case .said(let text): text
      case .file(let path): try path.firstLine()
      }
    guard text.hasPrefix("https://") || text.hasPrefix("http://"),
      text.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != 0x22 && $0 != 0x5c }),
      text.utf8.count <= 2048
    else { throw Undelivered(why: "its address is no http or https address", isPassing: false) }
    return text
  }
}

extension String {
  /// The first line of the file at this path.
  fileprivate func firstLine() throws(Undelivered) -> String {
    guard let bytes = try? DurableFile.read(self, limit: 8192),
      let text = String(validating: bytes, as: UTF8.self),
      let line = text.split(whereSeparator: \.isNewline).first
    else { throw Undelivered(why: "\(self) can't be read, or is empty", isPassing: false) }
    return String(line)
  }
}
