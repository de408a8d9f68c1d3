import Sealing
import Synchronization
import Vault

/// What programs read: with `--json` standard output holds lines of JSON alone, whatever becomes of the command
/// (Docs/JSON.md).
///
/// A result that is one object is held until the command ends, so that it tells by itself what came up and how it ended.
/// The items of a listing are written at once, since there may be millions: where there is something to be said beside
/// them, one more object ends them.
extension Output {
  /// Whether a program reads it. Asked of the arguments as they were typed: that they can't be parsed is to be told as
  /// JSON too.
  static let isJSON = CommandLine.arguments.dropFirst().prefix { $0 != "--" }.contains("--json")

  /// The result, where it is one object.
  static func json(_ object: JSONObject) { pending.withLock { $0.result = object } }

  /// An item of a listing.
  static func item(_ object: JSONObject) { line(String(decoding: object.encoded(), as: UTF8.self)) }

  /// What of a listing could not be read.
  static func add(_ findings: [Finding]) {
    pending.withLock { $0.findings += findings.map(\.told) }
  }

  /// Says what the user should know of besides the result.
  /// - Parameter quiet: leave it to programs.
  static func warn(_ warning: Warning, _ text: String, quiet: Bool = false) {
    if !quiet { note("note: \(text)") }
    pending.withLock {
      $0.warnings.append(warning.told(text))
    }
  }

  /// Writes what is to be said at the end, once.
  /// - Parameter error: why the command ends otherwise than with 0.
  static func end(_ error: JSONObject? = nil) {
    guard isJSON else { return }
    let last = pending.withLock { pending in
      defer { pending.isWritten = true }
      return pending.isWritten ? nil : pending.last(error)
    }
    if let last { item(last) }
  }

  private static let pending = Mutex(Pending())

  private struct Pending {
    var result: JSONObject?
    var findings: [JSONValue] = []
    var warnings: [JSONValue] = []
    var isWritten = false

    /// The object that ends the output; nil where a listing says it all.
    func last(_ error: JSONObject?) -> JSONObject? {
      guard result != nil || error != nil || !findings.isEmpty || !warnings.isEmpty else { return nil }
      var last = result ?? ["findings": .array(findings)]
      last["error"] = error.map { .object($0) }
      last["warnings"] = .array(warnings)
      return last
    }
  }
}
