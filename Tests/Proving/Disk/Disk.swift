import Foundation

/// What is on a disk: files and folders by their inodes.
struct Disk: Sendable {
  private(set) var files: [Inode: [UInt8]] = [:]
  private(set) var folders: [Inode: [String: Inode]] = [:]
  let root: Inode

  /// The disk as it stands below a folder.
  init(reading path: String) throws {
    root = try Self.inode(path)
    try read(path, as: root)
  }

  private mutating func read(_ path: String, as inode: Inode) throws {
    var entries: [String: Inode] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: path) {
      let full = path + "/" + name
      let number = try Self.inode(full)
      entries[name] = number
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: full, isDirectory: &isFolder) else { continue }
      if isFolder.boolValue {
        try read(full, as: number)
      } else {
        files[number] = [UInt8](try Data(contentsOf: URL(fileURLWithPath: full)))
      }
    }
    folders[inode] = entries
  }

  private static func inode(_ path: String) throws -> Inode {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    guard let number = attributes[.systemFileNumber] as? NSNumber else {
      throw ProofFailure("no inode of \(path)")
    }
    return number.uint64Value
  }

  /// Applies a change. What it builds on may have been lost before; then it is lost with it.
  mutating func apply(_ change: DiskChange, torn: Bool = false) {
    switch change {
    case .newFile(let folder, let name, let inode):
      if files[inode] == nil { files[inode] = [] }
      enter(name, inode, in: folder)
    case .newFolder(let folder, let name, let inode):
      if folders[inode] == nil { folders[inode] = [:] }
      enter(name, inode, in: folder)
    case .link(let folder, let name, let inode):
      if files[inode] == nil { files[inode] = [] }
      enter(name, inode, in: folder)
    case .write(let inode, let offset, let bytes):
      let kept = torn ? Array(bytes.prefix(bytes.count / 2)) : bytes
      var content = files[inode] ?? []
      if content.count < offset + kept.count {
        content += [UInt8](repeating: 0, count: offset + kept.count - content.count)
      }
      content.replaceSubrange(offset..<offset + kept.count, with: kept)
      files[inode] = content
    case .cut(let inode, let size):
      let content = files[inode] ?? []
      files[inode] =
        content.count >= size
        ? Array(content.prefix(size)) : content + [UInt8](repeating: 0, count: size - content.count)
    case .unlink(let folder, let name): folders[folder]?[name] = nil
    case .rename(let folder, let name, let other, let newName, let inode):
      if files[inode] == nil, folders[inode] == nil { files[inode] = [] }
      folders[folder]?[name] = nil
      enter(newName, inode, in: other)
    case .sync, .syncAll: break
    }
  }

  private mutating func enter(_ name: String, _ inode: Inode, in folder: Inode) {
    // A folder outside what is recorded isn't there.
    folders[folder]?[name] = inode
  }

  /// Every file with its path, and every folder with a nil, in order of path.
  func tree() -> [(path: String, content: [UInt8]?)] {
    var rows: [(path: String, content: [UInt8]?)] = []
    collect(root, "", into: &rows)
    return rows.sorted { $0.path < $1.path }
  }

  private func collect(
    _ folder: Inode, _ prefix: String, into rows: inout [(path: String, content: [UInt8]?)]
  ) {
    for (name, inode) in folders[folder] ?? [:] {
      if folders[inode] != nil {
        rows.append((prefix + name, nil))
        collect(inode, prefix + name + "/", into: &rows)
      } else if let content = files[inode] {
        rows.append((prefix + name, content))
      }
    }
  }

  /// Writes it all into a new folder.
  func write(to path: String) throws {
    let manager = FileManager.default
    try manager.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    for (name, content) in tree() {
      let full = path + "/" + name
      if let content {
        guard
          manager.createFile(atPath: full, contents: Data(content), attributes: [.posixPermissions: 0o600])
        else { throw ProofFailure("can't write \(full)") }
      } else {
        try manager.createDirectory(
          atPath: full, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      }
    }
  }
}
