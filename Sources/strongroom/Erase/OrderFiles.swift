import Storage
import Vault

/// Where orders of erasures lie.
enum OrderFiles {
  /// The folder, where none is said.
  static let folder = "erasures"

  /// A name at which nothing else is lost: after a recovery, and in another vault, other erasures have the same numbers.
  /// - Parameter isSame: whether what lies there may be replaced.
  static func free(_ file: String, limit: Int, where isSame: ([UInt8]) throws -> Bool) throws -> String {
    guard let dot = file.lastIndex(of: "/").flatMap({ file[$0...].firstIndex(of: ".") }) else { return file }
    for number in 1...1000 {
      let name = number == 1 ? file : "\(file[..<dot])-\(number)\(file[dot...])"
      guard let there = try DurableFile.read(name, limit: limit) else { return name }
      if try isSame(there) { return name }
    }
    throw VaultError(.exists, "there are a thousand files named like \(file)", safe: "none was replaced")
  }

  /// Writes the orders of erasures that were just entered. What is erased stays so, whether or not they can be written.
  static func write(_ entries: [UInt64], to folder: String, in opened: OpenPlace) async throws -> [String] {
    var files: [String] = []
    for entry in entries {
      var file = "\(folder)/erasure-\(entry).order.json"
      do {
        try DurableFile.makeFolder(folder)
        let bytes = try await opened.order(ofErasure: entry).encoded()
        file = try free(file, limit: ErasureOrder.limit) { $0 == bytes }
        try DurableFile.replace(bytes, at: file, mode: 0o600)
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
