/// What a schedule of the round is made of. Paths are absolute.
public struct ScheduleSettings: Hashable, Sendable {
  /// Who starts it.
  public enum Manager: Hashable, Sendable {
    /// The machine's systemd, or its cron; the round runs as this account.
    case system(user: String)
    /// The systemd, or the crontab, of the user who sets it up.
    case user
  }

  /// The program's path and its arguments.
  public var command: [String]
  /// The configuration file that the arguments name.
  public var configuration: String
  /// The identity file, where it isn't left to the configuration.
  public var identity: String?
  /// The identity file for drills.
  public var drillIdentity: String?
  /// The file with the passphrase of a closed identity file.
  public var passphrase: String?
  /// Folders that are written to.
  public var folders: [String]
  /// What else is read, and may lie where the service sees nothing: files and folders.
  public var readings: [String] = []
  /// Who starts it.
  public var manager: Manager
  /// When it begins.
  public var time = TimeOfDay.usual
  /// By how many seconds it may begin later, so that many machines don't at once.
  public var delay: UInt64 = 15 * 60
  /// Whether it may reach others over the network: notices do.
  public var usesNetwork = true
  /// Whether what it runs may take rights that the file of a program lends, as the `sendmail` of most mail systems
  /// must. Much of the hardening is impossible then.
  public var lendsRights = false
  /// Which round it is, where a machine has more than one: a-z, 0-9 and -.
  public var name: String?
  /// Units that are started where the round ends otherwise than with 0.
  public var onFailure: [String] = []

  /// The least that there is to say.
  public init(command: [String], configuration: String, folders: [String], manager: Manager) {
    self.command = command
    self.configuration = configuration
    self.folders = folders
    self.manager = manager
  }
}
