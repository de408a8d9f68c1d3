import Foundation
import Testing

/// `round schedule`: which units it makes of a configuration, and that it leaves alone what others wrote.
@Suite(.timeLimit(.minutes(10))) struct RoundScheduleTests {
  private static let folder = "home/.config/systemd/user/"

  private func desk(_ more: String = "") -> Desk {
    let desk = Desk()
    desk.write("vault: vault\ndestinations: {cellar: ../cellar}\n" + more, to: "conf/round.yml")
    return desk
  }

  private func text(_ unit: String, _ desk: Desk, _ more: String...) async throws -> [String] {
    let ran = try await desk.run(["round", "schedule", "--config", "conf/round.yml", "--json"] + more)
    #expect(ran.code == 0, "\(ran.said)")
    let units = try ran.object(.schedule)["units"]?.items ?? []
    let found = try #require(units.first { $0["path"]?.text?.hasSuffix(unit) == true })
    return (found["text"]?.text ?? "").split(separator: "\n").map(String.init)
  }

  @Test func theConfigurationSaysWhatTheServiceIsGiven() async throws {
    let desk = desk(
      """
      identity: me
      drills:
        month: {plan: site-lost, destination: cellar, every: 30d, identity: drill}
        year: {plan: plans/own.yml, destination: cellar, every: 365d, identity: drill}
      round: {metrics: out/strongroom.prom, evidence: evidence}
      """)
    let lines = try await text(".service", desk)
    let conf = desk.folder + "/conf"
    #expect(lines.contains("LoadCredential=strongroom.identity:\(conf)/me"))
    #expect(lines.contains("LoadCredential=strongroom.drill.identity:\(conf)/drill"))
    #expect(lines.contains("User=strongroom"))
    #expect(lines.contains("PrivateNetwork=yes"))
    // A desk lies in a temporary folder, of which a service sees nothing but what is bound there.
    let bound = lines.first { $0.hasPrefix("BindPaths=") } ?? ""
    for folder in [conf + "/vault", desk.folder + "/cellar", conf + "/out", conf + "/evidence"] {
      #expect(bound.contains("-" + folder), "\(folder)")
    }
    #expect(lines.contains { $0.hasPrefix("BindReadOnlyPaths=") && $0.contains(conf + "/plans/own.yml") })
    #expect(
      lines.contains { $0.hasPrefix("ExecStart=:/") && $0.hasSuffix("round --config \(conf)/round.yml") })
    #expect(try await text(".timer", desk, "--at", "4:30").contains("OnCalendar=*-*-* 04:30:00"))
    #expect(try await text(".service", desk, "--as", "backup").contains("User=backup"))
  }

  @Test func whereThereAreNoticesThereIsTheNetwork() async throws {
    let lines = try await text(".service", desk("notices: {mail: {to: [a@example.com]}}\n"))
    #expect(!lines.contains("PrivateNetwork=yes"))
  }

  @Test func unitsAreInstalledOnceAndRemoved() async throws {
    let desk = desk()
    let install = ["round", "schedule", "--user", "--install", "--config", "conf/round.yml"]
    let first = try await desk.run(install)
    #expect(first.code == 0, "\(first.said)")
    #expect(first.result.contains("\n  systemctl --user enable --now strongroom-round.timer\n"))
    let unit = Self.folder + "strongroom-round.timer"
    #expect(try desk.text(unit).hasPrefix("# made by strongroom round schedule\n"))
    #expect(try await desk.run(install + ["--json"]).object(.schedule)["changed"] == .list([]))
    let later = try await desk.run(install + ["--at", "3:00", "--json"]).object(.schedule)
    #expect(later["changed"]?.items?.count == 1)
    #expect(try desk.text(unit).contains("OnCalendar=*-*-* 03:00:00"))
    // As `systemctl enable` leaves it.
    let link = Self.folder + "timers.target.wants/strongroom-round.timer"
    desk.write("", to: link)
    #expect(try await desk.run("round", "schedule", "--user", "--remove").code == 0)
    #expect(!desk.has(unit) && !desk.has(link) && !desk.has(Self.folder + "strongroom-round.service"))
  }

  @Test func roundsOfOtherNamesStay() async throws {
    let desk = desk()
    for name in [[], ["--name", "second"]] {
      let ran = try await desk.run(
        ["round", "schedule", "--user", "--install", "--config", "conf/round.yml"] + name)
      #expect(ran.code == 0)
    }
    #expect(try await desk.run("round", "schedule", "--user", "--remove", "--name", "second").code == 0)
    #expect(!desk.has(Self.folder + "strongroom-round-second.timer"))
    #expect(desk.has(Self.folder + "strongroom-round.timer"))
  }

  @Test func whatSomebodyElseWroteStays() async throws {
    let desk = desk()
    desk.write("[Timer]\n", to: Self.folder + "strongroom-round.timer")
    for action in ["--install", "--remove"] {
      let ran = try await desk.run(
        "round", "schedule", "--user", action, "--config", "conf/round.yml", "--json")
      #expect(ran.code == 1)
      #expect(try ran.object(.ending)["error"]?["kind"] == .text("exists"))
      #expect(try desk.text(Self.folder + "strongroom-round.timer") == "[Timer]\n")
      // Not even a part of it.
      #expect(!desk.has(Self.folder + "strongroom-round.service"))
    }
  }

  @Test(
    arguments: [
      (["--at", "25:00"], 64), (["--user", "--as", "me"], 64), (["--cron", "--install"], 64),
      (["--print", "--remove"], 64), (["--as", "a b"], 64), (["--on-failure", "no unit"], 64),
      (["--name", "A"], 64),
    ] as [([String], Int32)])
  func whatCantBeIsRefused(more: [String], code: Int32) async throws {
    let ran = try await desk().run(["round", "schedule", "--config", "conf/round.yml"] + more)
    #expect(ran.code == code, "\(ran.said)")
    #expect(ran.result.isEmpty)
  }

  @Test func withoutAConfigurationThereIsNothingToSchedule() async throws {
    let desk = Desk()
    #expect(try await desk.run("round", "schedule").code == 1)
    desk.write("destinations: {cellar: a}\n", to: "empty.yml")
    let ran = try await desk.run("round", "schedule", "--config", "empty.yml")
    #expect(ran.code == 1 && ran.said.contains("'vault' is missing"))
  }

  @Test func cronHasOneLineForTheRound() async throws {
    let ran = try await desk("identity: me\n").run(
      "round", "schedule", "--cron", "--config", "conf/round.yml", "--at", "1:05")
    let lines = ran.result.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.count == 1 && lines[0].hasPrefix("5 1 * * * strongroom STRONGROOM_IDENTITY=/"))
  }
}
