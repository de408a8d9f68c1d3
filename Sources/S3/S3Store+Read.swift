internal import NIOHTTP1
public import Storage

extension S3Store {
  /// The whole object; nil where there is none.
  public func get(_ name: ObjectName, limit: Int) async throws(StorageError) -> [UInt8]? {
    try await get(name, nil, limit: limit)
  }

  /// The same of a version.
  func get(_ name: ObjectName, _ version: String?, limit: Int) async throws(StorageError) -> [UInt8]? {
    let limit = UInt64(max(0, limit))
    let call = reading(name, version: version)
    return try await again(call) { () throws(StorageError) -> Attempt<[UInt8]?> in
      let stream = try await self.wire.stream(call)
      guard stream.head.status != 404 else {
        try await self.confirmAbsence(call)
        return .done(nil)
      }
      if let size = stream.head.length, size > limit {
        throw self.wire.error(.tooLarge, call, "it has \(size) bytes, the limit is \(limit)")
      }
      do throws(Trouble) {
        let bytes = try await stream.rest(limit: Int(limit), cut: false)
        return .done(bytes)
      } catch {
        if case .malformed = error {
          throw self.wire.error(.tooLarge, call, "it has more than \(limit) bytes")
        }
        return .failed(error)
      }
    }
  }

  /// Reads part of an object into a buffer that is used again and again.
  public func read(
    _ name: ObjectName, at offset: UInt64, count: Int, into buffer: inout [UInt8]
  ) async throws(StorageError) -> Int {
    try await read(name, nil, at: offset, count: count, into: &buffer)
  }

  /// The same of a version.
  func read(
    _ name: ObjectName, _ version: String?, at offset: UInt64, count: Int, into buffer: inout [UInt8]
  ) async throws(StorageError) -> Int {
    buffer.removeAll(keepingCapacity: true)
    // Servers count in 63 bits.
    guard count > 0, offset < UInt64(Int64.max) else {
      guard try await size(name) != nil else { throw wire.error(.absent, reading(name), Self.nothing) }
      return 0
    }
    let last = min(offset + UInt64(count) - 1, UInt64(Int64.max) - 1)
    let call = reading(name, "bytes=\(offset)-\(last)", version: version)
    var bytes: [UInt8] = []
    swap(&bytes, &buffer)
    defer { swap(&bytes, &buffer) }
    var (attempt, got) = (1, 0)
    while true {
      let range = try await self.range(call, offset)
      do throws(Trouble) {
        got = try await range.read(count, into: &bytes)
        return got
      } catch {
        bytes.removeAll(keepingCapacity: true)
        try await pause(before: &attempt, error, call)
      }
    }
  }

  /// The object, for many reads: what is read from one end to the other comes by one request.
  public func open(_ name: ObjectName) async throws(StorageError) -> any StoredObject {
    S3Object(self, name)
  }

  /// The object's size in bytes; nil where there is none.
  public func size(_ name: ObjectName) async throws(StorageError) -> UInt64? {
    guard let head = try await head(name) else { return nil }
    guard let size = head.length else {
      throw wire.error(.unsupported, reading(name), "the server doesn't say how large it is")
    }
    return size
  }

  static let nothing = "it is not there"

  /// The beginning of the answer that its whole body would have; nil where there is no object.
  func head(_ name: ObjectName, _ version: String? = nil) async throws(StorageError) -> Head? {
    var call = call(.head, .HEAD, name, "examine")
    call.query = version.map { [Field("versionId", $0)] } ?? []
    call.expected = [404, 400, 401, 403, 405, 301]
    let head = try await wire.send(call, limit: 0).answer.head
    switch head.status {
    case 404:
      try await confirmAbsence(call)
      return nil
    case 200..<300: return head
    case _ where version != nil: return nil
    default:
      // An answer to HEAD has no body that would say why. One byte of the object tells, or there is no error after all.
      var second = self.call(.get, .GET, name, "examine")
      second.headers = [Field("range", "bytes=0-0")]
      second.expected = [404, 416]
      let answer = try await wire.send(second, limit: 1 << 10).answer
      if answer.status == 404 {
        try await confirmAbsence(second)
        return nil
      }
      throw wire.refusal(Answer(head: head, body: []), call)
    }
  }

  func reading(_ name: ObjectName, _ range: String? = nil, version: String? = nil) -> Call {
    var call = call(.get, .GET, name, "read")
    call.query = version.map { [Field("versionId", $0)] } ?? []
    call.expected = range == nil ? [404] : [404, 416]
    if let range { call.headers = [Field("range", range)] }
    return call
  }

  /// A body that begins at an offset, as it was asked for.
  func range(_ call: Call, _ offset: UInt64) async throws(StorageError) -> RangeStream {
    let stream = try await wire.stream(call)
    switch stream.head.status {
    case 404:
      try await confirmAbsence(call)
      throw wire.error(.absent, call, Self.nothing)
    case 416: return RangeStream(nil, skipping: 0, first: offset, last: nil, total: nil)
    default:
      if let range = stream.head.range {
        guard range.first == offset else { throw wire.error(.corrupt, call, "the server sent another range") }
        return RangeStream(stream, skipping: 0, first: offset, last: range.last, total: range.total)
      }
      guard stream.head.status != 206 else {
        throw wire.error(.corrupt, call, "the server doesn't say which range it sent")
      }
      // It doesn't know ranges, and sent all.
      return RangeStream(stream, skipping: offset, first: offset, last: nil, total: stream.head.length)
    }
  }

  /// A bucket that is gone must not look as if its objects were: of what was never seen it is asked.
  func confirmAbsence(_ call: Call) async throws(StorageError) {
    guard !wire.bucketIsThere else { return }
    let listing = self.call(
      .list, .GET, call.operation,
      query: [Field("list-type", "2"), Field("max-keys", "1"), Field("prefix", address.key(""))])
    _ = try await wire.send(listing)
  }

  /// What one try of something came to.
  enum Attempt<Value: Sendable>: Sendable {
    case done(Value)
    case failed(Trouble)
  }

  /// Tries what breaks behind an answer's head again: the body isn't the wire's to repeat.
  func again<Value: Sendable>(
    _ call: Call, _ once: () async throws(StorageError) -> Attempt<Value>
  ) async throws(StorageError) -> Value {
    var attempt = 1
    while true {
      switch try await once() {
      case .done(let value): return value
      case .failed(let trouble): try await pause(before: &attempt, trouble, call)
      }
    }
  }

  /// Waits before something is tried again, or throws where it was tried often enough.
  func pause(before attempt: inout Int, _ trouble: Trouble, _ call: Call) async throws(StorageError) {
    guard case .lost = trouble, attempt < wire.settings.retries.attempts else {
      throw wire.error(trouble, call)
    }
    let pause = wire.settings.retries.pause(before: attempt, asked: nil, random: wire.world.random())
    attempt += 1
    wire.traffic.again()
    do { try await wire.world.wait(.milliseconds(pause)) } catch { throw wire.error(.cancelled, call) }
  }
}

/// An answer to a request for a range: what was asked for, and not a byte less before the object's end.
final class RangeStream: Sendable {
  private let stream: BodyStream?
  private let skip: UInt64
  /// Where the object ends; nil where nobody said.
  private let total: UInt64?
  private let last: UInt64?
  private let first: UInt64

  init(_ stream: BodyStream?, skipping: UInt64, first: UInt64, last: UInt64?, total: UInt64?) {
    self.stream = stream
    skip = skipping
    self.first = first
    self.last = last
    self.total = total
  }

  /// What tells this version of the object from others.
  var tag: String? { stream?.head["etag"] }

  /// All of it, at most `count` bytes, appended.
  func read(_ count: Int, into buffer: inout [UInt8]) async throws(Trouble) -> Int {
    guard let stream else { return 0 }
    try await pass()
    let got = try await stream.read(count, into: &buffer)
    if got < count {
      let end = first + UInt64(got)
      if let last, end != last + 1 { throw .lost("the answer ended early") }
      if let total, end < total { throw .lost("the answer ended early") }
    } else if last != nil {
      try await finish(stream)
    }
    return got
  }

  /// The next bytes of a range that goes to the object's end, appended; `from`: how many were read before.
  func next(_ count: Int, from: UInt64, into buffer: inout [UInt8]) async throws(Trouble) -> Int {
    guard let stream else { return 0 }
    if from == 0 { try await pass() }
    let got = try await stream.read(count, into: &buffer)
    let end = first + from + UInt64(got)
    if got < count, let total, end < total { throw .lost("the answer ended early") }
    if got == count, end == total { try await finish(stream) }
    return got
  }

  /// Whether `next` has read all of it.
  func isOver(after count: UInt64) -> Bool { stream == nil || first + count == total }

  /// Only when its end is read a connection can be used again, and more than was announced is noticed.
  private func finish(_ stream: BodyStream) async throws(Trouble) {
    var more: [UInt8] = []
    guard try await stream.read(1, into: &more) == 0 else {
      throw .malformed("the answer is longer than it may be")
    }
  }

  private func pass() async throws(Trouble) {
    guard let stream, skip > 0 else { return }
    var left = skip
    while left > 0 {
      var dropped: [UInt8] = []
      let got = try await stream.read(Int(min(left, 1 << 20)), into: &dropped)
      guard got > 0 else { return }
      left -= UInt64(got)
    }
  }
}
