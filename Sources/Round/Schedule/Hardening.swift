/// What the service can't do (systemd.exec(5)). `systemd-analyze security` weighs it.
enum Hardening {
  /// What nothing that it runs is in need of.
  static func common(lendsRights: Bool) -> [String] {
    [
      "ProtectControlGroups=yes", "ProtectProc=invisible", "KeyringMode=private", "LimitCORE=0",
    ]
      + (lendsRights
        ? [
          "# A program of the mail system takes rights from its file: whatever forbids that isn't here, nor what implies it.",
          "NoNewPrivileges=no",
          "CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_CHOWN CAP_FOWNER CAP_DAC_OVERRIDE",
        ] : [])
  }

  /// What implies that no program may take rights from its file. RemoveIPC= isn't here: it would take from `/dev/shm` what a
  /// drill by hand has there, as the same account.
  static let strict = [
    "# It needs no right over others and no devices; destinations are folders that are mounted.",
    "NoNewPrivileges=yes", "CapabilityBoundingSet=", "AmbientCapabilities=",
    "ProcSubset=pid", "PrivateDevices=yes", "DevicePolicy=closed", "PrivateIPC=yes", "PrivateUsers=yes",
    "ProtectClock=yes", "ProtectHostname=yes", "ProtectKernelLogs=yes", "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
  ]

  /// What can be forbidden of system calls, which a user's manager can, too.
  static func calls(families: String) -> [String] {
    [
      "LockPersonality=yes", "MemoryDenyWriteExecute=yes", "RestrictNamespaces=yes", "RestrictRealtime=yes",
      "RestrictSUIDSGID=yes", "RestrictAddressFamilies=\(families)", "SystemCallArchitectures=native",
      "SystemCallFilter=@system-service", "SystemCallFilter=~@privileged", "SystemCallErrorNumber=EPERM",
    ]
  }
}
