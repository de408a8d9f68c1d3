import Storage
import TestKit
import Testing

@testable import S3

@Suite struct TextTests {
  @Test func encodesWhatASignatureHas() {
    #expect(URIText.encoded("a/b ü~'", keepingSlashes: true) == "a/b%20%C3%BC~%27")
    #expect(URIText.encoded("a/b+=") == "a%2Fb%2B%3D")
    #expect(URIText.decoded("a%2Fb+%C3%BC", plusIsBlank: true) == "a/b ü")
    #expect(URIText.decoded("a+b", plusIsBlank: false) == "a+b")
    for bad in ["%", "%2", "%g0", "%ff"] { #expect(URIText.decoded(bad, plusIsBlank: true) == nil, "\(bad)") }
  }

  @Test(arguments: [
    (Int64(0), "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
    (1_790_000_000, "2026-09-21T14:13:20Z"),
    (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
  ])
  func writesAndReadsTimes(_ seconds: Int64, _ text: String) {
    #expect(S3Time.extended(seconds) == text && S3Time.read(text) == seconds)
    #expect(S3Time.compact(seconds) == text.filter { $0 != "-" && $0 != ":" })
  }

  @Test func readsTimesOfOthers() {
    #expect(S3Time.read("2026-09-21T14:13:20.123Z") == 1_790_000_000)
    #expect(S3Time.read("2026-09-21T16:13:20+02:00") == 1_790_000_000)
    #expect(S3Time.readHead("Mon, 21 Sep 2026 14:13:20 GMT") == 1_790_000_000)
    for bad in ["", "2026-09-21", "2026-13-01T00:00:00Z", "2026-09-21T25:00:00Z", "2026-09-21T14:13:20"] {
      #expect(S3Time.read(bad) == nil, "\(bad)")
    }
    #expect(S3Time.readHead("now") == nil)
  }

  @Test func readsXML() throws {
    let root = try #require(
      XMLAnswer(
        bytes(
          "<?xml version=\"1.0\"?><a xmlns=\"u\"><b>1</b><x:b>2&amp;</x:b><c><d><![CDATA[<]]></d></c></a>")))
    #expect(root.name == "a" && root.all("b").map(\.text) == ["1", "2&"])
    #expect(root.text("c", "d") == "<" && root.text("c", "e") == nil)
  }

  @Test(arguments: [
    "", "x", "<a>", "<a></b>", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<!doctype a><a/>",
    "<a><!DOCTYPE b></a>", String(repeating: "<a>", count: 20) + String(repeating: "</a>", count: 20),
  ])
  func refusesOtherXML(_ text: String) {
    #expect(XMLAnswer(bytes(text)) == nil)
  }

  @Test func largeXMLIsntRead() {
    #expect(XMLAnswer(bytes("<a>" + String(repeating: " ", count: XMLAnswer.mostBytes) + "</a>")) == nil)
    let many = String(repeating: "<b/>", count: 100_001)
    #expect(XMLAnswer(bytes("<a>\(many)</a>")) == nil)
  }

  @Test func cutsIntoParts() {
    for size: UInt64 in [1 << 30, (1 << 30) + 1, 700 << 30, 5 << 40] {
      let parts = Parts(size)
      #expect(parts.count <= 10_000 && parts.partSize >= 5 << 20 && parts.partSize <= 5 << 30)
      let last = parts.part(parts.count - 1)
      #expect(last.at + last.count == size && last.count > 0)
    }
    #expect(Parts(1 << 30).count == 16)
  }

  @Test func pausesGrowAndStayBounded() {
    let retries = S3Retries(attempts: 8, firstPause: 100, longestPause: 20_000)
    #expect(retries.pause(before: 1, asked: nil, random: .max) <= 100)
    for attempt in 1..<80 {
      for random in [0, 1 << 40, UInt64.max] {
        let pause = retries.pause(before: attempt, asked: nil, random: random)
        #expect(pause >= 0 && pause <= min(20_000, 100 << min(attempt - 1, 20)))
      }
    }
    var dice = Dice(1, "pauses")
    let drawn = Set((0..<100).map { _ in retries.pause(before: 8, asked: nil, random: dice.next()) })
    #expect(drawn.count > 50)
    #expect(retries.pause(before: 1, asked: 3, random: 0) == 3000)
    #expect(retries.pause(before: 1, asked: 900, random: 0) == 20_000)
    #expect(retries.pause(before: 1, asked: .max, random: 0) <= 20_000)
    #expect(retries.pause(before: 1, asked: -5, random: 0) == 0)
  }
}

@Suite struct ThrottleTests {
  @Test func letsSoManyBytesASecondThrough() async throws {
    let time = Shared(Int64(0))
    let throttle = Throttle(
      bytesPerSecond: 1000, now: { time.now },
      wait: { pause in time.change { $0 += pause.nanoseconds } })
    for _ in 0..<11 { try await throttle.take(500) }
    #expect(time.now == 5_000_000_000)
    #expect(throttle.piece == 4096)
    throttle.bytesPerSecond = nil
    for _ in 0..<11 { try await throttle.take(1 << 30) }
    #expect(time.now == 5_000_000_000)
    throttle.bytesPerSecond = 8 << 20
    #expect(throttle.piece == 1 << 20)
  }
}

@Suite struct GateTests {
  @Test func letsSoManyInAndNoMore() async throws {
    let gate = Gate(3)
    let inside = Shared((now: 0, most: 0))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<50 {
        group.addTask {
          try await gate.enter()
          inside.change {
            $0.now += 1
            $0.most = max($0.most, $0.now)
          }
          await Task.yield()
          inside.change { $0.now -= 1 }
          gate.leave()
        }
      }
      try await group.waitForAll()
    }
    #expect(inside.now.most <= 3 && inside.now.now == 0)
  }

  @Test func whoIsCancelledGivesUpAndTakesNoPlace() async throws {
    let gate = Gate(1)
    try await gate.enter()
    let waiting = Task { try await gate.enter() }
    waiting.cancel()
    #expect(await failure { try await waiting.value }?.code == .lost)
    gate.leave()
    try await gate.enter()
  }
}
