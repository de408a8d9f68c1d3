import Storage
import Vault

/// Where orders of erasures lie.
enum OrderFiles {
  /// The folder, where none is said.
  static let folder = "erasures"

  /// Writes the orders of erasures that were just entered. What is erased stays so, whether or not they can be written.
  static func write(_ entries: [UInt64], to folder: String, in opened: OpenPlace) async throws -> [String] {
    var files: [String] = []
    for entry in entries {
      let file = "\(folder)/erasure-\(entry).order.json"
      do {
        try DurableFile.makeFolder(folder)
        try DurableFile.replace(try await opened.order(ofErasure: entry).encoded(), at: file, mode: 0o600)
      } catch {
        throw VaultError(
          .storage, "the order of erasure \(entry) could not be written to \(file): \(error)",
          safe: "the customers are erased", hint: .writeOrder(entry))
      }
      files.append(file)
    }
    return files
  }
}
