import Storage
import Vault

/// A text that the user names by its path.
enum TextFile {
  /// Reads it.
  /// - Throws: `VaultError` `.input` where there is none, or it isn't UTF-8; `StorageError`.
  static func read(_ path: String, limit: Int) throws -> String {
    guard let bytes = try DurableFile.read(path, limit: limit) else {
      throw VaultError(.input, "there is no file at \(path)", safe: "nothing was written")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw VaultError(.input, "\(path) is not UTF-8 text", safe: "nothing was written")
    }
    return text
  }
}
