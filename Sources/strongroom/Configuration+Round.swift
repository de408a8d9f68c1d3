import Drill
import Round
import Sealing
import Storage
import Vault

/// A drill of the configuration: its plan is read when it is needed.
struct ConfiguredDrill: Equatable {
  /// A ready plan's name, or the path of a file.
  let plan: String
  /// A destination's name or a path; nil leaves it to the plan.
  let destination: String?
  /// Seconds within which it must pass; nil for as long as the plan says that a pass is valid.
  let every: UInt64?
  /// The path of the identity file that opens every class.
  let identity: String?

  init(
    _ reader: YAMLReader, of name: String, at path: String, full: (String) -> String
  ) throws(YAMLFault) {
    try reader.only(["plan", "destination", "every", "identity"])
    let plan = try reader.text("plan", limit: 4096)
    self.plan = PlanCatalog.text(plan) == nil ? full(plan) : plan
    // A name has no slash.
    destination = try reader.optionalText("destination", limit: 4096).map {
      $0.contains("/") && Location($0).path != nil ? full($0) : $0
    }
    every = try reader.optionalDuration("every")
    identity = try reader.optionalText("identity", limit: 4096).map(full)
  }
}

/// How the configuration wants rounds.
struct ConfiguredRound: Equatable {
  /// Seconds from one to the next.
  var every: UInt64 = 86_400
  /// Seconds for which boxes of one place are read.
  var verifyFor: UInt64 = 20 * 60
  /// The folder for drills' reports.
  var evidence: String?
  /// The file for Prometheus.
  var metrics: String?
  /// Days that people have to see to a finding.
  var findingDays: UInt64 = 30

  init() {}

  init(_ reader: YAMLReader, full: (String) -> String) throws(YAMLFault) {
    try reader.only(["every", "verify-for", "evidence", "metrics", "findings"])
    every = try reader.optionalDuration("every") ?? every
    verifyFor = try reader.optionalDuration("verify-for") ?? verifyFor
    evidence = try reader.optionalText("evidence", limit: 4096).map(full)
    metrics = try reader.optionalText("metrics", limit: 4096).map(full)
    findingDays = try reader.optionalDuration("findings").map { max(1, $0 / 86_400) } ?? findingDays
  }
}

/// Who is to be told of rounds, by the configuration.
struct ConfiguredNotices: Equatable {
  var channels: [Channel] = []
  var ping: Channel.Address?
  var digest: UInt64 = 7 * 86_400

  init() {}

  init(_ reader: YAMLReader, at path: String, full: (String) -> String) throws(YAMLFault) {
    try reader.only(["mail", "webhook", "command", "ping", "digest"])
    if let mail = try reader.optionalMapping("mail") {
      try mail.only(["to", "from", "sendmail"])
      let to = try mail.list("to")
      let from = try mail.optionalText("from", limit: 320)
      guard !to.isEmpty, (to + [from].compactMap(\.self)).allSatisfy(Self.isAddress) else {
        throw YAMLFault("\(path), mail: 'to' is a list of mail addresses, as [ops@example.org]")
      }
      let sendmail = try mail.optionalText("sendmail", limit: 4096).map(full) ?? "/usr/sbin/sendmail"
      channels.append(Channel(name: "mail", kind: .mail(to: to, from: from, sendmail: sendmail)))
    }
    if let hook = try reader.optionalMapping("webhook") {
      try hook.only(["url", "url-file", "header-file"])
      let header = try hook.optionalText("header-file", limit: 4096).map(full)
      channels.append(
        Channel(
          name: "webhook",
          kind: .webhook(try Self.address(hook, of: "webhook", at: path, full), headerFile: header)))
    }
    if let command = try reader.optionalText("command", limit: 4096) {
      channels.append(Channel(name: "command", kind: .command(full(command))))
    }
    if let ping = try reader.optionalMapping("ping") {
      try ping.only(["url", "url-file"])
      self.ping = try Self.address(ping, of: "ping", at: path, full)
    }
    digest = try reader.optionalDuration("digest") ?? digest
  }

  private static func address(
    _ reader: YAMLReader, of what: String, at path: String, _ full: (String) -> String
  ) throws(YAMLFault) -> Channel.Address {
    let said = try reader.optionalText("url", limit: 2048)
    let file = try reader.optionalText("url-file", limit: 4096)
    switch (said, file) {
    case (let said?, nil): return .said(said)
    case (nil, let file?): return .file(full(file))
    default:
      throw YAMLFault("\(path), \(what): say 'url', or 'url-file' where the address is a secret")
    }
  }

  /// The files that are read for it, or run.
  var files: [String] {
    let addresses = channels.compactMap {
      if case .webhook(let address, _) = $0.kind { address } else { nil }
    }
    let secrets = (addresses + [ping].compactMap(\.self)).compactMap {
      if case .file(let path) = $0 { path } else { nil }
    }
    return secrets
      + channels.compactMap {
        switch $0.kind {
        case .mail: nil
        case .webhook(_, let headerFile): headerFile
        case .command(let path): path
        }
      }
  }

  private static func isAddress(_ text: String) -> Bool {
    text.contains("@") && text.utf8.count <= 320
      && text.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: ",") }
  }
}

extension Configuration {
  /// What a round goes by.
  var roundSettings: RoundSettings {
    var planned: [RoundSettings.PlannedDrill] = []
    var unread: [String: any Error] = [:]
    for (name, drill) in drills.sorted(by: { $0.key < $1.key }) {
      do {
        let plan = try Plan(yaml: DrillPlans.text(of: drill.plan))
        guard let destination = (drill.destination ?? plan.destination).map(location) else {
          throw DrillError(.needs, "drill '\(name)' names no destination, nor does its plan")
        }
        planned.append(
          RoundSettings.PlannedDrill(
            name: name, plan: plan, destination: destination, every: drill.every ?? plan.valid))
      } catch { unread[name] = error }
    }
    return RoundSettings(
      destinations: destinations.sorted { $0.key < $1.key }.map {
        RoundSettings.Destination(name: $0.key, location: $0.value)
      },
      drills: planned, unreadable: unread, risks: risks.map { path in Result { try RiskCommand.read(path) } },
      verifyFor: round.verifyFor, every: round.every,
      findingDays: round.findingDays)
  }

  /// Who is told of rounds.
  var noticeSettings: NoticeSettings {
    NoticeSettings(channels: notices.channels, ping: notices.ping, silence: notices.digest)
  }
}
