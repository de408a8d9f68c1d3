/// Lines for cron, where there is no systemd.
enum Crontab {
  static func lines(_ settings: ScheduleSettings) throws(ScheduleError) -> [String] {
    var words: [String] = []
    // Assignments of a crontab's own hold for all its lines, and know no quotes of the shell's.
    for (name, path) in settings.secrets {
      words.append("\(name)=" + (try UnitWords.cron(path)))
    }
    for word in settings.command { words.append(try UnitWords.cron(word)) }
    var fields = "\(settings.time.minute) \(settings.time.hour) * * *"
    var remarks = ["# The account that it runs as must be able to read the identity file."]
    if case .system(let user) = settings.manager {
      fields += " \(user)"
      remarks.append("# For a file in /etc/cron.d; in a crontab of the account's own leave its name out.")
    }
    remarks.append("# A machine that is off at that time misses the round: cron doesn't make good for it.")
    return [Schedule.firstLine] + remarks + [fields + " " + words.joined(separator: " ")]
  }
}

extension ScheduleSettings {
  /// The variables that name secret files to the program, where nothing hands them over as credentials.
  var secrets: [(name: String, path: String)] {
    [("STRONGROOM_IDENTITY", identity), ("STRONGROOM_PASSPHRASE_FILE", passphrase)]
      .compactMap { name, path in path.map { (name, $0) } }
  }
}
