/// The text of the service.
struct ServiceUnit {
  private let settings: ScheduleSettings

  init(_ settings: ScheduleSettings) { self.settings = settings }

  func lines() throws(ScheduleError) -> [String] {
    try unit() + [""] + service() + [""] + nobodysWay + [""] + closed()
  }

  private func unit() throws(ScheduleError) -> [String] {
    var lines = ["[Unit]", "Description=Strongroom: the round\(settings.ofName)"]
    if !settings.onFailure.isEmpty { lines.append("OnFailure=\(settings.onFailure.joined(separator: " "))") }
    guard case .system = settings.manager else { return lines }
    if settings.usesNetwork {
      lines += ["Wants=network-online.target", "After=network-online.target"]
    }
    lines.append("After=time-sync.target")
    let mounts = mountUnits
    guard !mounts.isEmpty else { return lines }
    return lines + [
      "# Where any of these is a mount it comes first. Not RequiresMountsFor=: one that fails would keep the round from running,",
      "# and so from telling.",
      "Wants=\(mounts.joined(separator: " "))", "After=\(mounts.joined(separator: " "))",
    ]
  }

  /// For each folder and those above it.
  private var mountUnits: [String] {
    var paths: Set<String> = []
    for folder in settings.folders {
      var parts = folder.split(separator: "/")
      while !parts.isEmpty {
        paths.insert("/" + parts.joined(separator: "/"))
        parts.removeLast()
      }
    }
    // A name that is too long for a unit is none.
    return paths.map { UnitWords.mountUnit(of: $0) }.filter { $0.utf8.count <= 255 }.sorted()
  }

  private func service() throws(ScheduleError) -> [String] {
    var lines = ["[Service]", "Type=oneshot"]
    if case .system(let user) = settings.manager {
      let folder = stateFolder(of: user)
      lines += [
        "User=\(user)",
        "# What this machine saw of the vault, by which a rollback is noticed.",
        "StateDirectory=\(folder)", "StateDirectoryMode=0700", "WorkingDirectory=%S/\(folder)",
        "Environment=HOME=%S/\(folder)",
        "# Records that a drill restores lie in a folder of the service's own, and go with it, even where it is killed.",
        "PrivateTmp=yes", "Environment=TMPDIR=/var/tmp",
      ]
      for (name, path) in credentials {
        lines.append("LoadCredential=\(name):" + (try UnitWords.rest(path)))
      }
    } else {
      for (name, path) in settings.secrets {
        lines.append("Environment=" + (try UnitWords.word("\(name)=\(path)")))
      }
    }
    lines += ["# libdispatch would tell the journal of each thread whose priority it may not raise."]
    lines += ["Environment=LIBDISPATCH_LOG=NO", "UMask=0077"]
    var words: [String] = []
    for word in settings.command { words.append(try UnitWords.word(word)) }
    return lines + [
      "# The colon: a $ is no variable.",
      "ExecStart=:\(words.joined(separator: " "))",
      "# One that hangs fails then, and the next one begins; one that is stopped wipes what it has in the clear.",
      "TimeoutStartSec=22h", "TimeoutStopSec=5min",
    ]
  }

  /// systemd gives the folder to the account, with all that is in it: each account has one of its own.
  private func stateFolder(of user: String) -> String {
    user == "strongroom" ? user : "strongroom-\(user)"
  }

  private var credentials: [(name: String, path: String)] {
    [
      ("strongroom.identity", settings.identity), ("strongroom.drill.identity", settings.drillIdentity),
      ("strongroom.passphrase", settings.passphrase),
    ]
    .compactMap { name, path in path.map { (name, $0) } }
  }

  private let nobodysWay = [
    "# It is in nobody's way.", "CPUWeight=20", "IOWeight=20", "IOSchedulingClass=idle",
  ]

  private func closed() throws(ScheduleError) -> [String] {
    switch settings.manager {
    case .user:
      [
        "# What a user's manager can do without any right over others. The keys are the user's own anyway.",
        "NoNewPrivileges=\(settings.lendsRights ? "no" : "yes")", "LimitCORE=0",
      ] + (settings.lendsRights ? [] : Hardening.calls(families: families))
    case .system:
      try ServiceView(settings).lines()
        + Hardening.common(lendsRights: settings.lendsRights)
        + (settings.usesNetwork || settings.lendsRights
          ? []
          : [
            "# There are no notices, so there is nobody to talk to.", "PrivateNetwork=yes",
            "IPAddressDeny=any",
          ])
        + (settings.lendsRights ? [] : Hardening.strict + Hardening.calls(families: families))
    }
  }

  private var families: String { settings.usesNetwork ? "AF_UNIX AF_INET AF_INET6" : "AF_UNIX" }
}
