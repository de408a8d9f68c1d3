public import Backup
internal import Foundation
internal import Rules
internal import Sealing
internal import Storage
public import Vault

/// A throwaway vault that is broken in a way it doesn't tell, for somebody to bring back with the real commands.
public struct Practice: Codable, Hashable, Sendable {
  /// What may have happened to it.
  public enum Scenario: String, Codable, Hashable, Sendable, CaseIterable {
    /// The vault's folder is gone.
    case vaultGone = "vault-gone"
    /// A box of the vault has a flipped bit.
    case boxRotten = "box-rotten"
    /// A box of the vault is gone.
    case boxLost = "box-lost"
    /// All files of the keyring are gone from the vault.
    case keyringGone = "keyring-gone"
    /// The ledger's first copies are gone from the vault.
    case ledgerTorn = "ledger-torn"
    /// The file by which the vault's folder is known is gone.
    case markerGone = "marker-gone"
  }

  /// What happened.
  public let scenario: Scenario
  /// By which the records and the damage were chosen.
  public let seed: UInt64
  /// When it began, seconds since 1970.
  public let began: UInt64
  /// The vault's id.
  public let vault: String
  /// Records that must come back.
  public let records: UInt64

  /// What a record of training says.
  public struct Done: Sendable {
    /// Seconds from beginning to end.
    public let seconds: UInt64
    /// Records that came back and equal their labels.
    public let restored: UInt64
    /// What is still out of order.
    public let findings: [Finding]
    /// The commands that were run, with the time of each.
    public let steps: [String]
    /// Whether all is back.
    public let passed: Bool
  }

  /// Makes a folder with a vault, a destination, an identity and a card, and breaks the vault.
  /// - Parameters:
  ///   - scenario: what happens; nil leaves it to the seed.
  ///   - text: what the vault card says.
  public static func begin(
    in folder: String, scenario: Scenario?, seed: UInt64, now: @escaping @Sendable () -> UInt64,
    card: (CreatedVault) -> String
  ) async throws -> Practice {
    try DurableFile.makeNewFolder(folder)
    var chance = Seeded(seed)
    let machine = Machine(memory: folder + "/state", now: now)
    let identity = try Identity.generate()
    let secret = try IdentityFile.secretText(of: identity)
    try secret.withSpan { span throws in try DurableFile.writeNew(span, to: folder + "/me.identity") }
    let created = try await CreateVault.create(
      .folder(folder + "/vault"), founder: .identity(identity), classes: .standard, in: machine)
    try DurableFile.writeNew(Array(card(created).utf8).span, to: folder + "/vault.card.txt", mode: 0o644)
    let records = try writeRecords(to: folder + "/records", classes: created.classes, &chance)
    let vault = try await OpenPlace.open(
      .folder(folder + "/vault"), in: machine, expecting: created.vault, toWrite: true)
    try await vault.unlock(with: .identity(identity))
    _ = try await vault.seal([folder + "/records"], layout: SourceLayout(nil, className: nil, subject: nil))
    _ = try await SnapshotTaker(of: vault, to: .folder(folder + "/copy"), begins: true).run { _ in }
    try DurableFile.removeTree(folder + "/records")
    let chosen = scenario ?? Scenario.allCases.randomElement(using: &chance) ?? .vaultGone
    let practice = Practice(
      scenario: chosen, seed: seed, began: now(), vault: created.vault.hex, records: records)
    try await damage(folder + "/vault", chosen, &chance)
    let note = try JSONEncoder().encode(practice)
    // Not to be read at a glance.
    try DurableFile.writeNew(Array(note.base64EncodedString().utf8).span, to: folder + "/.practice")
    return practice
  }

  private static func writeRecords(
    to folder: String, classes: [String], _ chance: inout Seeded
  ) throws -> UInt64 {
    var records: UInt64 = 0
    for customer in 1...8 {
      for name in classes {
        let path = "\(folder)/\(name)/C-\(1000 + customer)"
        try DurableFile.makeFolder(path)
        for number in 1...Int.random(in: 1...3, using: &chance) {
          let text = (0..<40).map { _ in "\(chance.next())" }.joined(separator: "\n")
          try DurableFile.writeNew(Array(text.utf8).span, to: "\(path)/\(number).txt", mode: 0o644)
          records += 1
        }
      }
    }
    return records
  }

  private static func damage(_ vault: String, _ scenario: Scenario, _ chance: inout Seeded) async throws {
    let store = try await Machine.folders(.folder(vault), false)
    func remove(_ folder: String) async throws {
      for name in try await store.names(folder) { _ = try await store.erase(name) }
    }
    switch scenario {
    case .vaultGone: try DurableFile.removeTree(vault)
    case .keyringGone:
      try await remove(Layout.keyring)
      try await remove("second/" + Layout.keyring)
    case .ledgerTorn: try await remove(Layout.ledger)
    case .markerGone: _ = try await store.erase(Layout.marker)
    case .boxRotten, .boxLost:
      let boxes = try await store.names(Layout.boxes).sorted()
      guard let box = boxes.randomElement(using: &chance),
        var bytes = try await store.get(box, limit: 64 << 20)
      else { return }
      _ = try await store.erase(box)
      guard scenario == .boxRotten else { return }
      bytes[Int.random(in: 0..<bytes.count, using: &chance)] ^= 1
      _ = try await store.put(bytes, at: box)
    }
  }

  /// The practice that was begun in a folder.
  public init(in folder: String) throws {
    guard let bytes = try DurableFile.read(folder + "/.practice", limit: 1 << 16),
      let note = Data(base64Encoded: String(decoding: bytes, as: UTF8.self)),
      let practice = try? JSONDecoder().decode(Practice.self, from: note)
    else {
      throw DrillError(
        .needs, "no practice was begun in \(folder)", hint: "strongroom drill practice FOLDER begins one")
    }
    self = practice
  }

  private init(scenario: Scenario, seed: UInt64, began: UInt64, vault: String, records: UInt64) {
    self.scenario = scenario
    self.seed = seed
    self.began = began
    self.vault = vault
    self.records = records
  }

  /// Looks whether all is back: every record at the place equals its label, and nothing is out of order there.
  public func finish(
    in folder: String, place: OpenPlace, now: UInt64,
    report: @escaping @Sendable (CopyProgress) -> Void
  ) async throws -> Done {
    let verified = try await Verifier(of: place, level: .restore).run(report: report)
    let isHome = place.isHome
    let log = (try DurableFile.read(folder + "/.steps", limit: 1 << 20)) ?? []
    let steps = String(decoding: log, as: UTF8.self).split(separator: "\n").map(String.init)
    return Done(
      seconds: now > began ? now - began : 0, restored: verified.records, findings: verified.findings,
      steps: steps, passed: isHome && verified.isWhole && verified.records == records)
  }
}
