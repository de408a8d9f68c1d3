public import Backup
internal import Drill
internal import Rules
internal import Sealing
internal import Storage
public import Vault

/// What came of a round.
public struct RoundReport: Sendable {
  /// The work, and what came of it.
  public let steps: [RoundStep]
  /// How the vault stands afterwards.
  public let standing: Standing
  /// When it began, in seconds since 1970.
  public let began: UInt64
  /// When it ended.
  public let ended: UInt64
  /// Findings that it entered.
  public let newFindings: [UInt64]
  /// Findings of earlier rounds that are over.
  public let endedFindings: [UInt64]
  /// Whether people were told.
  public let wasTold: Bool

  /// Whether a drill missed its objectives.
  public var missedObjectives: Bool {
    steps.contains {
      if case .drilled(let outcome) = $0.result { outcome.report.verdict == .failed } else { false }
    }
  }

  /// Whether all that was due is done, and nothing is late, damaged or failed.
  public var isWell: Bool { steps.allSatisfy(\.isGood) && standing.gravity != .wrong }
}

/// One round from its beginning to its end: the work, the findings, what people are told, what programs are told. One works
/// on a machine at a time.
public struct RoundKeeping {
  /// Finds the words for people.
  public struct Words: Sendable {
    let matter: @Sendable (Matter, [RoundStep]) -> String
    let page: @Sendable (Standing, [RoundStep]) -> [String]

    /// Words for a matter after a round's steps, and for how all stands.
    public init(
      matter: @escaping @Sendable (Matter, [RoundStep]) -> String,
      page: @escaping @Sendable (Standing, [RoundStep]) -> [String]
    ) {
      self.matter = matter
      self.page = page
    }
  }

  private let vault: OpenPlace
  private let settings: RoundSettings
  private let notices: NoticeSettings
  private let notifier: Notifier
  private let metrics: String?
  private let words: Words

  /// - Parameters:
  ///   - vault: opened to write, and unlocked.
  ///   - metrics: the file that Prometheus' node exporter reads; nil for none.
  public init(
    of vault: OpenPlace, _ settings: RoundSettings, notices: NoticeSettings, metrics: String?, words: Words
  ) {
    self.init(
      of: vault, settings, notices: notices, metrics: metrics, words: words,
      pauses: [.seconds(2), .seconds(10)])
  }

  /// The same, with other pauses between the tries of one message.
  package init(
    of vault: OpenPlace, _ settings: RoundSettings, notices: NoticeSettings, metrics: String?, words: Words,
    pauses: [Duration]
  ) {
    self.vault = vault
    self.settings = settings
    self.notices = notices
    notifier = Notifier(notices, pauses: pauses)
    self.metrics = metrics
    self.words = words
  }

  /// Does a round.
  /// - Throws: `RoundError` `.busy` where another one works; what keeps it from being done at all.
  public func keep(
    _ run: RoundRun, report: @escaping @Sendable (_ place: String, CopyProgress) -> Void
  ) async throws -> RoundReport {
    let machine = vault.machine
    let id = vault.state.vault
    let lock = try lock(id)
    defer { withExtendedLifetime(lock) {} }
    var memory = RoundMemory(of: id, on: machine)
    memory.began = machine.now()
    memory.note(settings, at: memory.began)
    try memory.write(of: id, on: machine)
    let notifier = notifier
    async let beginning = notifier.ping(.start)
    let ran: RoundRun.Ran
    do { ran = try await run.run(report: report) } catch {
      _ = await beginning
      _ = await notifier.ping(.failure, saying: "the round broke off")
      throw error
    }
    let (steps, settings) = (ran.steps, ran.settings)
    let kept = await FindingKeeping.keep(steps, own: Set(memory.findings), in: vault, settings)
    memory.findings = (memory.findings + kept.new).filter { vault.state.findings[$0] != nil }
    var broken = [String: String]()
    if let failed = kept.failed { broken["ledger"] = failed }
    if let failed = await beginning { broken["ping"] = failed.why }
    var other: [Matter] = []
    if ran.wasInterrupted { other.append(Matter(.interrupted, .wrong, for: .operator, key: "interrupted")) }
    // Whoever can be told hears of ways that didn't work the last time.
    let told = Standing(
      of: vault, settings, after: steps,
      and: other + memory.broken.merging(broken) { $1 }.map { Matter(untold: $0, why: $1) })
    let page = words.page(told, steps)
    let failures = await tell(told, page, ran, &memory)
    broken.merge(failures.why) { $1 }
    memory.broken = broken
    func standing() -> Standing { told.with(other + broken.map { Matter(untold: $0, why: $1) }) }
    func isGood() -> Bool { steps.allSatisfy(\.isGood) && standing().gravity != .wrong }
    if !ran.wasInterrupted { memory.ended = machine.now() }
    memory.wasGood = isGood()
    try memory.write(of: id, on: machine)
    if let metrics {
      do {
        try Metrics(standing(), steps, memory, settings, failedNotices: broken.count).write(to: metrics)
      } catch { broken["metrics"] = "\(error)" }
    }
    if let failed = await notifier.ping(
      isGood() ? .success : .failure, saying: page.joined(separator: "\n"))
    {
      broken["ping"] = failed.why
    }
    if broken != memory.broken {
      memory.broken = broken
      try memory.write(of: id, on: machine)
    }
    if ran.wasInterrupted { throw CancellationError() }
    return RoundReport(
      steps: steps, standing: standing(), began: memory.began, ended: memory.ended, newFindings: kept.new,
      endedFindings: kept.over, wasTold: failures.wasTold)
  }

  /// Keeps other rounds of a vault on this machine out.
  private func lock(_ id: Identifier) throws -> FileLock.Held {
    let machine = vault.machine
    if let lock = try FileLock.take(beside: RoundMemory.path(of: id, on: machine)) { return lock }
    let began = RoundMemory(of: id, on: machine).began
    let now = machine.now()
    // One that never ends would keep all others from saying so.
    guard began == 0 || now - min(now, began) < settings.every + settings.every / 4 else {
      throw RoundError(
        .stuck, "another round works on this machine since long, and doesn't end",
        safe: "nothing was begun",
        hint: "look what it waits for, and end it")
    }
    throw RoundError(
      .busy, "another round works on this machine", safe: "nothing was begun",
      hint: "wait for it")
  }

  /// Tells people what changed.
  /// - Returns: the ways that didn't work, and why; and whether any did.
  private func tell(
    _ standing: Standing, _ page: [String], _ ran: RoundRun.Ran, _ memory: inout RoundMemory
  ) async -> (why: [String: String], wasTold: Bool) {
    let now = vault.machine.now()
    let lines = standing.matters.map { News.Line($0, words: words.matter($0, ran.steps)) }
    let news = News(
      lines, after: memory, at: now, silence: notices.silence, unknown: ran.unknown(of: memory.told.keys))
    let message = news.message(of: String(vault.state.vault.hex.prefix(8)), page: page, at: now)
    let deliveries = await notifier.tell(message, &memory.unsent)
    memory.told = news.told
    // Also where it waits: a way that is down isn't to be filled with words that nothing changed.
    if message != nil { memory.digest = now }
    var failures: [String: String] = [:]
    for delivery in deliveries { failures[delivery.channel] = delivery.failure?.why }
    return (failures, message != nil && deliveries.contains { $0.failure == nil })
  }
}

extension RoundRun.Ran {
  /// What was told of work that this round didn't come to, and of drills whose plans can't be read: nothing of it is over.
  fileprivate func unknown(of told: some Sequence<String>) -> Set<String> {
    let looked = Set(
      steps.compactMap { step -> String? in
        switch step.result {
        case .blocked(.silent), .blocked(.absent): nil
        case .failed(let error) where (error as? RoundError)?.code == .interrupted: nil
        default: step.work.key
        }
      })
    let unread = Set(settings.unreadable.keys.flatMap { ["late:drill:\($0)", "drill-red:\($0)"] })
    return Set(
      told.filter { key in
        let work = ["failed:", "blocked:"].first { key.hasPrefix($0) }.map { String(key.dropFirst($0.count)) }
        return unread.contains(key) || work.map { !looked.contains($0) } ?? false
      })
  }
}

extension RoundKeeping {
  /// Tells people that a round could not be done at all.
  /// - Returns: the ways that didn't work, in words.
  public static func cry(
    _ text: String, _ notices: NoticeSettings, metrics: String?, at now: UInt64
  ) async -> [String] {
    let notifier = Notifier(notices)
    let message = Message(
      subject: "Strongroom: a round could not be done", text: text, verdict: "wrong", time: now)
    var unsent: [String: [Message]] = [:]
    var failures = await notifier.tell(message, &unsent).compactMap { delivery in
      delivery.failure.map { "\(delivery.channel): \($0.why)" }
    }
    if let metrics {
      do { try Metrics.denySuccess(in: metrics) } catch { failures.append("metrics: \(error)") }
    }
    if let failure = await notifier.ping(.failure, saying: text) { failures.append("ping: \(failure.why)") }
    return failures
  }
}

extension RoundKeeping {
  /// Sends a message by each way.
  /// - Returns: each way, and why it didn't work; nil where it did.
  public static func tryNotices(
    _ notices: NoticeSettings, at now: UInt64
  ) async -> [(name: String, failure: String?)] {
    let notifier = Notifier(notices, pauses: [])
    let message = Message(
      subject: "Strongroom: a test", text: "This is a test: rounds are told of this way.\n", verdict: "well",
      time: now)
    var unsent: [String: [Message]] = [:]
    var tried = await notifier.tell(message, &unsent).map { (name: $0.channel, failure: $0.failure?.why) }
    if notices.ping != nil {
      tried.append((name: "ping", failure: await notifier.ping(.success, saying: "a test")?.why))
    }
    return tried
  }
}

extension RoundMemory {
  /// Takes note of drills' plans and of destinations as they are now.
  mutating func note(_ settings: RoundSettings, at now: UInt64) {
    var seen: [String: PlanSeen] = [:]
    for drill in settings.drills {
      let digest = drill.plan.digest.hex
      let known = plans[drill.name].flatMap { $0.digest == digest ? $0 : nil }
      seen[drill.name] = known ?? PlanSeen(digest: digest, since: now)
    }
    plans = seen
    destinations = Dictionary(
      uniqueKeysWithValues: Set(settings.destinations.map(\.name)).map { ($0, destinations[$0] ?? now) })
  }
}

extension Matter {
  init(untold channel: String, why: String) {
    self.init(.untold(channel: channel, why: why), .wrong, for: .operator, key: "untold:\(channel)")
  }
}
