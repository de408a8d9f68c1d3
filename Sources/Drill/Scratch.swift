internal import Foundation
internal import Sealing

/// A folder of a drill's own, which is removed with all that is in it. Plaintext lies in it while a drill runs.
final class Scratch {
  /// The folder.
  let path: String

  /// Makes a folder with a random name, 0700.
  init(in parent: String) throws {
    path = parent + "/strongroom-drill-" + (try Identifier.random().hex.prefix(16))
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw DrillError(.needs, "no scratch folder can be made in \(parent)", hint: "say --scratch FOLDER")
    }
  }

  /// Removes it.
  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
