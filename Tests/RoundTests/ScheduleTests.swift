import Foundation
import Testing

@testable import Round

/// The schedule as text: what is written for which settings.
@Suite struct ScheduleTests {
  static let odd = "/srv/50% \"of\" $HOME's \\archive"
  /// The oddest that systemd starts.
  static let oddProgram = "/opt/50% of $HOME/;/é/strongroom"

  /// Where people's own files lie.
  static let homes = "/home"
  static let top = "/root"

  static func settings(
    program: String = "/usr/bin/strongroom", folders: [String] = ["/srv/vault", "/mnt/cellar/archive"],
    manager: ScheduleSettings.Manager = .system(user: "strongroom")
  ) -> ScheduleSettings {
    var settings = ScheduleSettings(
      command: [program, "round", "--config", "/etc/strongroom/config.yml"],
      configuration: "/etc/strongroom/config.yml", folders: folders, manager: manager)
    settings.identity = "/etc/strongroom/identity"
    return settings
  }

  /// The values of a setting, in order.
  private func values(_ name: String, in schedule: Schedule, of unit: String = Schedule.service) -> [String] {
    let lines = schedule.units.filter { $0.name == unit }.flatMap { $0.text.split(separator: "\n") }
    return lines.filter { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
  }

  @Test func settingsBecomeLines() throws {
    var settings = Self.settings()
    settings.drillIdentity = "/etc/strongroom/drill.identity"
    settings.passphrase = "/etc/strongroom/passphrase"
    settings.time = try TimeOfDay("3:05")
    settings.delay = 60
    settings.onFailure = ["tell-me@%n.service"]
    let schedule = try Schedule(settings)
    #expect(
      values("LoadCredential", in: schedule) == [
        "strongroom.identity:/etc/strongroom/identity",
        "strongroom.drill.identity:/etc/strongroom/drill.identity",
        "strongroom.passphrase:/etc/strongroom/passphrase",
      ])
    #expect(
      values("ExecStart", in: schedule) == [
        ":/usr/bin/strongroom round --config /etc/strongroom/config.yml"
      ])
    #expect(values("ReadWritePaths", in: schedule) == ["-/mnt/cellar/archive -/srv/vault"])
    let mounts = "mnt-cellar-archive.mount mnt-cellar.mount mnt.mount srv-vault.mount srv.mount"
    #expect(values("Wants", in: schedule).last == mounts)
    #expect(values("After", in: schedule).last == mounts)
    #expect(values("User", in: schedule) == ["strongroom"])
    #expect(values("OnFailure", in: schedule) == ["tell-me@%n.service"])
    #expect(values("OnCalendar", in: schedule, of: Schedule.timer) == ["*-*-* 03:05:00"])
    #expect(values("RandomizedDelaySec", in: schedule, of: Schedule.timer) == ["60s"])
    #expect(values("Persistent", in: schedule, of: Schedule.timer) == ["true"])
    #expect(schedule.units.allSatisfy { Schedule.isOurs(Array($0.text.utf8)) })
    #expect(!Schedule.isOurs(Array("[Unit]\n".utf8)))
    #expect(!Schedule.isOurs(Array((Schedule.firstLine + "d\n").utf8)))
  }

  @Test func nightIsTheUsualTime() throws {
    let schedule = try Schedule(Self.settings())
    #expect(values("OnCalendar", in: schedule, of: Schedule.timer) == ["*-*-* 02:00:00"])
  }

  /// Each account has a folder of its own: systemd gives it to the account with all that is in it.
  @Test func twoAccountsDontShareAFolder() throws {
    #expect(try values("StateDirectory", in: Schedule(Self.settings())) == ["strongroom"])
    let other = try Schedule(Self.settings(manager: .system(user: "backup")))
    #expect(values("StateDirectory", in: other) == ["strongroom-backup"])
    #expect(values("Environment", in: other).contains("HOME=%S/strongroom-backup"))
  }

  @Test func aUsersManagerGetsWhatItKnows() throws {
    let schedule = try Schedule(Self.settings(manager: .user))
    for name in ["User", "LoadCredential", "ReadWritePaths", "ProtectSystem", "StateDirectory"] {
      #expect(values(name, in: schedule) == [])
    }
    #expect(values("Environment", in: schedule).contains("STRONGROOM_IDENTITY=/etc/strongroom/identity"))
    #expect(values("SystemCallFilter", in: schedule).count == 2)
  }

  @Test func withoutNoticesThereIsNoNetwork() throws {
    var settings = Self.settings()
    #expect(try values("PrivateNetwork", in: Schedule(settings)) == [])
    #expect(try values("RestrictAddressFamilies", in: Schedule(settings)) == ["AF_UNIX AF_INET AF_INET6"])
    settings.usesNetwork = false
    #expect(try values("PrivateNetwork", in: Schedule(settings)) == ["yes"])
    #expect(try values("RestrictAddressFamilies", in: Schedule(settings)) == ["AF_UNIX"])
  }

  /// systemd.exec(5) names what implies that no program takes rights from its file.
  @Test func whereRightsAreLentNothingForbidsIt() throws {
    var settings = Self.settings()
    settings.lendsRights = true
    let schedule = try Schedule(settings)
    for name in [
      "LockPersonality", "MemoryDenyWriteExecute", "PrivateDevices", "ProtectClock", "ProtectHostname",
      "ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables", "RestrictAddressFamilies",
      "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "SystemCallArchitectures",
      "SystemCallFilter", "PrivateUsers", "PrivateNetwork",
    ] {
      #expect(try !values(name, in: Schedule(Self.settings())).isEmpty || name == "PrivateNetwork")
      #expect(values(name, in: schedule) == [])
    }
    #expect(values("NoNewPrivileges", in: schedule) == ["no"])
  }

  // MARK: paths

  @Test func anyPathIsWrittenSoThatItIsReadAsItIs() throws {
    var settings = Self.settings(program: Self.oddProgram, folders: [Self.odd])
    settings.command.append(Self.odd)
    settings.identity = Self.odd
    let schedule = try Schedule(settings)
    let quoted = #""-/srv/50%% \"of\" $HOME's \\archive""#
    #expect(values("ReadWritePaths", in: schedule) == [quoted])
    // To the end of the line, and no quotes.
    #expect(
      values("LoadCredential", in: schedule) == [
        #"strongroom.identity:/srv/50%% "of" $HOME's \archive"#
      ])
    #expect(
      values("ExecStart", in: schedule) == [
        #":"/opt/50%% of $HOME/;/é/strongroom" round --config /etc/strongroom/config.yml "#
          + #""/srv/50%% \"of\" $HOME's \\archive""#
      ])
    settings.manager = .user
    #expect(
      try values("Environment", in: Schedule(settings)).contains(
        #""STRONGROOM_IDENTITY=/srv/50%% \"of\" $HOME's \\archive""#))
  }

  @Test(arguments: [
    "/srv/a\nExecStartPre=/bin/sh", "/srv/a\rb", "/srv/\u{0}", "/srv/a\tb", "/srv/\u{7f}", "/srv/a\u{85}b",
    "",
  ])
  func whatEndsALineIsRefused(path: String) throws {
    var settings = Self.settings(folders: [path])
    #expect(throws: ScheduleError.notWritable(path)) { try Schedule(settings) }
    settings.folders = []
    settings.command.append(path)
    #expect(throws: ScheduleError.notWritable(path)) { try Schedule(settings) }
    settings.command.removeLast()
    settings.identity = path
    #expect(throws: ScheduleError.notWritable(path)) { try Schedule(settings) }
  }

  /// A line's end loses its blanks, and goes on with the next line after a \.
  @Test(arguments: ["/etc/identity ", "/etc/identity\\"])
  func aCredentialsPathEndsWithoutABlank(path: String) throws {
    var settings = Self.settings(folders: [path])
    _ = try Schedule(settings)
    settings.identity = path
    #expect(throws: ScheduleError.notWritable(path)) { try Schedule(settings) }
  }

  @Test(arguments: ["srv/vault", "./vault", "/srv/../etc", "/srv/./vault", "~/vault"])
  func aPathIsAbsolute(path: String) {
    #expect(throws: ScheduleError.notAbsolute(path)) { try Schedule(Self.settings(folders: [path])) }
    #expect(throws: ScheduleError.notAbsolute(path)) { try Schedule(Self.settings(program: path)) }
  }

  @Test(arguments: ["/opt/a\"b/strongroom", "/opt/a'b/strongroom", "/opt/a\\b/strongroom"])
  func systemdStartsNoProgramOfSuchAPath(path: String) {
    #expect(throws: ScheduleError.notRunnable(path)) { try Schedule(Self.settings(program: path)) }
  }

  @Test func foldersAreNamedOnceAndNoneBelowAnother() throws {
    let schedule = try Schedule(
      Self.settings(folders: ["/srv/vault/", "/srv//vault", "/srv/vault/evidence", "/srv/vaults"]))
    #expect(values("ReadWritePaths", in: schedule) == ["-/srv/vault -/srv/vaults"])
  }

  /// Homes and temporary folders are shut, but for what is needed of them.
  @Test func whatLiesInAHomeIsBoundThere() throws {
    var settings = Self.settings(folders: ["/srv/vault", "\(Self.homes)/a/copy: 1", "/tmp/b"])
    #expect(try values("ProtectHome", in: Schedule(Self.settings())) == ["yes"])
    settings.configuration = "\(Self.top)/config.yml"
    let schedule = try Schedule(settings)
    #expect(values("ProtectHome", in: schedule) == ["tmpfs"])
    #expect(values("ReadWritePaths", in: schedule) == ["-/srv/vault"])
    #expect(values("BindPaths", in: schedule) == [#""-\#(Self.homes)/a/copy: 1" -/tmp/b"#])
    #expect(values("BindReadOnlyPaths", in: schedule) == ["-\(Self.top)/config.yml"])
  }

  // MARK: other words

  @Test(arguments: ["24:00", "2", "02:60", "02:5", "a:00", "2:00:00", "-1:00", "", "002:00", "２:00"])
  func whatIsNoTimeIsRefused(text: String) {
    #expect(throws: ScheduleError.noTime(text)) { try TimeOfDay(text) }
  }

  @Test(arguments: ["", "a b", "1a", "a\nUser=root", "-a", "%u", String(repeating: "a", count: 32)])
  func whatIsNoAccountIsRefused(name: String) {
    #expect(throws: ScheduleError.noUser(name)) { try Schedule(Self.settings(manager: .system(user: name))) }
  }

  @Test func aMachineMayHaveSeveralRounds() throws {
    var settings = Self.settings()
    settings.name = "archive-2"
    let schedule = try Schedule(settings)
    #expect(
      schedule.units.map(\.name) == [
        "strongroom-round-archive-2.service", "strongroom-round-archive-2.timer",
      ])
    #expect(schedule.units.allSatisfy { $0.text.contains("the round of archive-2") })
  }

  @Test(arguments: ["", "a b", "-a", "a-", "A", "a.b", "a/b", "a@b", String(repeating: "a", count: 65)])
  func whatIsNoNameOfARoundIsRefused(name: String) {
    var settings = Self.settings()
    settings.name = name
    #expect(throws: ScheduleError.noName(name)) { try Schedule(settings) }
  }

  @Test(arguments: ["", "tell me.service", "tell-me", "a.service\nExecStart=x"])
  func whatIsNoUnitIsRefused(name: String) {
    var settings = Self.settings()
    settings.onFailure = [name]
    #expect(throws: ScheduleError.noUnit(name)) { try Schedule(settings) }
  }

  // MARK: cron

  @Test func cronHasOneLine() throws {
    var settings = Self.settings()
    settings.passphrase = "/etc/strongroom/pass phrase"
    settings.time = try TimeOfDay("03:05")
    func line() throws -> String? { try Schedule(settings).cron.last }
    let rest =
      "STRONGROOM_IDENTITY=/etc/strongroom/identity STRONGROOM_PASSPHRASE_FILE='/etc/strongroom/pass phrase' "
      + "/usr/bin/strongroom round --config /etc/strongroom/config.yml"
    #expect(try line() == "5 3 * * * strongroom " + rest)
    settings.manager = .user
    #expect(try line() == "5 3 * * * " + rest)
    #expect(try Schedule(settings).cron.dropLast().allSatisfy { $0.hasPrefix("#") })
  }

  /// As cron makes a command of a line: `\%` is `%`, a `%` alone ends it, a `\` takes with it whatever follows.
  private static func command(ofCronLine line: String) -> String {
    var (command, isEscaped) = ("", false)
    for character in line {
      if isEscaped {
        isEscaped = false
        if character == "%" { command.removeLast() }
      } else if character == "\\" {
        isEscaped = true
      } else if character == "%" {
        break
      }
      command.append(character)
    }
    return command
  }

  @Test(arguments: [odd, "/srv/100%", "/srv/\\%\\", "/srv/'%'", "/srv/a b;c&d`e`$(f)*?#!\"", "/srv/é"])
  func anyPathPassesCronAndTheShell(path: String) throws {
    let command = Self.command(
      ofCronLine: "printf %s ".replacing("%", with: "\\%") + (try UnitWords.cron(path)))
    #expect(try Systemd.run("sh", "-c", command).said == path)
  }
}
