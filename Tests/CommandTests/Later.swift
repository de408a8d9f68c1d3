import Foundation
import Testing

extension Desk {
  /// The environment in which so many days have passed: what lies there keeps the times at which it came.
  func later(days: Int) async throws -> [String: String] {
    let library = at("later.so")
    if !has("later.so") {
      let source = (#filePath as NSString).deletingLastPathComponent + "/later.c"
      let made = try await shell("cc -shared -fPIC -O1 -o '\(library)' '\(source)'")
      guard made.code == 0 else { throw Trouble("the clock doesn't compile: \(made.said)") }
    }
    return ["LD_PRELOAD": library, "LATER_DAYS": "\(days)"]
  }
}
