/// What starts the round every day: units of systemd, and the lines of a crontab for machines without it.
public struct Schedule: Hashable, Sendable {
  /// One unit.
  public struct Unit: Hashable, Sendable {
    /// Its file's name.
    public let name: String
    /// What stands in it.
    public let text: String
  }

  /// By this first line what the program wrote is told from what somebody else did.
  public static let firstLine = "# made by strongroom round schedule"
  /// The unit that does the work, where a machine has one round.
  public static let service = "strongroom-round.service"
  /// The unit that starts it, which is the one to be enabled.
  public static let timer = "strongroom-round.timer"

  /// Both units' names for one round of several.
  public static func units(named name: String?) throws(ScheduleError) -> (service: String, timer: String) {
    guard let name else { return (service, timer) }
    guard name.utf8.count <= 64, name.wholeMatch(of: /[a-z0-9]([a-z0-9\-]*[a-z0-9])?/) != nil else {
      throw .noName(name)
    }
    return ("strongroom-round-\(name).service", "strongroom-round-\(name).timer")
  }

  /// The service and its timer.
  public let units: [Unit]
  /// The lines of a crontab.
  public let cron: [String]

  /// Writes a schedule by settings; throws where they have what a unit can't hold.
  public init(_ settings: ScheduleSettings) throws(ScheduleError) {
    let settings = try settings.checked()
    let names = try Self.units(named: settings.name)
    units = [
      Unit(name: names.service, text: Self.text(try ServiceUnit(settings).lines())),
      Unit(name: names.timer, text: Self.text(Self.timerLines(settings))),
    ]
    cron = try Crontab.lines(settings)
  }

  /// Whether a file's bytes are a unit of ours, so that it may be replaced or removed.
  public static func isOurs(_ bytes: [UInt8]) -> Bool { bytes.starts(with: (firstLine + "\n").utf8) }

  private static func text(_ lines: [String]) -> String {
    ([firstLine] + lines).joined(separator: "\n") + "\n"
  }

  private static func timerLines(_ settings: ScheduleSettings) -> [String] {
    [
      "[Unit]",
      "Description=Strongroom: the round\(settings.ofName), every day",
      "",
      "[Timer]",
      "OnCalendar=*-*-* \(settings.time):00",
      "RandomizedDelaySec=\(settings.delay)s",
      "# The same every day, so that a day lies between two rounds.",
      "FixedRandomDelay=yes",
      "# A machine that was off does it when it is on again.",
      "Persistent=true",
      "",
      "[Install]",
      "WantedBy=timers.target",
    ]
  }
}

extension ScheduleSettings {
  /// The same with paths written in one way, each folder once and none below another.
  fileprivate func checked() throws(ScheduleError) -> ScheduleSettings {
    var checked = self
    guard let program = command.first else { throw .notAbsolute("") }
    checked.command[0] = try UnitWords.path(program)
    guard !checked.command[0].contains(where: { "\"'\\".contains($0) }) else { throw .notRunnable(program) }
    checked.configuration = try UnitWords.path(configuration)
    if let identity { checked.identity = try UnitWords.path(identity) }
    if let drillIdentity { checked.drillIdentity = try UnitWords.path(drillIdentity) }
    if let passphrase { checked.passphrase = try UnitWords.path(passphrase) }
    checked.folders = try Self.outermost(folders)
    checked.readings = try Self.outermost(readings)
    if case .system(let user) = manager, !Self.isAccount(user) { throw .noUser(user) }
    for unit in onFailure where !Self.isUnit(unit) { throw .noUnit(unit) }
    return checked
  }

  private static func outermost(_ paths: [String]) throws(ScheduleError) -> [String] {
    var kept: [String] = []
    for path in paths { kept.append(try UnitWords.path(path)) }
    return Set(kept).sorted().filter { path in !kept.contains { $0 != path && path.lies(below: $0) } }
  }

  /// As systemd takes them in strict mode (systemd's USER_NAMES).
  private static func isAccount(_ name: String) -> Bool {
    name.utf8.count <= 31 && name.wholeMatch(of: /[a-zA-Z_][a-zA-Z0-9_\-]*/) != nil
  }

  private static func isUnit(_ name: String) -> Bool {
    name.utf8.count <= 255
      && name.wholeMatch(of: /[a-zA-Z0-9:_.\-@%\\]+\.(service|target|path|socket|timer)/) != nil
  }
}

extension ScheduleSettings {
  /// The name as a description has it.
  var ofName: String { name.map { " of \($0)" } ?? "" }
}

extension String {
  /// Whether a path is that of another folder or lies below it.
  func lies(below folder: String) -> Bool {
    self == folder || hasPrefix(folder == "/" ? "/" : folder + "/")
  }
}
