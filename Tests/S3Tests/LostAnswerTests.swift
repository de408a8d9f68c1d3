import NIOCore
import NIOHTTP1
import Storage
import Testing

@testable import S3

/// What a store says of a put whose answer is lost. Everything of a vault hangs on that: of two writers of one ledger
/// entry one must win, and each must know which.
@Suite(.enabled(if: TestServer.isQuiet, TestServer.whyQuiet)) struct LostAnswerTests {
  /// How a put's answer gets lost.
  enum Loss: String, CaseIterable, Sendable {
    case neverCame, cameAndIsCut, cameAndSays500, cameAndSays503, didntComeAndSays500, answerCut
  }

  private static func spoil(_ loss: Loss, _ asked: Asked, _ bucket: LittleBucket) -> Reply {
    switch loss {
    case .neverCame: return .none
    case .cameAndIsCut:
      _ = bucket.answer(asked)
      return .none
    case .cameAndSays500:
      _ = bucket.answer(asked)
      return .error(500, "InternalError")
    case .cameAndSays503:
      _ = bucket.answer(asked)
      return .error(503, "SlowDown")
    case .didntComeAndSays500: return .error(500, "UnknownError")
    case .answerCut:
      var reply = bucket.answer(asked)
      reply.headers.replaceOrAdd(name: "content-length", value: "100")
      reply.end = .cut(after: 0)
      return reply
    }
  }

  @Test(arguments: Loss.allCases) func oursIsKnown(_ loss: Loss) async throws {
    let bucket = LittleBucket()
    let puts = Mutexed()
    try await TestNetwork.serving { asked in
      asked.method == .PUT && puts.next() <= 2 ? Self.spoil(loss, asked, bucket) : bucket.answer(asked)
    } _: { endpoint in
      let place = LittlePlace(endpoint: endpoint)
      let store = try place.store()
      #expect(try await store.put(bytes("mine"), at: name("ledger/1")) == .created)
      #expect(try await store.put(bytes("mine"), at: name("ledger/1")) == .exists)
      #expect(bucket["p ü/ledger/1"] == bytes("mine"))
      #expect(place.quick.pauses.count == 2)
    }
  }

  /// Somebody else's is there, with the very same bytes or others: it isn't ours.
  @Test(arguments: Loss.allCases, ["mine", "other"])
  func anothersIsKnown(_ loss: Loss, _ theirs: String) async throws {
    let bucket = LittleBucket()
    let puts = Mutexed()
    try await TestNetwork.serving { asked in
      guard asked.method == .PUT, asked["x-of-another"] == nil, puts.next() <= 2 else {
        return bucket.answer(asked)
      }
      if puts.count == 1 {
        var head = asked.head
        head.headers.replaceOrAdd(name: "x-amz-meta-strongroom-put", value: "another's")
        head.headers.replaceOrAdd(name: "x-amz-content-sha256", value: CallBody(bytes(theirs)).digest)
        _ = bucket.answer(Asked(head: head, body: ByteBuffer(string: theirs), number: 0))
      }
      return Self.spoil(loss, asked, bucket)
    } _: { endpoint in
      let place = LittlePlace(endpoint: endpoint)
      let store = try place.store()
      #expect(try await store.put(bytes("mine"), at: name("ledger/1")) == .exists)
      #expect(bucket["p ü/ledger/1"] == bytes(theirs))
    }
  }

  /// Where no answer ever comes it is looked for at last.
  @Test(arguments: [true, false]) func whatNeverAnswersIsLookedFor(_ comes: Bool) async throws {
    let bucket = LittleBucket()
    try await TestNetwork.serving { asked in
      guard asked.method == .PUT else { return bucket.answer(asked) }
      if comes { _ = bucket.answer(asked) }
      return .none
    } _: { endpoint in
      let store = try LittlePlace(endpoint: endpoint).store()
      if comes {
        #expect(try await store.put(bytes("mine"), at: name("ledger/1")) == .created)
      } else {
        #expect(await failure { _ = try await store.put(bytes("mine"), at: name("ledger/1")) }?.code == .lost)
      }
    }
  }

  /// A server that keeps no marks, with one writer.
  @Test(arguments: Loss.allCases) func oneWriterPutsAgain(_ loss: Loss) async throws {
    let bucket = LittleBucket(isConditional: false)
    let puts = Mutexed()
    try await TestNetwork.serving { asked in
      if asked.method == .PUT, puts.next() <= 2 { return Self.spoil(loss, asked, bucket) }
      var reply = bucket.answer(asked)
      reply.headers.remove(name: "x-amz-meta-strongroom-put")
      return reply
    } _: { endpoint in
      let place = LittlePlace(endpoint: endpoint, change: { $0.putIfAbsent = .oneWriter })
      let store = try place.store()
      #expect(try await store.put(bytes("mine"), at: name("ledger/1")) == .created)
      #expect(try await store.put(bytes("other"), at: name("ledger/1")) == .exists)
      #expect(bucket["p ü/ledger/1"] == bytes("mine"))
    }
  }

  /// A server that lets two win is found out by who was overwritten.
  @Test func whoWasOverwrittenIsTold() async throws {
    let bucket = LittleBucket()
    try await TestNetwork.serving { asked in
      let reply = bucket.answer(asked)
      if asked.method == .PUT { bucket["p ü/ledger/1"] = bytes("some") }
      return reply
    } _: { endpoint in
      let store = try LittlePlace(endpoint: endpoint).store()
      let error = await failure { _ = try await store.put(bytes("mine"), at: name("ledger/1")) }
      #expect(error?.code == .corrupt)
    }
  }

  @Test func provesWhatAServerDoes() async throws {
    for isConditional in [true, false] {
      let bucket = LittleBucket(isConditional: isConditional)
      try await TestNetwork.serving {
        bucket.answer($0)
      } _: { endpoint in
        let store = try LittlePlace(endpoint: endpoint).store()
        #expect(try await store.provePutIfAbsent() == isConditional)
      }
      #expect(bucket.keys == [])
    }
  }

  /// Where each seventh answer is lost.
  @Test func provesItInABadNetwork() async throws {
    let bucket = LittleBucket()
    try await TestNetwork.serving { asked in
      let reply = bucket.answer(asked)
      return asked.number % 7 == 0 ? .none : reply
    } _: { endpoint in
      let store = try LittlePlace(endpoint: endpoint).store()
      #expect(try await store.provePutIfAbsent())
    }
    #expect(bucket.keys == [])
  }
}
