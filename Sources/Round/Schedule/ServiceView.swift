/// What the service sees of the machine's files: all is there to be read but for what belongs to people, and only its
/// folders are written to.
struct ServiceView {
  /// What is shut, and opened again at the folders that are needed.
  private static let homes = ["/home", "/root", "/run/user"]
  private static let temporary = ["/tmp", "/var/tmp"]

  private let settings: ScheduleSettings

  init(_ settings: ScheduleSettings) { self.settings = settings }

  func lines() throws(ScheduleError) -> [String] {
    let read = [settings.configuration] + settings.readings + settings.command.prefix(1)
    let opened = settings.folders.filter { Self.isShut($0) }
    let shown = Set(read.filter { Self.isShut($0) }).filter { path in
      !opened.contains { path.lies(below: $0) }
    }
    // Nothing can be shown below /home where that isn't there at all.
    let homes = (opened + shown).contains { Self.lies($0, below: Self.homes) } ? "tmpfs" : "yes"
    var lines = [
      "# Folders that aren't there at the time are left out: the round tells of them.",
      "ProtectSystem=strict", "ProtectHome=\(homes)",
    ]
    let writable = settings.folders.filter { !Self.isShut($0) } + (settings.lendsRights ? Self.spools : [])
    lines += try Self.list("ReadWritePaths", writable)
    lines += try Self.list("BindPaths", opened)
    lines += try Self.list("BindReadOnlyPaths", shown.sorted())
    return lines
  }

  /// Where mail systems keep what is to be sent.
  private static let spools = ["/var/spool", "/var/mail", "/var/log"]

  private static func list(_ name: String, _ paths: [String]) throws(ScheduleError) -> [String] {
    var words: [String] = []
    for path in paths { words.append(try UnitWords.word("-" + path)) }
    return words.isEmpty ? [] : ["\(name)=\(words.joined(separator: " "))"]
  }

  private static func isShut(_ path: String) -> Bool { lies(path, below: homes + temporary) }

  private static func lies(_ path: String, below folders: [String]) -> Bool {
    folders.contains { path.lies(below: $0) }
  }
}
