internal import AsyncHTTPClient
internal import NIOHTTP1
internal import Storage
internal import Synchronization

/// Signed requests to one bucket, tried again where that makes sense.
final class S3Wire: Sendable {
  let bucket: String
  let settings: S3Settings
  let world: S3World
  let traffic: S3Traffic
  let throttle: Throttle?
  private let location: String
  private let keeper: CredentialKeeper
  private let gate: Gate
  private let transport: Transport
  private let key: SharedClients.Key
  private let state = Mutex(State())

  private struct State {
    var isOpen = true
    var hasAnswered = false
    var bucketIsThere = false
  }

  /// Whether the bucket answered a request with success.
  var bucketIsThere: Bool { state.withLock { $0.bucketIsThere } }

  init(
    _ address: BucketAddress, _ settings: S3Settings, world: S3World, traffic: S3Traffic, throttle: Throttle?
  ) throws(StorageError) {
    bucket = address.bucket
    location = address.description
    self.settings = settings
    self.world = world
    self.traffic = traffic
    self.throttle = throttle
    keeper = CredentialKeeper(settings.origin, now: world.now)
    gate = Gate(settings.concurrency)
    key = SharedClients.Key(caFile: settings.caFile, patience: settings.patience)
    transport = Transport(
      client: try SharedClients.join(key), patience: settings.patience, traffic: traffic, throttle: throttle)
  }

  /// Gives its connections back; nothing can be sent any longer.
  func close() async {
    let wasOpen = state.withLock { (state) -> Bool in
      defer { state.isOpen = false }
      return state.isOpen
    }
    if wasOpen { await SharedClients.leave(key) }
  }

  /// What came of a request.
  struct Outcome: Sendable {
    let answer: Answer
    /// Whether an earlier try of the same request may have been done, too.
    let isDoubtful: Bool
  }

  /// Sends a request until it is answered by success, or by a status that the caller expects.
  /// - Parameter limit: the most bytes of an answer's body.
  func send(_ call: Call, limit: Int = XMLAnswer.mostBytes) async throws(StorageError) -> Outcome {
    try await repeating(call) { (signed) throws(Trouble) in
      let answer = try await self.transport.send(signed, limit: limit)
      return (answer, answer)
    }.outcome
  }

  /// The same, of an answer whose body is read bit by bit.
  func stream(_ call: Call) async throws(StorageError) -> BodyStream {
    let found = try await repeating(call) { (signed) throws(Trouble) in
      let stream = try await self.transport.open(signed)
      let isSuccess = (200..<300).contains(stream.head.status)
      let body = isSuccess ? [] : try await stream.rest(limit: 64 << 10, cut: true)
      return (stream, Answer(head: stream.head, body: body))
    }
    return found.value
  }

  /// Sends a request that nobody signed, once, and returns the status of the answer.
  func sendUnsigned(_ call: Call) async throws(StorageError) -> Int {
    let signed = sign(call, nil)
    do throws(Trouble) { return try await transport.send(signed, limit: XMLAnswer.mostBytes).status } catch {
      throw self.error(error, call)
    }
  }

  /// The error of an answer that isn't the one hoped for.
  func refusal(_ answer: Answer, _ call: Call) -> StorageError {
    S3Refusal(answer).error(call, bucket: bucket, keys: nil, now: world.now()).at(location)
  }

  /// An error of the caller's own about an object.
  func error(_ code: StorageError.Code, _ call: Call, _ reason: String, hint: String? = nil) -> StorageError {
    StorageError(code, call.operation, call.object, reason: reason, hint: hint).at(location)
  }

  /// An error that came without an answer.
  func error(_ trouble: Trouble, _ call: Call) -> StorageError {
    let server = settings.endpoint.authority()
    switch trouble {
    case .notConnected(let why): return error(.unreachable, call, "\(server): \(why)")
    case .unknownHost(let why):
      return error(.unreachable, call, "\(server): \(why)", hint: "check the endpoint")
    case .untrusted(let why):
      return error(
        .unreachable, call, "\(server): \(why)",
        hint: "check the endpoint; for a server with a certificate of your own say the file of its CA")
    case .lost(let why): return error(.lost, call, why)
    case .malformed(let why): return error(.corrupt, call, why)
    case .cancelled: return error(.lost, call, "it was given up")
    }
  }
}

extension S3Wire {
  /// What came of one try.
  private enum Step<Value: Sendable> {
    case done(Value, Answer)
    case failed(StorageError)
    /// It may go well the next time. `asked`: after so many seconds, says the server.
    case again(StorageError, asked: Int?, isDoubtful: Bool, most: Int)
    case keysEnded(StorageError)
  }

  private func repeating<Value: Sendable>(
    _ call: Call, _ once: (Transport.Signed) async throws(Trouble) -> (Value, Answer)
  ) async throws(StorageError) -> (value: Value, outcome: Outcome) {
    let begun = ContinuousClock.now
    var (attempt, isDoubtful, isRenewed) = (1, false, false)
    while true {
      switch try await step(call, once) {
      case .done(let value, let answer):
        return (value, Outcome(answer: answer, isDoubtful: isDoubtful))
      case .failed(let error): throw error
      case .keysEnded(let error):
        guard !isRenewed else { throw error }
        isRenewed = true
      case .again(let error, let asked, let doubt, let most):
        isDoubtful = isDoubtful || doubt
        let isOver = ContinuousClock.now - begun > .seconds(settings.retries.total)
        guard attempt < min(most, settings.retries.attempts), !isOver else { throw error }
        let pause = settings.retries.pause(before: attempt, asked: asked, random: world.random())
        attempt += 1
        traffic.again()
        do { try await world.wait(.milliseconds(pause)) } catch { throw self.error(.cancelled, call) }
      }
    }
  }

  private func step<Value: Sendable>(
    _ call: Call, _ once: (Transport.Signed) async throws(Trouble) -> (Value, Answer)
  ) async throws(StorageError) -> Step<Value> {
    guard state.withLock({ $0.isOpen }) else { throw error(.io, call, "the store was closed") }
    let keys: S3Credentials
    do {
      keys = try await keeper.current()
      if !call.isRacing { try await gate.enter() }
    } catch { throw error.at(location) }
    defer { if !call.isRacing { gate.leave() } }
    do throws(Trouble) {
      let (value, answer) = try await once(sign(call, keys))
      state.withLock {
        $0.hasAnswered = true
        $0.bucketIsThere = $0.bucketIsThere || answer.isSuccess
      }
      if answer.isSuccess { return .done(value, answer) }
      let refusal = S3Refusal(answer)
      if call.expected.contains(answer.status), refusal.code != "NoSuchBucket" { return .done(value, answer) }
      let error = refusal.error(call, bucket: bucket, keys: keys, now: world.now()).at(location)
      if refusal.saysKeysEnded, keeper.ended(keys) { return .keysEnded(error) }
      guard refusal.isPassing else { return .failed(error) }
      return .again(
        error, asked: answer.head["retry-after"].flatMap { Int($0) }, isDoubtful: refusal.isDoubtful,
        most: .max)
    } catch {
      let said = self.error(error, call)
      return switch error {
      case .lost: .again(said, asked: nil, isDoubtful: true, most: .max)
      // A server that never answered is more likely named wrong than about to come back.
      case .notConnected, .unknownHost:
        .again(said, asked: nil, isDoubtful: false, most: state.withLock { $0.hasAnswered } ? .max : 3)
      case .untrusted, .malformed, .cancelled: .failed(said)
      }
    }
  }

  /// `keys`: nil for a request that anybody could make.
  private func sign(_ call: Call, _ keys: S3Credentials?) -> Transport.Signed {
    let isInHost = settings.style == .virtualHost && !(settings.endpoint.isSecure && bucket.contains("."))
    let host = isInHost ? bucket : nil
    var path = isInHost ? "/" : "/" + URIText.encoded(bucket)
    if let key = call.key { path += (isInHost ? "" : "/") + URIText.encoded(key, keepingSlashes: true) }
    var headers = [Field("host", settings.endpoint.authority(host))] + call.headers
    if let md5 = call.body.md5 { headers.append(Field("content-md5", md5)) }
    let signature = Signature(
      method: call.method.rawValue, path: path, query: call.query, headers: headers,
      bodyDigest: call.body.digest,
      region: settings.region, time: world.now())
    let query = Signature.canonical(call.query)
    return Transport.Signed(
      call: call, url: settings.endpoint.base(host) + path + (query.isEmpty ? "" : "?" + query),
      headers: headers + (keys.map(signature.headers) ?? []) + [Field("user-agent", "strongroom")])
  }
}
