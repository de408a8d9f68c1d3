/// Who is told of rounds, and how.
public struct NoticeSettings: Sendable {
  /// The channels, by name.
  public let channels: [Channel]
  /// Where it is said that a round begins, and how it ended, so that somebody else cries out when nothing is said
  /// (the convention of healthchecks.io: ADDRESS/start, ADDRESS, ADDRESS/fail).
  public let ping: Channel.Address?
  /// After so many seconds without news people are told that all is as it was.
  public let silence: UInt64

  /// Who is told, and how.
  public init(channels: [Channel] = [], ping: Channel.Address? = nil, silence: UInt64 = 7 * 86_400) {
    self.channels = channels
    self.ping = ping
    self.silence = silence
  }
}

/// Tells people. What doesn't arrive is tried again a little later, and with the next round.
package struct Notifier: Sendable {
  private let settings: NoticeSettings
  /// Between the tries of one message.
  private let pauses: [Duration]

  /// So many messages wait for a receiver that is down; the oldest go first.
  static let waiting = 10

  package init(_ settings: NoticeSettings, pauses: [Duration] = [.seconds(2), .seconds(10)]) {
    self.settings = settings
    self.pauses = pauses
  }

  /// What became of a message at a channel.
  package struct Delivery: Hashable, Sendable {
    package let channel: String
    /// Nil where it arrived.
    package let failure: Undelivered?
  }

  /// Tells a message to all channels, and what waits for them before it.
  /// - Parameter unsent: what waits, by channel; afterwards what still does.
  package func tell(_ message: Message?, _ unsent: inout [String: [Message]]) async -> [Delivery] {
    // People are told even where the round is being broken off.
    let before = unsent
    let (deliveries, after) = await Task.detached {
      var unsent = before
      return (await deliver(message, &unsent), unsent)
    }.value
    unsent = after
    return deliveries
  }

  private func deliver(_ message: Message?, _ unsent: inout [String: [Message]]) async -> [Delivery] {
    var deliveries: [Delivery] = []
    for channel in settings.channels {
      var waiting = (unsent[channel.name] ?? []) + (message.map { [$0] } ?? [])
      guard !waiting.isEmpty else {
        // What can't work the next time is said now.
        if let failure = channel.obstacle {
          deliveries.append(Delivery(channel: channel.name, failure: failure))
        }
        continue
      }
      var failure: Undelivered?
      while failure == nil, let next = waiting.first {
        do {
          try await patiently { () async throws(Undelivered) in try await channel.tell(next) }
          waiting.removeFirst()
        } catch { failure = error }
      }
      unsent[channel.name] = waiting.isEmpty ? nil : Array(waiting.suffix(Self.waiting))
      deliveries.append(Delivery(channel: channel.name, failure: failure))
    }
    let names = Set(settings.channels.map(\.name))
    unsent = unsent.filter { names.contains($0.key) }
    return deliveries
  }

  /// What a ping says.
  package enum Ping: String, Sendable {
    case start = "/start"
    case success = ""
    case failure = "/fail"
  }

  /// Says that a round begins or ended.
  /// - Returns: why it did not arrive.
  package func ping(_ ping: Ping, saying text: String = "") async -> Undelivered? {
    await Task.detached { await send(ping, saying: text) }.value
  }

  private func send(_ ping: Ping, saying text: String) async -> Undelivered? {
    guard let place = settings.ping else { return nil }
    do throws(Undelivered) {
      let address = try place.text()
      let base = address.hasSuffix("/") ? String(address.dropLast()) : address
      try await patiently { () async throws(Undelivered) in
        try await Web.post(Array(text.utf8.prefix(10_000)), to: base + ping.rawValue)
      }
      return nil
    } catch { return error }
  }

  private func patiently(_ work: () async throws(Undelivered) -> Void) async throws(Undelivered) {
    for pause in pauses {
      do throws(Undelivered) { return try await work() } catch {
        guard error.isPassing, !Task.isCancelled else { throw error }
        try? await Task.sleep(for: pause)
      }
    }
    try await work()
  }
}
