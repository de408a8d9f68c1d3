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
    try Place.refuse(.folder(parent), within: Location.folder(parent).upwards, for: "a scratch folder")
    let name = "\(name)-\(try Identifier.random().hex.prefix(16))"
    let folder = parent.hasPrefix("/") ? parent : FileManager.default.currentDirectoryPath + "/" + parent
    path = "\(folder)/\(name)"
    note = try ProcessNote(path, in: Self.notes(of: machine), named: name)
    do {
      try DurableFile.makeFolder(folder)
      try DurableFile.makeNewFolder(path)
    } catch {
      try? note.remove()
      throw VaultError(
        .storage, "no scratch folder can be made in \(parent)", safe: "nothing was written",
        hint: .chooseScratchFolder)
    }
  }

  /// What to do where one stays.
  package static let leftBehind: Hint = "it holds records in the clear: remove it, wherever it is"

  /// Removes it. One that isn't there any more was moved, with what is in it.
  /// - Parameter failure: what went wrong before, which is told as well.
  package func remove(after failure: (any Error)? = nil) throws(VaultError) {
    do { try DurableFile.removeTree(path) } catch {
      let before = failure.map { $0 is CancellationError ? "interrupted; " : "\($0); " } ?? ""
      throw VaultError(
        .storage, "\(before)the scratch folder \(path) could not be removed",
        hint: Self.leftBehind)
    }
    try? note.remove()
  }

  fileprivate static func notes(of machine: Machine) -> String { machine.memory + "/scratch" }
}

/// A scratch folder that a killed run left behind.
public struct Leftover: Hashable, Sendable {
  /// Where it lay.
  public let path: String
  /// The note by which it is known.
  public let note: String
  /// What became of it.
  public let outcome: Outcome

  /// What can become of one.
  public enum Outcome: Hashable, Sendable {
    /// It is gone now.
    case removed
    /// It can't be removed.
    case stays
    /// It isn't where it was: its disk may be away.
    case notThere
  }

  /// Finds what killed runs on this machine left, and removes it.
  public static func removeAll(of machine: Machine) -> [Leftover] {
    ProcessNote.orphans(in: ScratchFolder.notes(of: machine)).compactMap { note, folder in
      guard folder.hasPrefix("/"), isOurs(folder, note: note) else { return nil }
      // Nothing is forgotten that wasn't seen to go.
      guard let found = try? FileManager.default.attributesOfItem(atPath: folder) else {
        return Leftover(path: folder, note: note, outcome: .notThere)
      }
      guard found[.type] as? FileAttributeType == .typeDirectory,
        (found[.ownerAccountID] as? NSNumber)?.uint32Value == ProcessNote.user,
        (try? DurableFile.removeTree(folder)) != nil
      else { return Leftover(path: folder, note: note, outcome: .stays) }
      _ = try? DurableFile.remove(note)
      return Leftover(path: folder, note: note, outcome: .removed)
    }
  }

  /// Only what bears a name that we give: a note mustn't choose what is removed.
  private static func isOurs(_ folder: String, note: String) -> Bool {
    let name = folder.split(separator: "/").last ?? ""
    return note.hasSuffix("/" + name) && name.wholeMatch(of: /strongroom-(drill|scratch)-[0-9a-f]{16}/) != nil
  }
}
