internal import NIOHTTP1
public import Storage
internal import Synchronization

extension S3Store {
  /// Objects of so many bytes are read back when a put of ours won: among them are those of which two winners would be
  /// a disaster.
  static let readBack: UInt64 = 64 << 10

  /// The head under which a put is told from all others after its answer was lost.
  static let mark = "x-amz-meta-strongroom-put"

  /// Puts an object only if nothing is there; see `ObjectStore`.
  public func put(_ bytes: [UInt8], at name: ObjectName) async throws(StorageError) -> PutOutcome {
    try await put(bytes, at: name, lockedUntil: lockUntil(name))
  }

  /// The same, of an object that can't be erased before a time, in seconds since 1970; nil: it isn't locked.
  public func put(
    _ bytes: [UInt8], at name: ObjectName, lockedUntil time: Int64?
  ) async throws(StorageError) -> PutOutcome {
    try await put(CallBody(bytes), at: name, lockedUntil: time)
  }

  /// A file of this machine, which is sent when it is put.
  public func spool() async throws(StorageError) -> any Spool {
    S3Spool(try SpoolFile.make(in: spoolFolder), of: location)
  }

  /// Puts what was spooled, on the same terms.
  public func put(_ spool: any Spool, at name: ObjectName) async throws(StorageError) -> PutOutcome {
    try await put(spool, at: name, lockedUntil: lockUntil(name))
  }

  /// The same, of an object that can't be erased before a time.
  public func put(
    _ spool: any Spool, at name: ObjectName, lockedUntil time: Int64?
  ) async throws(StorageError) -> PutOutcome {
    try await put(spool, at: name, lockedUntil: time, isOnTop: false)
  }

  /// Puts what was spooled whatever is there, which stays beneath it as an older version.
  /// - Throws: `.unsupported` where the bucket makes no versions: it would overwrite.
  func putOnTop(
    _ spool: any Spool, at name: ObjectName, lockedUntil time: Int64?
  ) async throws(StorageError) {
    // Somebody may have switched them off.
    memory.withLock { $0.versioning = nil }
    guard try await versioning() == .enabled else {
      spool.discard()
      throw wire.error(
        .unsupported, reading(name), "the bucket keeps no versions, so it would be overwritten")
    }
    _ = try await put(spool, at: name, lockedUntil: time, isOnTop: true)
  }

  private func put(
    _ spool: any Spool, at name: ObjectName, lockedUntil time: Int64?, isOnTop: Bool
  ) async throws(StorageError) -> PutOutcome {
    guard let spool = spool as? S3Spool, spool.location == location else {
      spool.discard()
      throw StorageError(.unsupported, "put", name.text, reason: "it was spooled in another store")
    }
    let (file, body) = try spool.take(name.text)
    guard body.count >= wire.settings.partsFrom else {
      return try await put(body, at: name, lockedUntil: time, isOnTop: isOnTop)
    }
    return try await putInParts(file, size: body.count, at: name, lockedUntil: time, isOnTop: isOnTop)
  }

  func put(
    _ body: CallBody, at name: ObjectName, lockedUntil time: Int64?, isOnTop: Bool = false
  ) async throws(StorageError) -> PutOutcome {
    let isConditional = wire.settings.putIfAbsent == .proved && !isOnTop
    if !isConditional, !isOnTop, try await head(name) != nil { return .exists }
    let mark = newMark()
    var call = call(.put, .PUT, name, "write")
    call.body = body
    call.headers = [Field(Self.mark, mark)] + Self.locking(time)
    if isConditional { call.headers.append(Field("if-none-match", "*")) }
    call.expected = isConditional ? [412] : []
    let outcome: PutOutcome
    do {
      let sent = try await wire.send(call)
      outcome =
        if sent.answer.isSuccess { .created } else {
          // Of a try whose answer was lost the object may be; nobody else has its mark.
          sent.isDoubtful ? try await found(name, mark, body) ?? .exists : .exists
        }
    } catch {
      guard error.code == .lost, !Task.isCancelled, let found = try? await found(name, mark, body) else {
        throw error
      }
      outcome = found
    }
    if outcome == .created, body.count <= Self.readBack { try await readBack(body, name) }
    return outcome
  }

  /// Whose object is there after a put of ours that may have happened; nil where there is none.
  func found(_ name: ObjectName, _ mark: String, _ body: CallBody) async throws(StorageError) -> PutOutcome? {
    guard let head = try await head(name) else { return nil }
    if let there = head[Self.mark] { return there == mark ? .created : .exists }
    guard wire.settings.putIfAbsent == .oneWriter else { return .exists }
    // A server that keeps no marks; there is no other writer, so what has our size and digest is ours.
    guard head.length == body.count, try await digest(name, size: body.count) == body.digest else {
      return .exists
    }
    return .created
  }

  /// SHA-256 of what is there, in hexadecimal.
  private func digest(_ name: ObjectName, size: UInt64) async throws(StorageError) -> String {
    let object = S3Object(self, name)
    object.expectSequentialReads()
    var digests = BodyDigests()
    var buffer: [UInt8] = []
    var at: UInt64 = 0
    while at < size {
      let got = try await object.read(at: at, count: 1 << 20, into: &buffer)
      guard got > 0 else { break }
      digests.update(buffer.span)
      at += UInt64(got)
    }
    return digests.body(.none, count: at).digest
  }

  private func readBack(_ body: CallBody, _ name: ObjectName) async throws(StorageError) {
    let call = reading(name)
    let there: [UInt8]?
    do { there = try await get(name, limit: Int(body.count)) } catch {
      guard error.code == .tooLarge else { throw error }
      there = []
    }
    guard let there else { throw wire.error(.lost, call, "the server took it, and doesn't have it") }
    guard CallBody(there).digest == body.digest else {
      throw wire.error(
        .corrupt, call,
        "the server took it, and has something else: another writer won as well, or it damages",
        hint: "use this bucket with one writer only, or another server")
    }
  }

  func newMark() -> String {
    let words = [wire.world.random(), wire.world.random()]
    return URIText.hex(words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } })
  }

  static func locking(_ time: Int64?) -> [Field] {
    guard let time else { return [] }
    return [
      Field("x-amz-object-lock-mode", "COMPLIANCE"),
      Field("x-amz-object-lock-retain-until-date", S3Time.extended(time)),
    ]
  }
}
