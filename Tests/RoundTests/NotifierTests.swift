import Foundation
import TestKit
import Testing

@testable import Round

/// Messages reach real programs; what doesn't arrive waits.
struct NotifierTests {
  private let scratch = Scratch()
  private let message = Message(subject: "a subject", text: "some \"text\"\n", verdict: "due", time: 7)

  // As the program does: a program that doesn't read what it is given ends nobody.
  init() { signal(SIGPIPE, SIG_IGN) }

  private func tool(_ name: String, _ body: String) -> String {
    let path = scratch.at(name)
    Files.write("#!/bin/sh\n" + body + "\n", to: path)
    chmod(path, 0o755)
    return path
  }

  private func text(_ name: String) -> String {
    Files.read(scratch.at(name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  @Test func mailGoesThroughSendmail() async throws {
    let sendmail = tool("sendmail", "echo \"$@\" > '\(scratch.at("args"))'; cat > '\(scratch.at("mail"))'")
    let channel = Channel(
      name: "mail",
      kind: .mail(to: ["a@example.org", "b@example.org"], from: "c@example.org", sendmail: sendmail))
    var unsent: [String: [Message]] = [:]
    let told = await Notifier(NoticeSettings(channels: [channel]), pauses: []).tell(message, &unsent)
    #expect(told.map(\.failure) == [nil] && unsent.isEmpty)
    #expect(text("args") == "-t -i\n")
    #expect(
      text("mail") == """
        From: c@example.org
        To: a@example.org, b@example.org
        Subject: a subject
        MIME-Version: 1.0
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: 8bit
        Auto-Submitted: auto-generated

        some "text"

        """)
  }

  @Test func aCommandGetsJSON() async throws {
    let channel = Channel(name: "command", kind: .command(tool("tell", "cat > '\(scratch.at("json"))'")))
    try await channel.tell(message)
    let object = try JSONSerialization.jsonObject(with: Data(text("json").utf8)) as? [String: Any]
    #expect(object?["subject"] as? String == "a subject" && object?["text"] as? String == "some \"text\"\n")
    #expect(object?["verdict"] as? String == "due" && object?["time"] as? Int == 7)
  }

  @Test func whatDoesNotArriveWaitsAndComesFirst() async throws {
    let got = scratch.at("got")
    let path = tool("tell", "test -e '\(scratch.at("up"))' && cat >> '\(got)'")
    let notifier = Notifier(
      NoticeSettings(channels: [Channel(name: "command", kind: .command(path))]), pauses: [])
    var unsent: [String: [Message]] = [:]
    for number in 1...12 {
      let one = Message(subject: "\(number)", text: "", verdict: "due", time: 0)
      let told = await notifier.tell(one, &unsent)
      #expect(told.first?.failure?.why == "the command ended with 1")
    }
    #expect(unsent["command"]?.map(\.subject) == (3...12).map(String.init))
    Files.write("", to: scratch.at("up"))
    let told = await notifier.tell(nil, &unsent)
    #expect(told.map(\.failure) == [nil] && unsent.isEmpty)
    let subjects = text("got").matches(of: /"subject":"([0-9]+)"/).map { String($0.1) }
    #expect(subjects == (3...12).map(String.init))
    // Nothing waits, nothing is said.
    #expect(await notifier.tell(nil, &unsent).isEmpty)
  }

  @Test func whatIsMissingOrCutOffIsSaid() async throws {
    func why(_ path: String) async -> String? {
      do throws(Undelivered) {
        try await Channel(name: "c", kind: .command(path)).tell(message)
        return nil
      } catch { return error.why }
    }
    #expect(await why(scratch.at("none")) == "the command can't be run: \(scratch.at("none"))")
    #expect(await why(tool("dies", "kill -9 $$")) == "the command was ended by signal 9")
    // Who doesn't read is told all the same.
    #expect(await why(tool("deaf", "exit 0")) == nil)
  }

  @Test func anAddressIsAnAddress() throws {
    for text in ["file:///etc/passwd", "https://a b", "http://a\"b", "gopher://x", ""] {
      #expect(throws: Undelivered.self) { try Channel.Address.said(text).text() }
    }
    Files.write("https://example.org/secret\n", to: scratch.at("url"))
    #expect(try Channel.Address.file(scratch.at("url")).text() == "https://example.org/secret")
    let missing = #expect(throws: Undelivered.self) { try Channel.Address.file(scratch.at("no")).text() }
    #expect(missing?.why.contains("example.org") == false)
  }

  /// Where the machine has no curl, nothing of this can be told.
  private static let hasCurl = Files.exists("/usr/bin/curl")

  @Test(.enabled(if: hasCurl)) func aWebhookGetsJSONAndASecretHeader() async throws {
    let server = try LittleServer(answering: [500, 204])
    defer { server.stop() }
    Files.write("Authorization: Bearer a\"b\\c\n", to: scratch.at("header"))
    let channel = Channel(
      name: "webhook",
      kind: .webhook(.said("http://127.0.0.1:\(server.port)/hook"), headerFile: scratch.at("header")))
    var unsent: [String: [Message]] = [:]
    let notifier = Notifier(NoticeSettings(channels: [channel]), pauses: [.zero])
    // The first answer is a failure: it is tried again.
    #expect(await notifier.tell(message, &unsent).map(\.failure) == [nil])
    #expect(server.requests.count == 2)
    let request = try #require(server.requests.last)
    #expect(request.hasPrefix("POST /hook HTTP/1.1\r\n"))
    #expect(request.contains("\r\nAuthorization: Bearer a\"b\\c\r\n"))
    #expect(request.contains("\r\nContent-Type: application/json\r\n"))
    #expect(
      request.hasSuffix(#"{"subject":"a subject","text":"some \"text\"\n","time":7,"verdict":"due"}"#),
      "\(request)")
  }

  @Test(.enabled(if: hasCurl)) func whoSendsElsewhereGotNothing() async throws {
    let server = try LittleServer(answering: [301])
    defer { server.stop() }
    let channel = Channel(
      name: "webhook", kind: .webhook(.said("http://127.0.0.1:\(server.port)/"), headerFile: nil))
    var unsent: [String: [Message]] = [:]
    let told = await Notifier(NoticeSettings(channels: [channel]), pauses: []).tell(message, &unsent)
    #expect(told.first?.failure?.why == "it answers 301" && unsent["webhook"]?.count == 1)
  }

  @Test func whatCannotWorkTheNextTimeIsSaidNow() async throws {
    let missing = scratch.at("nowhere")
    let channels = [
      Channel(name: "command", kind: .command(missing)),
      Channel(name: "webhook", kind: .webhook(.file(missing), headerFile: nil)),
    ]
    var unsent: [String: [Message]] = [:]
    let told = await Notifier(NoticeSettings(channels: channels), pauses: []).tell(nil, &unsent)
    #expect(told.map(\.channel) == ["command", "webhook"] && told.allSatisfy { $0.failure != nil })
  }

  @Test func aRoundThatIsCancelledTellsAllTheSame() async throws {
    let channel = Channel(name: "command", kind: .command(tool("tell", "cat > '\(scratch.at("json"))'")))
    let task = Task { [message] in
      withUnsafeCurrentTask { $0?.cancel() }
      var unsent: [String: [Message]] = [:]
      return await Notifier(NoticeSettings(channels: [channel]), pauses: []).tell(message, &unsent)
    }
    #expect(await task.value.map(\.failure) == [nil])
    #expect(text("json").contains("a subject"))
  }

  @Test(.enabled(if: hasCurl)) func pingsSayHowARoundWent() async throws {
    let server = try LittleServer()
    let address = "http://127.0.0.1:\(server.port)/uuid/"
    let notifier = Notifier(NoticeSettings(ping: .said(address)), pauses: [])
    #expect(await notifier.ping(.start) == nil)
    #expect(await notifier.ping(.success, saying: "all is well") == nil)
    #expect(await notifier.ping(.failure, saying: "2 wrong") == nil)
    #expect(
      server.requests.compactMap { $0.split(separator: " ").dropFirst().first } == [
        "/uuid/start", "/uuid", "/uuid/fail",
      ])
    #expect(server.requests.last?.hasSuffix("2 wrong") == true)
    server.stop()
    let failure = await notifier.ping(.success)
    #expect(failure?.why == "nobody answers there" && failure?.isPassing == true)
  }

  @Test func curlIsToldNothingMoreThanIsMeant() {
    #expect(Web.quoted("a\"b\\c\nd") == #""a\"b\\c\nd""#)
  }
}
