/// Why there can be no schedule of these settings.
public enum ScheduleError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A path or a word that a unit or crontab can't hold, whatever it is escaped to.
  case notWritable(String)
  /// A path that isn't absolute, or goes up again.
  case notAbsolute(String)
  /// A program that systemd doesn't start because of its path.
  case notRunnable(String)
  /// No time of day.
  case noTime(String)
  /// No name that an account may have.
  case noUser(String)
  /// No name that one round of several may have.
  case noName(String)
  /// No name of a unit.
  case noUnit(String)

  /// One line: what it is about, and why it can't be.
  public var description: String {
    switch self {
    case .notWritable(let text):
      "'\(text)' has characters that no unit can hold: control characters, or a blank or \\ at its end"
    case .notAbsolute(let path): "'\(path)' is not an absolute path without . and .."
    case .notRunnable(let path): "systemd starts no program whose path has quotes or \\, as '\(path)' does"
    case .noTime(let text): "'\(text)' is no time of day, as 02:00"
    case .noUser(let name): "'\(name)' is no name of an account"
    case .noName(let name): "'\(name)' is no name of a round: a-z, 0-9 and - inside it, at most 64"
    case .noUnit(let name): "'\(name)' is no name of a unit, as tell-me.service"
    }
  }
}
