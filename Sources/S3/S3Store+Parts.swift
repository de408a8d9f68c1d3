internal import NIOHTTP1
internal import Storage

/// How a large object is cut into parts.
struct Parts: Sendable {
  /// No part but the last may be smaller.
  static let smallest: UInt64 = 5 << 20
  /// There may be no more.
  static let most: UInt64 = 10_000
  private static let usual: UInt64 = 64 << 20
  /// How many are sent at once.
  static let atOnce = 4

  let size: UInt64
  let partSize: UInt64

  init(_ size: UInt64, atLeast: UInt64 = usual) {
    self.size = size
    let needed = (size + Self.most - 1) / Self.most
    // In whole MiB.
    partSize = max(atLeast, ((needed + (1 << 20) - 1) >> 20) << 20)
  }

  var count: Int { Int(max(1, (size + partSize - 1) / partSize)) }

  func part(_ index: Int) -> (at: UInt64, count: UInt64) {
    let at = UInt64(index) * partSize
    return (at, min(partSize, size - at))
  }
}

extension S3Store {
  /// Sends a large object in parts; nothing is there until the last step, and what breaks off before it is given up.
  func putInParts(
    _ file: SpoolFile, size: UInt64, at name: ObjectName, lockedUntil time: Int64?, isOnTop: Bool = false
  ) async throws(StorageError) -> PutOutcome {
    if !isOnTop, try await head(name) != nil { return .exists }
    let mark = newMark()
    var call = call(.part, .POST, name, "write")
    call.query = [Field("uploads")]
    call.headers = [Field(Self.mark, mark)]
    guard let id = try await tree(call, "InitiateMultipartUploadResult").text("UploadId"), !id.isEmpty else {
      throw wire.error(.unsupported, call, "the server doesn't begin an object in parts")
    }
    do {
      let parts = Parts(size, atLeast: min(max(wire.settings.partsFrom / 16, Parts.smallest), 64 << 20))
      let tags = try await send(file, parts, at: name, id)
      let outcome = try await complete(name, id, tags, mark, size, isOnTop)
      if case .exists = outcome { try? await abort(address.key(name.text), id) }
      // Some servers ignore a lock that is asked for at the beginning.
      if let time, case .created(let version) = outcome {
        try await lock(name, version: version, until: time)
      }
      return outcome.asPut
    } catch {
      // What was sent is paid for until it is given up; `clearSpool` does it where this fails.
      await Task { try? await self.abort(self.address.key(name.text), id) }.value
      throw error
    }
  }

  private func send(_ file: SpoolFile, _ parts: Parts, at name: ObjectName, _ id: String)
    async throws(StorageError)
    -> [String]
  {
    var tags = [String](repeating: "", count: parts.count)
    let list = WorkList(Array(0..<parts.count))
    do {
      try await withThrowingTaskGroup(of: [(Int, String)].self) { group in
        for _ in 0..<min(Parts.atOnce, parts.count) {
          group.addTask {
            var sent: [(Int, String)] = []
            while let index = try list.take() {
              let (at, count) = parts.part(index)
              sent.append((index, try await self.sendPart(file, at, count, index + 1, name, id)))
            }
            return sent
          }
        }
        for try await sent in group { for (index, tag) in sent { tags[index] = tag } }
      }
    } catch {
      throw error as? StorageError
        ?? StorageError(.lost, "write", name.text, reason: "it was given up").at(location)
    }
    return tags
  }

  private func sendPart(
    _ file: SpoolFile, _ at: UInt64, _ count: UInt64, _ number: Int, _ name: ObjectName, _ id: String
  ) async throws(StorageError) -> String {
    var digests = BodyDigests()
    var buffer: [UInt8] = []
    var read: UInt64 = 0
    while read < count {
      let got = try file.read(at: at + read, count: Int(min(1 << 20, count - read)), into: &buffer)
      guard got > 0 else { throw StorageError(.io, "read", "what is to be sent", reason: "it ended early") }
      digests.update(buffer.span)
      read += UInt64(got)
    }
    var call = call(.part, .PUT, name, "write")
    call.query = [Field("partNumber", String(number)), Field("uploadId", id)]
    call.body = digests.body(.file(file, at: at), count: count)
    guard let tag = try await wire.send(call).answer.head["etag"] else {
      throw wire.error(.corrupt, call, "the server took a part, and doesn't say as what")
    }
    return tag
  }

  /// What came of it; of a new object, which version it is, where there are versions.
  private enum Completed {
    case created(version: String?)
    case exists

    var asPut: PutOutcome { if case .created = self { .created } else { .exists } }
  }

  private func complete(
    _ name: ObjectName, _ id: String, _ tags: [String], _ mark: String, _ size: UInt64, _ isOnTop: Bool
  ) async throws(StorageError) -> Completed {
    // Not all servers heed the condition below: whoever came meanwhile is looked for once more.
    if !isOnTop, try await head(name) != nil { return .exists }
    let rows = tags.enumerated().map {
      "<Part><PartNumber>\($0 + 1)</PartNumber><ETag>\(Self.escaped($1))</ETag></Part>"
    }
    var call = call(.part, .POST, name, "write")
    call.query = [Field("uploadId", id)]
    call.body = CallBody(
      Array(
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(rows.joined())</CompleteMultipartUpload>"
          .utf8))
    if !isOnTop, wire.settings.putIfAbsent == .proved { call.headers = [Field("if-none-match", "*")] }
    // 404: an earlier try whose answer was lost did it.
    call.expected = [404, 412]
    let answer = try await wire.send(call).answer
    if answer.isSuccess, let root = XMLAnswer(answer.body), root.name == "Error" {
      // It may say so behind a head of success, since putting the parts together takes a while.
      throw wire.refusal(Answer(head: answer.head, body: answer.body), call)
    }
    guard let head = try await head(name) else {
      throw wire.error(.lost, call, "the server took all parts, and doesn't have the object")
    }
    let isOurs = head[Self.mark].map { $0 == mark } ?? answer.isSuccess
    guard isOurs else { return .exists }
    guard head.length == size else {
      throw wire.error(.corrupt, call, "the server has \(head.length ?? 0) bytes of \(size) that were sent")
    }
    return .created(version: head["x-amz-version-id"])
  }

  func abort(_ key: String, _ id: String) async throws(StorageError) {
    var call = Call(.part, .DELETE, key: key, "clear", "")
    call.query = [Field("uploadId", id)]
    call.expected = [404]
    _ = try await wire.send(call)
  }

  private static func escaped(_ tag: String) -> String {
    tag.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
  }
}
