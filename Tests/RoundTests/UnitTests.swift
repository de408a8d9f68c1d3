import Foundation
import Testing

@testable import Round

/// What systemd itself says of the units. Where it isn't, these are skipped, and fail on CI.
@Suite(.enabled(if: Systemd.isThere || Systemd.isCI, "systemd-analyze isn't installed"))
struct UnitTests {
  /// Settings of all kinds, by what they are of.
  static let kinds: [String: ScheduleSettings] = {
    var odd = ScheduleTests.settings(
      program: ScheduleTests.oddProgram, folders: [ScheduleTests.odd, "/mnt/a b/é", "/srv/a:b"])
    odd.identity = ScheduleTests.odd
    odd.onFailure = ["tell-me@%n.service"]
    var homes = ScheduleTests.settings(folders: [
      "\(ScheduleTests.homes)/a/vault 50%", "/tmp/copy:1", "\(ScheduleTests.top)/\"evidence\"",
    ])
    homes.readings = ["\(ScheduleTests.homes)/b"]
    var silent = ScheduleTests.settings()
    silent.usesNetwork = false
    var lending = ScheduleTests.settings()
    lending.lendsRights = true
    return [
      "plain": ScheduleTests.settings(), "odd": odd, "homes": homes, "silent": silent, "lending": lending,
    ]
  }()

  @Test(arguments: kinds.keys.sorted()) func systemdIsContent(kind: String) throws {
    let settings = try #require(Self.kinds[kind])
    let machine = Systemd()
    try machine.put(try Schedule(settings), running: settings.command[0])
    #expect(try machine.complaints(Schedule.service) == "")
    #expect(try machine.complaints(Schedule.timer) == "")
  }

  @Test(arguments: ["plain", "odd"]) func aUsersSystemdIsContent(kind: String) throws {
    var settings = try #require(Self.kinds[kind])
    let machine = Systemd()
    // Of a user's units there is no other machine.
    try machine.put("", at: settings.command[0], executable: true)
    settings.command[0] = machine.root + settings.command[0]
    settings.manager = .user
    for unit in try Schedule(settings).units { try machine.put(unit.text, at: "/" + unit.name) }
    #expect(try machine.usersComplaints(Schedule.service) == "")
    #expect(try machine.usersComplaints(Schedule.timer) == "")
  }

  /// That it is content says something: it looks for the very program, and complains of each word that it can't read.
  @Test func systemdIsNotAlwaysContent() throws {
    let settings = try #require(Self.kinds["odd"])
    let schedule = try Schedule(settings)
    let machine = Systemd()
    try machine.put(schedule, running: settings.command[0] + ".other")
    #expect(try machine.complaints(Schedule.service).contains(settings.command[0]))
    for (written, wrong) in [("50%% ", "50%Z "), (#"\"of\""#, #""of"#), ("Type=oneshot", "Type=twoshot")] {
      try machine.put(schedule, running: settings.command[0])
      let text = schedule.units[0].text
      try #require(text.contains(written))
      try machine.put(text.replacing(written, with: wrong), at: "/etc/systemd/system/" + Schedule.service)
      #expect(try machine.complaints(Schedule.service) != "", "\(wrong)")
    }
  }

  @Test(arguments: ["plain", "odd", "homes", "silent"]) func littleIsLeftToAttack(kind: String) throws {
    let settings = try #require(Self.kinds[kind])
    let machine = Systemd()
    let schedule = try Schedule(settings)
    try machine.put(schedule, running: settings.command[0])
    #expect(try machine.exposure(of: Schedule.service) < (kind == "silent" ? 1.5 : 2.5))
    let open = schedule.units[0].text.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("SystemCall") && !$0.hasPrefix("Restrict") }
    try machine.put(open.joined(separator: "\n"), at: "/etc/systemd/system/" + Schedule.service)
    #expect(try machine.exposure(of: Schedule.service) > 2.5)
  }

  @Test(arguments: ["/mnt/cellar", "/mnt/a b", "/mnt/x-y_z:1.2", "/mnt/.hidden/é%", "/srv/a\\b\"c"])
  func aMountIsCalledAsSystemdCallsIt(path: String) throws {
    let said = try Systemd.run("systemd-escape", "--path", "--suffix=mount", path).said
    #expect(UnitWords.mountUnit(of: path) + "\n" == said)
  }
}
