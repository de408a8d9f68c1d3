internal import Glibc

/// Where a store lies. Two that are written differently and mean the same are equal once they are `resolved`.
public enum Location: Hashable, Sendable, CustomStringConvertible {
  /// A folder, by its path.
  case folder(String)
  /// A bucket on a server that speaks S3, or a part of one.
  case bucket(BucketAddress)

  /// What a user wrote: `s3://BUCKET/PREFIX`, or else a folder's path. A folder of such a name can be named as `./s3:...`;
  /// an address that is none is taken for a path, and refused with the reason by whoever opens it.
  public init(_ written: String) {
    if let address = try? BucketAddress(written) { self = .bucket(address) } else { self = .folder(written) }
  }

  /// As the user gave it.
  public var description: String {
    switch self {
    case .folder(let path): path
    case .bucket(let address): address.description
    }
  }

  /// The folder's path; nil for what is no folder.
  public var path: String? { if case .folder(let path) = self { path } else { nil } }

  /// The one way of writing it by which a machine remembers it: for a folder the absolute path without links.
  package var resolved: Location {
    switch self {
    case .folder(let path): .folder(Self.absolute(path))
    case .bucket: self
    }
  }

  /// Whether one lies in the other, or both are the same: what is written to one may be part of the other.
  package func overlaps(_ other: Location) -> Bool { lies(within: other) || other.lies(within: self) }

  /// Whether it is the other one, or lies in it.
  public func lies(within other: Location) -> Bool {
    switch (resolved, other.resolved) {
    case (.folder(let inner), .folder(let outer)):
      inner == outer || inner.hasPrefix(outer == "/" ? outer : outer + "/")
    case (.bucket(let inner), .bucket(let outer)): inner.lies(within: outer)
    case (.folder, .bucket), (.bucket, .folder): false
    }
  }

  /// This folder and those above it, the nearest first; of a bucket nothing that could be looked at.
  package var upwards: [Location] {
    switch resolved {
    case .folder(let path):
      let parts = path.split(separator: "/")
      return (0...parts.count).reversed().map { .folder("/" + parts[..<$0].joined(separator: "/")) }
    case .bucket: return [self]
    }
  }

  /// Whether everybody may write there, as into `/tmp`.
  package var isEverybodys: Bool {
    switch self {
    case .folder(let path): ((try? Folder.open(path).descriptor.status().mode) ?? 0) & 0o002 != 0
    case .bucket: false
    }
  }

  /// Whether both are one folder, by whichever paths: a bind mount has two that no link tells.
  package func isSameFolder(as other: Location) -> Bool {
    switch (self, other) {
    case (.folder(let one), .folder(let two)):
      guard let mine = try? Folder.open(one).descriptor.status(),
        let other = try? Folder.open(two).descriptor.status()
      else { return false }
      return mine.device == other.device && mine.inode == other.inode
    case (.bucket, _), (_, .bucket): return self == other
    }
  }

  /// Whether a path is more likely meant as an address: `s3://...`, `user@host:...`. A folder of such a name would be made
  /// here, and be taken for a copy elsewhere; it can be named as `./s3:...`.
  package var looksRemote: Bool {
    switch self {
    case .folder(let path):
      path.prefixMatch(of: /[A-Za-z][A-Za-z0-9+.\-]+:\/\//) != nil
        || path.prefixMatch(of: /[^\/:]+@[^\/:]+:/) != nil
        || path.prefixMatch(
          of: /(?:s3|s3a|s3n|gs|b2|sftp|ssh|scp|ftps?|https?|webdavs?|rest|rclone|file):/.ignoresCase())
          != nil
    case .bucket: true
    }
  }

  /// Refuses a path that is more likely meant as an address, with what to write in its place.
  public func requireMeant() throws(StorageError) {
    guard case .folder(let path) = self, looksRemote else { return }
    if path.hasPrefix(BucketAddress.scheme) { _ = try BucketAddress(path) }
    // It may be a password that stands there, which no error repeats.
    let shown = path.contains("@") ? "an address" : path
    throw StorageError(
      .badName, "open", shown,
      reason: "it looks like an address on another machine, and only folders and s3:// can be used",
      hint: path.lowercased().hasPrefix("s3:") || path.lowercased().hasPrefix("http")
        ? "a bucket is written s3://BUCKET/PREFIX, and its server with the bucket's settings or in AWS_ENDPOINT_URL_S3"
        : "a folder of such a name is written with ./ before it")
  }

  private static func absolute(_ path: String) -> String {
    if let resolved = unsafe realpath(path, nil) {
      defer { unsafe free(resolved) }
      return unsafe String(cString: resolved)
    }
    // What isn't there yet lies where its folder does.
    let parts = path.split(separator: "/")
    guard let last = parts.last else { return path }
    let above = parts.dropLast().joined(separator: "/")
    let folder = path.hasPrefix("/") ? "/" + above : (above.isEmpty ? "." : above)
    let resolved = absolute(folder)
    return (resolved == "/" ? "" : resolved) + "/" + last
  }
}
