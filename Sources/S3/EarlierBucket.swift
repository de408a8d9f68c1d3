internal import NIOHTTP1
public import Storage

/// A bucket with versions as it was before a time: whatever was overwritten, erased or put since is as if it had not been.
/// Nothing can be written to it.
///
/// So a place can be read that somebody damaged with the keys of who writes there, as far as its versions are still kept.
/// It is listed once, when it is opened.
public final class EarlierBucket: ObjectStore {
  /// What was the newest version of an object then.
  private struct Version: Sendable {
    let id: String
    let size: UInt64
    let modified: Int64
  }

  private let store: S3Store
  private let versions: [ObjectName: Version]
  private let time: Int64

  /// Where it lies.
  public var location: String { store.location }
  /// It is.
  public var isRemote: Bool { true }

  /// Lists all versions.
  /// - Parameter time: in seconds since 1970, by the server's clock.
  /// - Throws: `.unsupported` where the bucket keeps no versions.
  public init(_ store: S3Store, before time: Int64) async throws(StorageError) {
    guard try await store.isVersioned() else {
      throw StorageError(
        .unsupported, "read", store.location,
        reason: "the bucket keeps no versions, so nothing of before is there"
      )
    }
    var versions: [ObjectName: Version] = [:]
    var seen: Set<ObjectName> = []
    var oldest: Int64?
    try await store.forEachVersion { row in
      if !row.isMarker { oldest = min(oldest ?? row.modified, row.modified) }
      guard row.modified < time, let name = ObjectName(row.text), seen.insert(name).inserted else { return }
      // What marked it as erased was the newest then.
      if row.isMarker { return }
      versions[name] = Version(id: row.id, size: row.size, modified: row.modified)
    }
    if versions.isEmpty, let oldest {
      throw StorageError(
        .unsupported, "read", store.location, reason: "nothing was there before \(S3Time.extended(time))",
        hint: "its oldest version is of \(S3Time.extended(oldest)): say a later time")
    }
    self.store = store
    self.versions = versions
    self.time = time
  }

  /// The whole object; nil where there was none.
  public func get(_ name: ObjectName, limit: Int) async throws(StorageError) -> [UInt8]? {
    guard let version = versions[name] else { return nil }
    return try await store.get(name, version.id, limit: limit)
  }

  /// Reads part of an object.
  public func read(
    _ name: ObjectName, at offset: UInt64, count: Int, into buffer: inout [UInt8]
  ) async throws(StorageError) -> Int {
    try await store.read(name, version(name).id, at: offset, count: count, into: &buffer)
  }

  /// The object, for many reads.
  public func open(_ name: ObjectName) async throws(StorageError) -> any StoredObject {
    S3Object(store, name, version: try version(name).id)
  }

  /// The object's size in bytes; nil where there was none.
  public func size(_ name: ObjectName) async throws(StorageError) -> UInt64? { versions[name]?.size }

  /// The objects in a folder and below it, in order of name.
  public func list(_ folder: String) async throws(StorageError) -> [ObjectInfo] {
    versions.filter { $0.key.isUnder(folder) }.map {
      ObjectInfo(name: $0.key, size: $0.value.size, modified: $0.value.modified)
    }.sorted { $0.name < $1.name }
  }

  /// Nothing has to be told of what is only looked at.
  public func unexpectedEntries(besides folders: Set<String>) async throws(StorageError) -> [String] { [] }

  private func version(_ name: ObjectName) throws(StorageError) -> Version {
    guard let version = versions[name] else { throw StorageError(.absent, "read", name.text).at(location) }
    return version
  }

  private var past: StorageError {
    StorageError(.readOnly, "write", "the past", reason: "only what was there before can be read").at(
      location)
  }

  /// It can't.
  public func put(_ bytes: [UInt8], at name: ObjectName) async throws(StorageError) -> PutOutcome {
    throw past
  }
  /// It can't.
  public func spool() async throws(StorageError) -> any Spool { throw past }
  /// It can't.
  public func put(_ spool: any Spool, at name: ObjectName) async throws(StorageError) -> PutOutcome {
    spool.discard()
    throw past
  }
  /// It can't.
  public func erase(_ name: ObjectName) async throws(StorageError) -> Bool { throw past }
  /// Nothing is there.
  @discardableResult
  public func clearSpool(olderThan seconds: Int64) async throws(StorageError) -> Int { 0 }
}

extension S3Store {
  /// A version of an object, or what marks it as erased.
  struct VersionRow {
    /// The name, behind the store's prefix.
    let text: String
    let id: String
    let size: UInt64
    let modified: Int64
    let isMarker: Bool
  }

  /// All versions of all objects, those of one object together, the newest first.
  func forEachVersion(_ body: (VersionRow) -> Void) async throws(StorageError) {
    var next: [Field] = []
    var progress = ListingProgress()
    while true {
      let call = call(
        .list, .GET, "list",
        query: [Field("versions"), Field("prefix", address.key("")), Field("encoding-type", "url")] + next)
      let root = try await tree(call, "ListVersionsResult")
      let isEncoded = root.text("EncodingType") == "url"
      var last: String?
      for row in root.children where row.name == "Version" || row.name == "DeleteMarker" {
        guard let text = inside(row.text("Key"), isEncoded), let id = row.text("VersionId"),
          let modified = row.text("LastModified").flatMap({ S3Time.read($0) }),
          let size = row.name == "DeleteMarker" ? 0 : row.text("Size").flatMap({ ObjectSize.read($0) })
        else { throw wire.error(.corrupt, call, "a row of the server's listing can't be read") }
        last = text
        body(
          VersionRow(
            text: text, id: id, size: size, modified: modified, isMarker: row.name == "DeleteMarker"))
      }
      guard root.text("IsTruncated") == "true", let marker = root.text("NextKeyMarker") else { return }
      let after = [
        Field("key-marker", (isEncoded ? URIText.decoded(marker, plusIsBlank: false) : marker) ?? marker),
        Field("version-id-marker", root.text("NextVersionIdMarker") ?? ""),
      ]
      guard progress.goesOn(behind: last, to: after.map(\.value).joined(separator: "\n")) else {
        throw wire.error(.corrupt, call, "the server's listing doesn't go on where it ended")
      }
      next = after
    }
  }
}
