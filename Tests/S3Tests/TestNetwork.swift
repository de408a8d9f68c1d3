import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A request as it came to a server of the tests.
struct Asked: Sendable {
  let head: HTTPRequestHead
  let body: ByteBuffer
  /// How many came before it, and itself.
  let number: Int
  /// By which connection it came; they are counted from 1.
  var connection = 0

  var method: HTTPMethod { head.method }
  var uri: String { head.uri }
  subscript(_ name: String) -> String? { head.headers.first(name: name) }
}

/// How a server of the tests answers.
struct Reply: Sendable {
  /// What becomes of the connection.
  enum End: Sendable, Equatable {
    case keep
    /// It is closed before so many bytes of the body are sent; without an answer where that is nil.
    case cut(after: Int?)
    /// The body is sent in pieces of so many bytes, each after a pause in milliseconds.
    case trickle(Int, every: Int)
  }

  var status = 200
  var headers = HTTPHeaders()
  var body = ByteBuffer()
  var end = End.keep

  init(_ status: Int = 200, headers: [(String, String)] = [], _ body: String = "", end: End = .keep) {
    self.status = status
    self.headers = HTTPHeaders(headers)
    self.body = ByteBuffer(string: body)
    self.end = end
  }

  /// No answer at all.
  static let none = Reply(end: .cut(after: nil))

  /// An error as S3 says it.
  static func error(_ status: Int, _ code: String, _ more: String = "", headers: [(String, String)] = [])
    -> Reply
  {
    Reply(status, headers: headers, "<Error><Code>\(code)</Code><Message>m</Message>\(more)</Error>")
  }
}

/// A web server of the tests that answers as a closure says, or stands before another one and spoils what passes.
enum TestNetwork {
  typealias Handler = @Sendable (Asked) async throws -> Reply

  /// Runs a server while `body` runs, which gets its endpoint.
  /// - Parameter certificate: PEM files of a chain and a key, for TLS.
  static func serving<Value: Sendable>(
    certificate: (chain: String, key: String)? = nil, _ handler: @escaping Handler,
    _ body: @escaping @Sendable (String) async throws -> Value
  ) async throws -> Value {
    let context = try certificate.map { files in
      try NIOSSLContext(
        configuration: .makeServerConfiguration(
          certificateChain: NIOSSLCertificate.fromPEMFile(files.chain).map { .certificate($0) },
          privateKey: .privateKey(NIOSSLPrivateKey(file: files.key, format: .pem))))
    }
    let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .bind(host: "127.0.0.1", port: 0) { channel in
        channel.eventLoop.makeCompletedFuture {
          if let context {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
          }
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(PlainBodies())
          return try NIOAsyncChannel<HTTPServerRequestPart, HTTPPart<HTTPResponseHead, ByteBuffer>>(
            wrappingChannelSynchronously: channel)
        }
      }
    let port = server.channel.localAddress?.port ?? 0
    let scheme = certificate == nil ? "http" : "https"
    let counter = Mutexed()
    let connected = Mutexed()
    return try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask {
        try? await server.executeThenClose { connections in
          try await withThrowingDiscardingTaskGroup { inner in
            for try await connection in connections {
              inner.addTask { try? await serve(connection, connected.next(), counter, handler) }
            }
          }
        }
        return nil
      }
      group.addTask { try await body("\(scheme)://localhost:\(port)") }
      defer { group.cancelAll() }
      while let done = try await group.next() { if let done { return done } }
      throw CancellationError()
    }
  }

  private static func serve(
    _ connection: NIOAsyncChannel<HTTPServerRequestPart, HTTPPart<HTTPResponseHead, ByteBuffer>>,
    _ connectionNumber: Int, _ counter: Mutexed, _ handler: Handler
  ) async throws {
    try await connection.executeThenClose { requests, answers in
      var head: HTTPRequestHead?
      var body = ByteBuffer()
      for try await part in requests {
        switch part {
        case .head(let found): (head, body) = (found, ByteBuffer())
        case .body(var piece): body.writeBuffer(&piece)
        case .end:
          guard let asked = head else { return }
          let reply = try await handler(
            Asked(head: asked, body: body, number: counter.next(), connection: connectionNumber))
          guard try await send(reply, asked, answers) else { return }
        }
      }
    }
  }

  /// Returns whether the connection goes on.
  private static func send(
    _ reply: Reply, _ asked: HTTPRequestHead,
    _ answers: NIOAsyncChannelOutboundWriter<HTTPPart<HTTPResponseHead, ByteBuffer>>
  ) async throws -> Bool {
    if case .cut(after: .none) = reply.end { return false }
    var headers = reply.headers
    if !headers.contains(name: "content-length"), !headers.contains(name: "transfer-encoding"),
      reply.status != 204
    {
      headers.add(name: "content-length", value: "\(reply.body.readableBytes)")
    }
    try await answers.write(
      .head(HTTPResponseHead(version: .http1_1, status: .init(statusCode: reply.status), headers: headers)))
    var body = asked.method == .HEAD ? ByteBuffer() : reply.body
    switch reply.end {
    case .keep: if body.readableBytes > 0 { try await answers.write(.body(body)) }
    case .cut(let count):
      if let piece = body.readSlice(length: min(count ?? 0, body.readableBytes)) {
        try await answers.write(.body(piece))
      }
      return false
    case .trickle(let count, let pause):
      while let piece = body.readSlice(length: min(count, body.readableBytes)), piece.readableBytes > 0 {
        try await answers.write(.body(piece))
        try await Task.sleep(for: .milliseconds(pause))
      }
    }
    try await answers.write(.end(nil))
    return true
  }

  /// Passes a request on to a real server, as it is.
  static func pass(_ asked: Asked, to server: String) async throws -> Reply {
    var request = HTTPClientRequest(url: server + asked.uri)
    request.method = asked.method
    request.headers = asked.head.headers
    if asked.body.readableBytes > 0 { request.body = .bytes(asked.body) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
    var reply = Reply(Int(response.status.code))
    reply.headers = response.headers
    reply.body = try await response.body.collect(upTo: 256 << 20)
    return reply
  }
}

/// Bodies of answers as buffers, which are all that a test sends.
private final class PlainBodies: ChannelOutboundHandler, Sendable {
  typealias OutboundIn = HTTPPart<HTTPResponseHead, ByteBuffer>
  typealias OutboundOut = HTTPServerResponsePart

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let part: HTTPServerResponsePart =
      switch unwrapOutboundIn(data) {
      case .head(let head): .head(head)
      case .body(let body): .body(.byteBuffer(body))
      case .end(let end): .end(end)
      }
    context.write(wrapOutboundOut(part), promise: promise)
  }
}

/// Counts from 1.
final class Mutexed: Sendable {
  private let value = Mutex(0)

  func next() -> Int {
    value.withLock {
      $0 += 1
      return $0
    }
  }

  var count: Int { value.withLock { $0 } }
}
