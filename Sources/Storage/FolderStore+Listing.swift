internal import Glibc

/// What is there, and what has no business there.
extension FolderStore {
  /// The objects in a folder and below it, in order of name.
  package func list(_ folder: String) async throws(StorageError) -> [ObjectInfo] {
    var rows: [ObjectInfo] = []
    try walk(folder) { start, prefix throws(SystemError) in
      try list(start, prefix, depth: 0, into: &rows)
    }
    return rows.sorted { $0.name < $1.name }
  }

  /// The names in a folder and below it, without a look at each file where the file system says what it is.
  package func names(_ folder: String) async throws(StorageError) -> [ObjectName] {
    var names: [ObjectName] = []
    try walk(folder) { start, prefix throws(SystemError) in
      try list(start, prefix, depth: 0, into: &names)
    }
    return names
  }

  /// What lies at the top and is no folder of one of these names, and what in these is no object; its own spool, with
  /// what interrupted writers left there, isn't told.
  package func unexpectedEntries(besides folders: Set<String>) async throws(StorageError) -> [String] {
    try StorageError.telling("list", location) { () throws(SystemError) in
      var unexpected: [String] = []
      for name in try root.names() {
        let text = String(decoding: name, as: UTF8.self)
        guard try root.statusIfThere(try CPath(name))?.isFolder ?? false,
          text == Self.spoolName || folders.contains(text)
        else {
          unexpected.append(text)
          continue
        }
        let folder = try root.folder(try CPath(name))
        if text == Self.spoolName {
          unexpected += try folder.names().filter { !$0.starts(with: Self.spoolPrefix) }
            .map { text + "/" + String(decoding: $0, as: UTF8.self) }
        } else {
          try self.unexpectedEntries(in: folder, text + "/", depth: 1, into: &unexpected)
        }
      }
      return unexpected.sorted()
    }
  }

  private func unexpectedEntries(in folder: Folder, _ prefix: String, depth: Int, into found: inout [String])
    throws(SystemError)
  {
    for name in try folder.names() {
      let text = prefix + String(decoding: name, as: UTF8.self)
      let path = try CPath(name)
      guard let status = try folder.statusIfThere(path) else { continue }
      if status.isFolder, depth < ObjectName.maximumParts {
        try self.unexpectedEntries(in: try folder.folder(path), text + "/", depth: depth + 1, into: &found)
      } else if !status.isFile || ObjectName(text) == nil {
        found.append(text)
      }
    }
  }

  /// Opens the folder of a listing, if it is there. `body` gets it and what stands before each name in it.
  private func walk(
    _ folder: String, _ body: (Folder, String) throws(SystemError) -> Void
  ) throws(StorageError) {
    guard folder.isEmpty || ObjectName(folder) != nil else { throw StorageError(.badName, "list", folder) }
    try StorageError.telling("list", folder.isEmpty ? location : folder) { () throws(SystemError) in
      var start = root
      for part in folder.split(separator: "/") {
        guard let next = try start.folderIfThere(try CPath(part)) else { return }
        start = next
      }
      try body(start, folder.isEmpty ? "" : folder + "/")
    }
  }

  private func list(
    _ folder: Folder, _ prefix: String, depth: Int, into names: inout [ObjectName]
  ) throws(SystemError) {
    for entry in try folder.entries() {
      guard let text = String(validating: entry.name, as: UTF8.self),
        let name = ObjectName(prefix + text)
      else { continue }
      var kind = entry.kind
      if kind == .unsaid, let found = try folder.statusIfThere(try CPath(entry.name)) {
        kind = found.isFile ? .file : found.isFolder ? .folder : .other
      }
      if kind == .file {
        names.append(name)
      } else if kind == .folder, depth < ObjectName.maximumParts {
        guard let next = try folder.folderIfThere(try CPath(entry.name)) else { continue }
        try list(next, name.text + "/", depth: depth + 1, into: &names)
      }
    }
  }

  private func list(
    _ folder: Folder, _ prefix: String, depth: Int, into rows: inout [ObjectInfo]
  ) throws(SystemError) {
    for bytes in try folder.names() {
      guard let text = String(validating: bytes, as: UTF8.self), let name = ObjectName(prefix + text) else {
        continue
      }
      let path = try CPath(bytes)
      guard let found = try folder.statusIfThere(path) else { continue }
      if found.isFile {
        rows.append(ObjectInfo(name: name, size: found.size, modified: found.modifiedSeconds))
      } else if found.isFolder, depth < ObjectName.maximumParts {
        guard let next = try folder.folderIfThere(path) else { continue }
        try list(next, name.text + "/", depth: depth + 1, into: &rows)
      }
    }
  }
}
