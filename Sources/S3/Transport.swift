internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import Storage
internal import Synchronization

/// Sends one request, once.
struct Transport: Sendable {
  let client: HTTPClient
  let patience: S3Patience
  let traffic: S3Traffic
  let throttle: Throttle?

  /// What is sent, signed.
  struct Signed: Sendable {
    let call: Call
    let url: String
    let headers: [Field]
  }

  /// Sends it and reads the whole answer.
  /// - Parameter limit: the most bytes of a body that an answer of success may have; an error's is cut at 64 KiB.
  @concurrent
  func send(_ signed: Signed, limit: Int) async throws(Trouble) -> Answer {
    let opened = try await open(signed)
    let isSuccess = (200..<300).contains(opened.head.status)
    let body = try await opened.rest(limit: isSuccess ? limit : 64 << 10, cut: !isSuccess)
    return Answer(head: opened.head, body: body)
  }

  /// Sends it, and returns when an answer begins.
  @concurrent
  func open(_ signed: Signed) async throws(Trouble) -> BodyStream {
    var request = HTTPClientRequest(url: signed.url)
    request.method = signed.call.method
    for field in signed.headers { request.headers.add(name: field.name, value: field.value) }
    let body = signed.call.body
    if body.count > 0 {
      request.body = .stream(
        BodyPieces(body: body, kind: signed.call.kind, traffic: traffic, throttle: throttle),
        length: .known(Int64(clamping: body.count)))
    }
    traffic.request(signed.call.kind)
    // Who is held back on purpose, with others, isn't slow.
    let slowest = throttle?.bytesPerSecond == nil ? UInt64(patience.slowest) : 64
    let seconds = Int64(patience.connect + patience.idle) + Int64(clamping: body.count / slowest)
    do {
      let response = try await client.execute(request, timeout: .seconds(seconds))
      return BodyStream(
        head: Head(status: Int(response.status.code), headers: response.headers), body: response.body,
        hasBody: signed.call.method != .HEAD, transport: self, kind: signed.call.kind)
    } catch { throw Trouble(error, patience) }
  }
}

/// An answer whose body is read bit by bit, by one reader at a time.
final class BodyStream: @unchecked Sendable {
  let head: Head
  private let hasBody: Bool
  private let transport: Transport
  private let kind: S3RequestKind
  // Only the one reader touches these.
  private var iterator: HTTPClientResponse.Body.AsyncIterator
  private var rest = ByteBuffer()
  private var came: UInt64 = 0
  /// How long was waited for the network, and not for who reads.
  private var waited = Duration.zero

  init(head: Head, body: HTTPClientResponse.Body, hasBody: Bool, transport: Transport, kind: S3RequestKind) {
    self.head = head
    self.hasBody = hasBody
    self.transport = transport
    self.kind = kind
    iterator = body.makeAsyncIterator()
  }

  /// Appends up to `count` bytes and returns how many came: fewer only where the body ends.
  @concurrent
  func read(_ count: Int, into buffer: inout [UInt8]) async throws(Trouble) -> Int {
    var got = 0
    while got < count {
      if rest.readableBytes == 0 {
        guard let next = try await next() else { break }
        rest = next
      }
      if let piece = rest.readSlice(length: min(rest.readableBytes, count - got)) {
        buffer.append(contentsOf: piece.readableBytesView)
        got += piece.readableBytes
      }
    }
    return got
  }

  /// All that is left; throws where that is more than `limit`, or leaves the rest there, if it is to be `cut`.
  @concurrent
  func rest(limit: Int, cut: Bool) async throws(Trouble) -> [UInt8] {
    guard hasBody else { return [] }
    var bytes: [UInt8] = []
    if let length = head.length, length <= UInt64(limit) { bytes.reserveCapacity(Int(length)) }
    let got = try await read(limit, into: &bytes)
    guard got == limit else { return bytes }
    if try await read(1, into: &bytes) == 1 {
      bytes.removeLast()
      guard cut else { throw .malformed("its answer is larger than it may be") }
    }
    return bytes
  }

  private func next() async throws(Trouble) -> ByteBuffer? {
    let begun = ContinuousClock.now
    let piece: ByteBuffer?
    do { piece = try await iterator.next() } catch { throw Trouble(error, transport.patience) }
    waited += ContinuousClock.now - begun
    guard let piece else {
      try checkEnd()
      return nil
    }
    came += UInt64(piece.readableBytes)
    transport.traffic.received(kind, piece.readableBytes)
    let pace = Int64(clamping: came / UInt64(transport.patience.slowest)) + Int64(transport.patience.idle)
    guard waited <= .seconds(pace) else { throw .lost("the answer came too slowly") }
    do { try await transport.throttle?.take(piece.readableBytes) } catch { throw .cancelled }
    return piece
  }

  /// Of a body that ends with its connection nobody knows whether that was its end.
  private func checkEnd() throws(Trouble) {
    if let length = head.length {
      guard came == length || !hasBody else { throw .lost("the answer ended early") }
    } else if came > 0 || kind == .get, hasBody, head.status != 204 {
      guard head["transfer-encoding"] != nil else { throw .lost("nobody says where the answer ends") }
    }
  }
}

/// A body in pieces, as it is sent.
struct BodyPieces: AsyncSequence, Sendable {
  let body: CallBody
  let kind: S3RequestKind
  let traffic: S3Traffic
  let throttle: Throttle?

  func makeAsyncIterator() -> Iterator { Iterator(pieces: self) }

  struct Iterator: AsyncIteratorProtocol {
    let pieces: BodyPieces
    private var at: UInt64 = 0

    init(pieces: BodyPieces) { self.pieces = pieces }

    mutating func next() async throws -> ByteBuffer? {
      guard at < pieces.body.count else { return nil }
      let count = Int(Swift.min(UInt64(pieces.throttle?.piece ?? 1 << 20), pieces.body.count - at))
      try await pieces.throttle?.take(count)
      let piece = try await pieces.piece(at, count)
      at += UInt64(count)
      pieces.traffic.sent(pieces.kind, count)
      return piece
    }
  }

  private func piece(_ at: UInt64, _ count: Int) async throws -> ByteBuffer {
    switch body.source {
    case .none: return ByteBuffer()
    case .bytes(let bytes): return ByteBuffer(bytes: bytes[Int(at)..<Int(at) + count])
    case .file(let file, let offset):
      // The client's own tasks run where nothing may block.
      return try await withTaskExecutorPreference(BlockingPool.shared) {
        var bytes: [UInt8] = []
        guard try file.read(at: offset + at, count: count, into: &bytes) == count else {
          throw StorageError(.io, "read", "what is to be sent", reason: "it ended early")
        }
        return ByteBuffer(bytes: bytes)
      }
    }
  }
}
