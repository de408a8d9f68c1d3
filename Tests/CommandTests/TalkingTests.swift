import Glibc
import Testing

/// Results go to standard output, everything else to standard error.
@Suite(.timeLimit(.minutes(10))) struct TalkingTests {
  @Test func theResultIsTheSameForWhoIsQuiet() async throws {
    let desk = try await Desk.withRecords()
    let commands = [
      ["ls"], ["find"], ["keys", "list"], ["ledger", "show"], ["ledger", "verify"],
      ["proof", "write", "1"],
      ["snapshot", "list", "copy"], ["verify"], ["grant", "list"], ["drill", "plans"], ["drill", "list"],
      ["identity", "show", "me"], ["gc", "--dry-run"], ["seal", "archive"],
    ]
    for command in commands {
      let usual = try await desk.run(command)
      let quiet = try await desk.run(command + ["--quiet"])
      #expect(quiet.code == 0)
      #expect(usual.out == quiet.out, "\(command)")
      #expect(quiet.err.count <= usual.err.count, "\(command)")
    }
    // What goes beyond the result.
    #expect(try await desk.run("find").said == "2 records\n")
    #expect(try await desk.run("find", "--quiet").said == "")
    #expect(try await desk.run("restore", "copy", "one").said != "")
    #expect(try await desk.run("restore", "copy", "two", "--quiet").said == "")
  }

  @Test func errorsAreSaidToWhoIsQuietToo() async throws {
    let desk = try await Desk.withRecords()
    let failed = try await desk.run("proof", "write", "999", "--quiet")
    #expect(failed.said == "strongroom: the ledger has no entry 999\n")
    desk.write("a stray", to: "archive/stray.txt")
    let leftOut = try await desk.run("seal", "archive", "--quiet")
    #expect(leftOut.code == 2)
    #expect(leftOut.said.contains("left out: stray.txt: "))
    try desk.spoilBoxes(of: "copy")
    let damaged = try await desk.run("verify", "copy", "--quiet")
    #expect(damaged.code == 2)
    #expect(damaged.said.contains("damaged: boxes/"))
  }

  @Test func nothingMovesAboutWhereNobodySits() async throws {
    let desk = try await Desk.withRecords()
    for command in [
      ["seal", "archive"], ["verify"], ["export", "out"], ["snapshot", "take", "second", "--new"],
    ] {
      let ran = try await desk.run(command)
      #expect(ran.code == 0)
      #expect(!(ran.out + ran.err).contains(0x1b), "\(command)")
      #expect(!(ran.out + ran.err).contains(0x0d), "\(command)")
    }
  }

  @Test func anErrorSaysWhatToDo() async throws {
    let desk = try await Desk.withVault()
    let ran = try await desk.run("find", with: ["STRONGROOM_IDENTITY": ""])
    let lines = ran.said.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0] == "strongroom: no identity was given and nobody can be asked")
    #expect(lines[1] == "safe: nothing was written" && lines[2].hasPrefix("hint: "))
  }

  /// A result that nobody got isn't done.
  @Test func aResultThatCantBeWrittenIsAFailure() async throws {
    let desk = try await Desk.withRecords()
    for command in ["find", "ls", "status"] {
      for option in ["--quiet", "--json", "--help"] {
        let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
        defer { close(full) }
        let child = try desk.start(command, option, into: full)
        #expect(await child.end() == 1, "\(command)")
      }
    }
    #expect(
      try desk.text("err").contains(
        "strongroom: the result could not be written: no space left on device\nsafe: what the command did is done\n"
      ))
  }

  @Test func whoReadsNoFurtherIsNotTold() async throws {
    let desk = try await Desk.withRecords()
    let (mine, its) = try Child.pipe()
    close(mine)
    let child = try desk.start("find", "--quiet", into: its)
    close(its)
    #expect(await child.end() == 1)
    #expect(try desk.text("err") == "")
  }
}
