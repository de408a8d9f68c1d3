internal import Foundation
internal import Sealing
package import Vault

/// A folder of its own for records in the clear: 0700, and gone with all that is in it whatever comes of the work.
package struct ScratchFolder: Sendable {
  /// Where it is.
  package let path: String

  /// Makes a folder in `parent`, works in it, and removes it.
  /// - Throws: what `work` throws; `VaultError` `.storage` where the folder can't be made or removed.
  package static func use<Result>(
    named name: String, in parent: String, _ work: (ScratchFolder) async throws -> Result
  ) async throws -> Result {
    let folder = try ScratchFolder(named: name, in: parent)
    let result: Result
    do { result = try await work(folder) } catch {
      try folder.remove(after: error)
      throw error
    }
    try folder.remove()
    return result
  }

  /// Makes one, under a name that nobody can guess.
  package init(named name: String, in parent: String) throws {
    path = "\(parent)/\(name)-\(try Identifier.random().hex.prefix(16))"
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw VaultError(
        .storage, "no scratch folder can be made in \(parent)", safe: "nothing was written",
        hint: .chooseScratchFolder)
    }
  }

  /// Removes it. One that isn't there any more was moved, with what is in it.
  /// - Parameter failure: what went wrong before, which is told as well.
  package func remove(after failure: (any Error)? = nil) throws(VaultError) {
    do { try FileManager.default.removeItem(atPath: path) } catch {
      let before = failure.map { $0 is CancellationError ? "interrupted; " : "\($0); " } ?? ""
      throw VaultError(
        .storage, "\(before)the scratch folder \(path) could not be removed",
        hint: "it holds records in the clear: remove it, wherever it is")
    }
  }
}
