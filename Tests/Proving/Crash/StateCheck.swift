import Backup
import Foundation
import Sealing
import Vault

/// What must hold in one state that a crash left.
struct StateCheck {
  private let recorded: RecordedAct
  private let world: World
  private var act: Act { recorded.act }
  private var custodian: Identity { world.people.custodian }
  /// Everything was done, and what was never synced is lost: what the command said must be there.
  private let isOver: Bool
  /// It isn't the recorded run: files that it left, if any, have other names.
  private let isAnotherRun: Bool

  init(_ recorded: RecordedAct, isOver: Bool, isAnotherRun: Bool = false, _ world: World) {
    (self.recorded, self.isOver, self.isAnotherRun, self.world) = (recorded, isOver, isAnotherRun, world)
  }

  /// Looks at what lies in the world's folder, and works on there.
  func run() async throws {
    for machine in ["memory", "newcomer"] {
      try await step("at \(act.place), seen by \(machine)") {
        try await look(act.place, recorded.readBefore.place, recorded.readAfter.place, machine)
      }
      if let copy = act.copy {
        try await step("at \(copy), seen by \(machine)") {
          try await look(copy, recorded.readBefore.copy, recorded.readAfter.copy, machine)
        }
      }
    }
    if isOver { try await step("files") { try act.files(world) } }
    try await step("run again") { try await act.again(world) }
    let present = act.name == "init" ? try world.withVaultThatIsThere() : world
    try await step("after the next run") {
      try await compare(act.place, recorded.readAfter.place, in: present)
      if let copy = act.copy { try await compare(copy, recorded.readAfter.copy, in: present) }
    }
  }

  private func step(_ name: String, _ body: () async throws -> Void) async throws {
    do { try await body() } catch { throw ProofFailure("\(name): \(error)") }
  }

  /// A place as it stands: nothing lost, nothing half-done, every key at hand.
  private func look(_ name: String, _ before: Records?, _ after: Records?, _ machine: String) async throws {
    guard world.isThere(name) else {
      if before != nil { throw ProofFailure("the marker is gone") }
      if isOver { throw ProofFailure("the command ended, and there is nothing") }
      return
    }
    guard let after else { throw ProofFailure("there is something where nothing should be") }
    let found = try await world.findings(name, level: .open, as: custodian, on: machine)
    for finding in found.findings where !mayRemain(finding, at: name) { throw ProofFailure("\(finding)") }
    let records = try await world.records(name, as: custodian, on: machine)
    if let fault = records.fault(between: before ?? Records(), and: after) { throw ProofFailure(fault) }
    if isOver, records != after { throw ProofFailure("the command ended, and not all of it is there") }
    let stand = name == act.place ? recorded.readAfter.stand : nil
    if isOver, let stand,
      let what = try await world.stand(name, on: machine).difference(
        from: stand, byName: !isAnotherRun)
    {
      throw ProofFailure("the command ended, and not all is as it left it: \(what)")
    }
  }

  /// What a crash may leave out of order: at a copy that it broke off, and the second copy of a commit.
  private func mayRemain(_ finding: Finding, at name: String) -> Bool {
    guard !isOver else { return false }
    return finding.kind == .unfinished && name == act.copy
      || finding.kind == .missing && finding.object.hasPrefix("second/ledger/")
  }

  private func compare(_ name: String, _ after: Records?, in world: World) async throws {
    let found = try await world.findings(name, level: .open, as: custodian)
    if let finding = found.findings.first { throw ProofFailure("\(name): \(finding)") }
    guard try await world.records(name, as: custodian) == after else {
      throw ProofFailure("\(name) isn't what it would have been")
    }
  }
}
