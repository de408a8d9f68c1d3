internal import Glibc

/// Folders in which the accounts of one group work: the group may write, and what is made there is the group's.
///
/// The folder's own mode says so, 2770, and nothing else remembers it: `chgrp` and `chmod` make one too.
public enum SharedFolder {
  static let mode: UInt16 = 0o2770

  static func isShared(_ status: FileStatus) -> Bool { status.mode & 0o7777 == UInt32(mode) }

  /// The number of a group by its name, or by that number; nil where there is none.
  public static func group(_ name: String) -> UInt32? {
    if let found = unsafe getgrnam(name) { return unsafe found.pointee.gr_gid }
    return UInt32(name).flatMap { unsafe getgrgid($0) == nil ? nil : $0 }
  }

  /// Makes the folder of a path in one that is there, and gives it to a group. One that is there must be empty, or given
  /// to that group already; throws `.exists` for others.
  static func make(_ path: String, group: UInt32) throws(StorageError) {
    try StorageError.telling("give to the group", path) { () throws(SystemError) in
      let (above, name) = FolderPath.split(path)
      // Folders that were made above it would be closed to the group.
      let parent = try Folder.open(above)
      let (folder, made) = name.isEmpty ? (parent, false) : try parent.makeFolder(try CPath(name))
      let before = try folder.descriptor.status()
      if isShared(before), before.group == group { return }
      do throws(SystemError) {
        guard try folder.names().isEmpty else { throw SystemError(number: ENOTEMPTY) }
        try checked { fchown(folder.descriptor.number, .max, group) }
        try checked { fchmod(folder.descriptor.number, mode_t(mode)) }
        // A file system without owners may say that all is well.
        let status = try folder.descriptor.status()
        guard isShared(status), status.group == group else { throw SystemError(number: EOPNOTSUPP) }
      } catch {
        if made { _ = try? parent.removeFolder(try CPath(name)) }
        throw error
      }
      try folder.descriptor.sync()
      try parent.descriptor.sync()
    }
  }
}

/// A place that is to be made for the accounts of a group.
public struct NewSharedPlace: Sendable {
  /// Where it is to lie.
  public let location: Location
  /// The group's number.
  public let group: UInt32

  /// A place for a group.
  public init(location: Location, group: UInt32) {
    self.location = location
    self.group = group
  }

  /// Makes its folder.
  package func make() throws(StorageError) {
    switch location {
    // Whoever opens it says what is wrong with it.
    case .folder where location.looksRemote: break
    case .bucket:
      throw StorageError(
        .unsupported, "make", location.description, reason: "a group is given folders, and a bucket is none")
    case .folder(let path): try SharedFolder.make(path, group: group)
    }
  }
}
