import Backup
import Drill
import Foundation
import Rules
import Sealing
import Storage
import StorageFaults
import Synchronization
import TestKit
import Vault

@testable import Round

/// A vault with two destinations, an operator who keeps the rounds, and a receiver of notices.
final class House: Sendable {
  let scene: Scene
  let `operator`: Identity
  let drillKey: Identity
  let settings: RoundSettings
  let notices: NoticeSettings
  /// Destinations that can't be reached, and how: nil lets them be.
  let broken = Mutex<[String: Fault]>([:])

  static let plan = """
    name: monthly
    title: The cellar is all that is left
    story: The vault is gone.
    loses: [vault]
    objectives:
      rto: 1h
    """

  init(verifyDays: UInt64 = 30) async throws {
    // As the program does: a program that doesn't read what it is told ends nobody.
    signal(SIGPIPE, SIG_IGN)
    let scene = try await Scene(inMemory: true)
    self.scene = scene
    `operator` = try await scene.hire(.operator)
    drillKey = try await scene.hire(.operator, ["basic", "transactions", "contracts", "communications"])
    try await scene.seal(scene.source(["basic/C1/a.txt": "a letter", "contracts/C2/b.txt": "a contract"]))
    for name in ["cellar", "bank"] {
      let opened = try await scene.open(as: `operator`, on: "operator")
      _ = try await SnapshotTaker(of: opened, to: .folder(scene.at(name)), begins: true).run { _ in }
    }
    try FileManager.default.createDirectory(atPath: scene.at("scratch"), withIntermediateDirectories: true)
    let command = scene.at("tell")
    Files.write(
      "#!/bin/sh\ntest ! -e '\(scene.at("down"))' && cat >> '\(scene.at("told"))' && echo >> '\(scene.at("told"))'\n",
      to: command)
    chmod(command, 0o755)
    notices = NoticeSettings(channels: [Channel(name: "command", kind: .command(command))])
    settings = RoundSettings(
      destinations: ["bank", "cellar"].map {
        RoundSettings.Destination(name: $0, location: .folder(scene.at($0)))
      },
      drills: [
        RoundSettings.PlannedDrill(
          name: "monthly", plan: try Plan(yaml: Self.plan), destination: .folder(scene.at("cellar")),
          every: 30 * 86_400)
      ])
    scene.setGate { [weak self] _, location, store in
      guard let self else { return store }
      let name = location.split(separator: "/").last.map(String.init) ?? ""
      return FaultyStore(store) { operation, _ in
        guard operation.kind.writes || operation.kind == .spoolWrite || operation.kind == .list else {
          return nil
        }
        return self.broken.withLock { $0[name] }
      }
    }
  }

  func breakPlace(_ name: String, _ fault: Fault?) { broken.withLock { $0[name] = fault } }

  /// The vault, opened by who keeps the rounds.
  func open() async throws -> OpenPlace { try await scene.open(as: `operator`, on: "operator") }

  /// A round, as the program does it.
  @discardableResult
  func round(
    _ settings: RoundSettings? = nil, notices: NoticeSettings? = nil
  ) async throws -> RoundReport {
    let settings = await (settings ?? self.settings).looking()
    let opened = try await open()
    let run = RoundRun(
      of: opened, key: .identity(`operator`), settings: settings,
      drills: RoundRun.DrillTools(
        keys: Dictionary(
          uniqueKeysWithValues: settings.drills.map { ($0.name, KeySource.identity(drillKey)) })
      ) { [scene] location in
        Rehearsal.Settings(
          destination: location, scratch: scene.at("scratch"), evidence: scene.at("drills"), languages: ["en"]
        )
      })
    let keeping = RoundKeeping(
      of: opened, settings, notices: notices ?? self.notices, metrics: scene.at("strongroom.prom"),
      words: RoundKeeping.Words(matter: { matter, _ in matter.key }, page: { _, _ in [] }), pauses: [])
    return try await keeping.keep(run) { _, _ in }
  }

  /// How all stands, by who only looks.
  func standing() async throws -> Standing { Standing(of: try await open(), await settings.looking()) }

  /// Subjects of the messages that arrived, the first one first.
  func told() -> [String] {
    let text = Files.read(scene.at("told")).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return text.matches(of: /"subject":"Strongroom [0-9a-f]{8}: ([^"]*)"/).map { String($0.1) }
  }

  /// One figure of the metrics.
  func metric(_ start: String) -> String? {
    let text = Files.read(scene.at("strongroom.prom")).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return text.split(separator: "\n").first { $0.hasPrefix("strongroom_" + start) }?.split(separator: " ")
      .last
      .map(String.init)
  }
}

extension RoundReport {
  func result(_ work: Work) -> RoundStep.Result? { steps.first { $0.work == work }?.result }
  var failures: [String] {
    steps.compactMap { if case .failed(let error) = $0.result { "\($0.work): \(error)" } else { nil } }
  }
  var keys: [String] { standing.matters.filter { $0.level == .wrong }.map(\.key) }
  var done: [Work] { steps.filter(\.wasBegun).map(\.work) }
}
