internal import Storage

/// The folders and files that one run seals, and what each is called in the labels.
///
/// Path and source tell records of a customer apart. A file's source is the folder it lies in: by its own name alone
/// two different ones, sealed one after the other, would become versions of each other. Folders of one name are told
/// apart by whoever names the source.
struct NamedSources {
  let opened: [(folder: SourceFolder, name: String)]

  /// - Parameter chosen: what all of them are called; nil for each folder's own name.
  /// - Throws: `VaultError` `.input` where a source can't be opened.
  init(_ paths: [String], named chosen: String?, excluding exclusions: Exclusions) throws(VaultError) {
    opened = try paths.map { (path) throws(VaultError) in
      let source = try Self.open(path, excluding: exclusions)
      let parts = Location.folder(path).resolved.description.split(separator: "/")
      let folder = source.isFile ? parts.dropLast().last : parts.last
      return (source, chosen ?? String((folder ?? "source").prefix(200)))
    }
  }

  private static func open(_ path: String, excluding exclusions: Exclusions) throws(VaultError)
    -> SourceFolder
  {
    do {
      guard !exclusions.isEmpty else { return try SourceFolder(path) { !Layout.isPlace($0) } }
      return try SourceFolder(
        path, where: { !Layout.isPlace($0) }, excluding: { exclusions.excludes($0, isFolder: $1) })
    } catch {
      throw VaultError(.input, "\(path): \(error.reason)", safe: "nothing was sealed")
    }
  }
}
