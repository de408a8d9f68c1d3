internal import Foundation
internal import Sealing
internal import Storage
public import Vault

/// A folder of its own for records in the clear: 0700, and gone with all that is in it whatever comes of the work.
///
/// A process that is killed can't remove anything. So the machine's memory has a note about each folder, by which the
/// next command finds and removes what was left.
package struct ScratchFolder: Sendable {
  /// Where it is.
  package let path: String
  private let note: ProcessNote

  /// Makes a folder in `parent`, works in it, and removes it.
  /// - Throws: what `work` throws; `VaultError` `.storage` where the folder can't be made or removed.
  package static func use<Result>(
    named name: String, in parent: String, of machine: Machine,
    _ work: (ScratchFolder) async throws -> Result
  ) async throws -> Result {
    let folder = try ScratchFolder(named: name, in: parent, of: machine)
    let result: Result
    do { result = try await work(folder) } catch {
      try folder.remove(after: error)
      throw error
    }
    try folder.remove()
    return result
  }

  /// Makes one, under a name that nobody can guess.
  package init(named name: String, in parent: String, of machine: Machine) throws {
    let name = "\(name)-\(try Identifier.random().hex.prefix(16))"
    let folder = parent.hasPrefix("/") ? parent : FileManager.default.currentDirectoryPath + "/" + parent
    path = "\(folder)/\(name)"
    note = try ProcessNote(path, in: Self.notes(of: machine), named: name)
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      try? note.remove()
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
    try? note.remove()
  }

  private static func notes(of machine: Machine) -> String { machine.memory + "/scratch" }
}

/// A scratch folder that a killed run left behind.
public struct Leftover: Hashable, Sendable {
  /// Where it lay.
  public let path: String
  /// Whether it is gone now.
  public let isRemoved: Bool

  /// Finds what killed runs on this machine left, and removes it.
  public static func removeAll(of machine: Machine) -> [Leftover] {
    ProcessNote.orphans(in: machine.memory + "/scratch").compactMap { note, folder in
      // Only what we named so: whoever can write into the memory mustn't choose what is removed.
      let name = folder.split(separator: "/").last ?? ""
      guard folder.hasPrefix("/"), name.hasPrefix("strongroom-"), note.hasSuffix("/" + name) else {
        return nil
      }
      let wasThere = FileManager.default.fileExists(atPath: folder)
      if wasThere { try? FileManager.default.removeItem(atPath: folder) }
      let isRemoved = !FileManager.default.fileExists(atPath: folder)
      if isRemoved { _ = try? DurableFile.remove(note) }
      return wasThere ? Leftover(path: folder, isRemoved: isRemoved) : nil
    }
  }
}
