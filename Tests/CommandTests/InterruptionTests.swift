import Glibc
import TestKit
import Testing

/// Ctrl-C and SIGTERM: the command ends with 128 and the signal's number, and leaves nothing behind that isn't whole.
@Suite(.timeLimit(.minutes(10))) struct InterruptionTests {
  /// A file that nobody seals within the time of a test, and that takes no room.
  private static func withEndlessFile() async throws -> Desk {
    let desk = try await Desk.withVault()
    desk.write("", to: "archive/basic/C1/endless")
    try #require(truncate(desk.at("archive/basic/C1/endless"), 1 << 40) == 0)
    return desk
  }

  /// The vault is as whole as before, and goes on. That a new customer got a key stays.
  private static func check(_ desk: Desk) async throws {
    let entries = try await desk.run("ledger", "show", "--json").objects(.entry)
    #expect(entries.map { $0["event"] } == [.text("founded"), .text("keyring"), .text("keys")])
    #expect(desk.files("vault/.spool") == [])
    #expect(
      try await desk.run("verify", "--level", "open", "--json").object(.verified)["whole"] == .integer(1))
    desk.write("a letter", to: "letters/basic/C1/letter.txt")
    #expect(try await desk.run("seal", "letters", "--json").object(.sealed)["new"] == .integer(1))
    #expect(try await desk.run("find", "--json").objects(.record).count == 1)
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
  func aSealEndsBetweenEvents(signal: Int32) async throws {
    let desk = try await Self.withEndlessFile()
    let (result, its) = try Child.pipe()
    let child = try desk.start("seal", "archive", "--json", into: its)
    close(its)
    let first = await Self.lines(of: result, atMost: 1)
    child.signal(signal)
    let rest = await Self.lines(of: result, atMost: .max)
    close(result)
    #expect(await child.end() == 128 + signal)
    #expect(try desk.text("err").hasPrefix("strongroom: interrupted\nsafe: "))
    // What was told is progress, and that there is no result.
    let told = Ran(code: 128 + signal, out: first + rest, err: [])
    #expect(JSONSchema.ours.fault(of: told, of: ["seal", "archive", "--json"]) == nil)
    let events = try #require(told.lines())
    #expect(events.last?["error"]?["kind"] == .text("interrupted"))
    #expect(events[0]["stage"] == .text("sealing"))
    #expect(events[0]["total"] == .integer(1 << 40))
    try await Self.check(desk)
  }

  @Test func ctrlCAtTheTerminalEndsASeal() async throws {
    let desk = try await Self.withEndlessFile()
    let screen = try Screen()
    let child = try desk.start(["seal", "archive"], on: screen)
    _ = await screen.shown(upTo: "sealing: ")
    screen.type("\u{03}")
    #expect(await child.end() == 130)
    let shown = await screen.rest()
    #expect(shown.contains("\r\u{1b}[Kstrongroom: interrupted\r\n"), "\(shown.debugDescription)")
    #expect(try desk.text("result") == "")
    try await Self.check(desk)
  }

  /// The terminal is held while the drill reports for the first time: it can't be over before the signal comes.
  @Test(arguments: [SIGINT, SIGTERM])
  func aDrillLeavesNoScratchFolder(signal: Int32) async throws {
    let desk = try await Desk.withRecords()
    let ledger = desk.files("vault/ledger")
    let screen = try Screen()
    screen.hold()
    let child = try desk.start(["drill", "run", "site-lost", "--destination", "copy"], on: screen)
    while !desk.files("tmp").contains(where: { $0.hasPrefix("strongroom-drill-") }) {
      await Task.yield()
    }
    let scratch = desk.files("tmp").filter { $0.hasPrefix("strongroom-drill-") }
    #expect(!scratch.isEmpty)
    child.signal(signal)
    screen.release()
    #expect(await child.end() == 128 + signal)
    #expect(await screen.rest().contains("strongroom: interrupted; entered as drill "))
    #expect(desk.files("tmp") == [])
    // What was broken off is entered as such, and there is evidence of it.
    #expect(desk.files("vault/ledger").count == ledger.count + 1)
    let report = try #require(desk.files("drills").first { $0.hasSuffix(".json") })
    #expect(try desk.text("drills/" + report).contains(#""unfit" : "interrupted""#))
    #expect(try await desk.run("verify", "copy", "--level", "open").code == 0)
  }

  /// Nobody can tidy up then: the next command does, on this machine, whichever it is.
  @Test func whatAKilledDrillLeftIsRemovedByTheNextCommand() async throws {
    let desk = try await Desk.withRecords()
    let screen = try Screen()
    screen.hold()
    let child = try desk.start(["drill", "run", "site-lost", "--destination", "copy"], on: screen)
    while !desk.files("tmp").contains(where: { $0.hasPrefix("strongroom-drill-") }) {
      await Task.yield()
    }
    // Of one that is still at work nothing is removed.
    #expect(try await !desk.run("status").said.contains("killed"))
    #expect(!desk.files("tmp").isEmpty)
    child.signal(SIGKILL)
    screen.release()
    #expect(await child.end() == -SIGKILL)
    #expect(!desk.files("tmp").isEmpty)
    // Where its disk is away nothing is forgotten.
    #expect(rename(desk.at("tmp"), desk.at("away")) == 0)
    #expect(try await desk.run("status").said.contains("which isn't there now"))
    #expect(rename(desk.at("away"), desk.at("tmp")) == 0)
    let next = try await desk.run("status")
    #expect(
      next.said.contains("a run that was killed left records in the clear in \(desk.at("tmp"))"),
      "\(next.said)")
    #expect(Files.names(desk.at("tmp")).isEmpty && Files.names(desk.at("home/state/scratch")).isEmpty)
    #expect(try await !desk.run("status").said.contains("killed"))
  }

  /// At a question there is nothing to cancel: it ends at once, and what is typed is shown again. A program that waits for
  /// the result is told.
  @Test func ctrlCAtAQuestionEndsAtOnce() async throws {
    let desk = Desk()
    desk.write("three kettles under snow\n", to: "passphrase")
    let none = ["STRONGROOM_IDENTITY": ""]
    #expect(try await desk.run("init", "vault", "--passphrase-file", "passphrase", with: none).code == 0)
    let screen = try Screen()
    let child = try desk.start(["find", "--json"], on: screen, with: none)
    _ = await screen.shown(upTo: "passphrase: ")
    #expect(!screen.echoes)
    screen.type("\u{03}")
    #expect(await child.end() == 130)
    #expect(screen.echoes)
    let told = Ran(code: 130, out: try desk.bytes("result"), err: [])
    #expect(try told.object(.ending)["error"]?["kind"] == .text("interrupted"))
    #expect(JSONSchema.ours.fault(of: told, of: ["find", "--json"]) == nil)
  }

  /// Reads whole lines, at most so many, until the other end is closed.
  private static func lines(of descriptor: Int32, atMost count: Int) async -> [UInt8] {
    await apart {
      var bytes: [UInt8] = []
      var byte: UInt8 = 0
      var left = count
      while left > 0, read(descriptor, &byte, 1) == 1 {
        bytes.append(byte)
        if byte == 0x0a { left -= 1 }
      }
      return bytes
    }
  }
}
