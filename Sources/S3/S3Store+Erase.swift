internal import NIOHTTP1
public import Storage
internal import Synchronization

/// What an erasure came to.
public struct S3Erasure: Hashable, Sendable {
  /// A version that the server keeps.
  public struct Kept: Hashable, Sendable {
    /// Its id.
    public let version: String
    /// Until when it is locked, in seconds since 1970; nil where that isn't said.
    public let until: Int64?
  }

  /// How many versions went.
  public internal(set) var erased = 0
  /// What is still there, and stays.
  public internal(set) var kept: [Kept] = []
}

extension S3Store {
  /// Erases an object, every version of it. False where the server keeps one back (a lock).
  public func erase(_ name: ObjectName) async throws(StorageError) -> Bool {
    try await eraseEveryVersion(name).kept.isEmpty
  }

  /// The same, and says what is kept.
  public func eraseEveryVersion(_ name: ObjectName) async throws(StorageError) -> S3Erasure {
    if try await versioning() == .never {
      let answer = try await wire.send(call(.erase, .DELETE, name, "erase")).answer
      // Somebody may have switched versions on since.
      guard answer.head["x-amz-delete-marker"] == "true" else { return S3Erasure(erased: 1) }
      memory.withLock { $0.versioning = nil }
    }
    var erasure = S3Erasure()
    // The oldest first: else what was superseded would be the object for a moment.
    for version in try await versions(of: address.key(name.text)).reversed() {
      if let kept = try await erase(name, version) { erasure.kept.append(kept) } else { erasure.erased += 1 }
    }
    return erasure
  }

  /// One version; returns it where it is kept.
  private func erase(_ name: ObjectName, _ version: String) async throws(StorageError) -> S3Erasure.Kept? {
    var call = call(.erase, .DELETE, name, "erase")
    call.query = [Field("versionId", version)]
    call.expected = [403, 404]
    let answer = try await wire.send(call).answer
    guard answer.status == 403 else { return nil }
    // Is it a lock, or may these keys not erase at all?
    let lock = try? await retention(of: name, version: version)
    guard let lock = lock.flatMap({ $0 }) else { throw wire.refusal(answer, call) }
    return S3Erasure.Kept(version: version, until: lock.until)
  }

  /// All versions of an object, the newest first; what marks it as erased among them.
  func versions(of key: String, pageSize: Int = 1000) async throws(StorageError) -> [String] {
    let own = String(decoding: key.utf8.dropFirst(address.key("").utf8.count), as: UTF8.self)
    var found: [String] = []
    var next: [Field] = []
    var progress = ListingProgress()
    while true {
      let call = call(
        .list, .GET, "erase",
        query: [
          Field("versions"), Field("prefix", key), Field("encoding-type", "url"),
          Field("max-keys", String(pageSize)),
        ] + next)
      let root = try await tree(call, "ListVersionsResult")
      let isEncoded = root.text("EncodingType") == "url"
      // The order of the answer is that of keys, then of age; both kinds stand in it as they come.
      for row in root.children where row.name == "Version" || row.name == "DeleteMarker" {
        guard let text = inside(row.text("Key"), isEncoded), let version = row.text("VersionId") else {
          throw wire.error(.corrupt, call, "a row of the server's listing can't be read")
        }
        if text == own { found.append(version) }
      }
      // Keys that only begin like this one follow it.
      guard root.text("IsTruncated") == "true", let marker = root.text("NextKeyMarker") else { return found }
      let isOver = inside(marker, isEncoded) != own
      guard !isOver else { return found }
      let after = [
        Field("key-marker", key), Field("version-id-marker", root.text("NextVersionIdMarker") ?? ""),
      ]
      guard progress.goesOn(behind: own, to: after[1].value) else {
        throw wire.error(.corrupt, call, "the server's listing doesn't go on where it ended")
      }
      next = after
    }
  }

  /// Gives up what interrupted writers began to send, if that is at least so old by the server's clock; and removes what
  /// interrupted proofs left.
  @discardableResult
  public func clearSpool(olderThan seconds: Int64) async throws(StorageError) -> Int {
    var removed = 0
    var next: [Field] = []
    var progress = ListingProgress()
    repeat {
      let call = call(
        .part, .GET, "clear",
        query: [Field("uploads"), Field("prefix", address.key("")), Field("encoding-type", "url")] + next)
      let answer: Answer
      do { answer = try await wire.send(call).answer } catch {
        // A server that knows no uploads in parts has none left over.
        guard error.code == .unsupported || error.code == .absent else { throw error }
        break
      }
      guard let root = XMLAnswer(answer.body), root.name == "ListMultipartUploadsResult" else { break }
      let now = answer.head["date"].flatMap { S3Time.readHead($0) } ?? wire.world.now()
      let isEncoded = root.text("EncodingType") == "url"
      for row in root.all("Upload") {
        guard let text = inside(row.text("Key"), isEncoded), let id = row.text("UploadId"),
          let begun = row.text("Initiated").flatMap({ S3Time.read($0) }), now - begun >= seconds
        else { continue }
        try await abort(address.key(text), id)
        removed += 1
      }
      let after = [
        Field("key-marker", root.text("NextKeyMarker").map { Self.plain($0, isEncoded) } ?? ""),
        Field("upload-id-marker", root.text("NextUploadIdMarker") ?? ""),
      ]
      let goesOn = progress.goesOn(behind: nil, to: after.map(\.value).joined(separator: "\n"))
      next = root.text("IsTruncated") == "true" && goesOn ? after : []
    } while !next.isEmpty
    return try await removed + clearProofs(olderThan: seconds)
  }

  private func clearProofs(olderThan seconds: Int64) async throws(StorageError) -> Int {
    var old: [String] = []
    let now = wire.world.now()
    try await pages(Self.spoolName + "/", delimited: false) { (page) throws(StorageError) in
      old += page.rows.filter { now - $0.modified >= seconds }.map(\.text)
    }
    for text in old { try await eraseProof(text) }
    return old.count
  }

  private static func plain(_ text: String, _ isEncoded: Bool) -> String {
    isEncoded ? URIText.decoded(text, plusIsBlank: true) ?? text : text
  }
}
