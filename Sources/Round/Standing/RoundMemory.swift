internal import Foundation
internal import Rules
package import Sealing
internal import Storage
package import Vault

/// What a machine keeps of its rounds of one vault, beside what it remembers of places: what was told to people, so that
/// they are told what changed, and when a round last ended. It could do without.
package struct RoundMemory: Hashable, Sendable, Codable {
  /// When the newest round was begun, in seconds since 1970; 0 where there was none.
  package var began: UInt64 = 0
  /// When the newest one that came to its end did.
  package var ended: UInt64 = 0
  /// Whether all was well then.
  package var wasGood = false
  /// What people were told of, by its key.
  package var told: [String: Told] = [:]
  /// When people were last told anything, or that all is well.
  package var digest: UInt64 = 0
  /// Since when a drill's plan is as it is, by the drill's name: SHA-256 in hexadecimal digits, and the time.
  package var plans: [String: PlanSeen] = [:]
  /// Since when a destination is configured, by its name.
  package var destinations: [String: UInt64] = [:]
  /// Ways to tell people that didn't work in the newest round, and why.
  package var broken: [String: String] = [:]
  /// Findings that rounds entered and that are open.
  package var findings: [UInt64] = []
  /// What could not be told, by the channel's name: the newest ones last.
  package var unsent: [String: [Message]] = [:]

  /// What people were told, and how grave it was.
  package struct Told: Hashable, Sendable, Codable {
    package let level: String
    package let words: String
    package let amount: UInt64
  }

  /// A plan, and when it was first seen.
  package struct PlanSeen: Hashable, Sendable, Codable {
    package let digest: String
    package let since: UInt64
  }

  private static let limit = 4 << 20

  package init() {}

  /// Where the memory of a vault's rounds lies.
  static func path(of vault: Identifier, on machine: Machine) -> String {
    "\(machine.memory)/round-\(vault.hex).json"
  }

  /// What is remembered; nothing where there is nothing that can be read.
  package init(of vault: Identifier, on machine: Machine) {
    guard let bytes = try? DurableFile.read(Self.path(of: vault, on: machine), limit: Self.limit),
      let memory = try? JSONDecoder().decode(RoundMemory.self, from: Data(bytes))
    else { return }
    self = memory
    forgetFuture(now: machine.now())
  }

  /// A clock that was wrong, or somebody who wrote into the file, put these times there; they say nothing.
  private mutating func forgetFuture(now: UInt64) {
    func isBelievable(_ time: UInt64) -> Bool { time.isBelievable(asOf: now) }
    // A round that ended in the future may have been any: one is missed from the beginning on.
    if !isBelievable(began) { began = 1 }
    if !isBelievable(ended) { ended = 0 }
    if !isBelievable(digest) { digest = 0 }
    plans = plans.filter { isBelievable($0.value.since) }
    destinations = destinations.filter { isBelievable($0.value) }
  }

  /// Writes it down.
  package func write(of vault: Identifier, on machine: Machine) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try DurableFile.makeFolder(machine.memory)
    try DurableFile.replace(Array(encoder.encode(self)), at: Self.path(of: vault, on: machine))
  }
}
