/// Requests to addresses on the web, through curl, which knows the machine's certificates and proxies.
enum Web {
  /// Posts bytes. Address and headers may be secrets, so they go to curl's standard input, and no other process sees
  /// them.
  static func post(_ body: [UInt8], to address: String, headers: [String] = []) async throws(Undelivered) {
    let lines =
      ["url = \(quoted(address))", "data-binary = \(quoted(String(decoding: body, as: UTF8.self)))"]
      + headers.map { "header = \(quoted($0))" }
    try await run(lines)
  }

  /// How curl works, as its configuration files say it (curl(1), -K).
  private static let manners = [
    "silent", "max-time = 30", "write-out = \"%{http_code}\"", "proto = \"=http,https\"",
    "output = \"/dev/null\"",
  ]

  private static func run(_ lines: [String]) async throws(Undelivered) {
    let words = ["/usr/bin/curl", "-q", "-K", "-"]
    let input = (manners + lines).joined(separator: "\n")
    let (status, code) = try await Tool(words: words, input: Array(input.utf8), keepsOutput: true)
      .ended(called: "curl")
    guard status != 0 else {
      // Whoever sends elsewhere took nothing.
      guard code.count == 3, code.hasPrefix("2") else {
        throw Undelivered(why: "it answers \(code.filter(\.isNumber).prefix(3))", isPassing: true)
      }
      return
    }
    throw Undelivered(why: reasons[status] ?? "curl ended with \(status)", isPassing: status != 3)
  }

  /// curl(1), exit codes.
  private static let reasons: [Int32: String] = [
    3: "the address is malformed", 5: "the proxy's name can't be resolved", 6: "its name can't be resolved",
    7: "nobody answers there", 28: "it took too long",
    35: "the TLS handshake failed",
    60: "its certificate isn't trusted",
  ]

  /// As curl's configuration files quote.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
