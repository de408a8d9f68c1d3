import Rules
import Backup
import Foundation
import Sealing
import Vault

/// The story that is recorded, act by act: each is run on what the one before left.
extension Act {
  static let story = founding + changing + erasing + recovering + together

  private static let founding: [Act] = [
    Act("init", ["init", "vault"]) { world in
      guard !world.isThere("vault") else { return }
      _ = try await CreateVault.create(
        .folder(world.at("vault")), founder: .identity(world.people.custodian), classes: .standard,
        in: world.machine())
    },
    Act("seal", ["seal", "--source", "source", "first"]) {
      try await $0.seal("first", as: $0.people.custodian)
    },
    Act("grant operator", ["grant", "add", "--yes", "operator.pub", "--role", "operator"]) {
      try await $0.grant($0.people.operator, .operator)
    },
    Act("grant clerk", ["grant", "add", "--yes", "clerk.pub", "--role", "clerk", "--class", "basic"]) {
      try await $0.grant($0.people.clerk, .clerk, ["basic"])
    },
    Act("snapshot", ["snapshot", "take", "destination", "--new"], as: "operator", copyingTo: "destination") {
      try await $0.snapshot(to: "destination", as: $0.people.operator)
    },
    Act("seal again", ["seal", "--source", "source", "second"]) {
      try await $0.seal("second", as: $0.people.custodian)
    },
  ]

  private static let changing: [Act] = [
    Act("policy", ["policy", "edit", "policy.yml", "--yes"]) { try await $0.addClass("mail") },
    Act(
      "grant change",
      ["grant", "change", "CLERK", "--role", "clerk", "--class", "basic", "--class", "mail", "--yes"]
    ) { world in
      let change = Vault.Act.change(
        world.people.clerk.publicIdentity.id, role: .clerk, classes: ["basic", "mail"], label: "")
      do { try await world.perform(change) } catch let error as VaultError where error.code == .refused {}
    },
    Act("rotate", ["keys", "rotate", "--class", "contracts", "--class", "directory"]) {
      let opened = try await $0.open(as: $0.people.custodian, toWrite: true)
      _ = try await opened.rotate(sections: ["contracts", "directory"])
    },
    Act("snapshot again", ["snapshot", "take", "destination"], as: "operator", copyingTo: "destination") {
      try await $0.snapshot(to: "destination", as: $0.people.operator)
    },
    Act("revoke", ["grant", "revoke", "CLERK", "--yes"]) { world in
      let opened = try await world.open(as: world.people.custodian, toWrite: true)
      let clerk = world.people.clerk.publicIdentity.id
      guard try await opened.grants().contains(where: { $0.id == clerk && $0.isActive }) else { return }
      _ = try await opened.revoke(clerk, reason: "")
    },
    Act("reseal", ["keys", "reseal"]) { world in
      let opened = try await world.open(as: world.people.custodian, toWrite: true)
      _ = try await Mover(in: opened, for: .reseal([])).run { _, _ in }
    },
    Act("move undo", ["move", "undo", "MOVE", "--yes"]) { world in
      let opened = try await world.open(as: world.people.custodian, toWrite: true)
      for move in opened.state.standingMoves { try await opened.perform(.end(move.entry, reason: "")) }
    },
    Act("reseal again", ["keys", "reseal"]) { world in
      let opened = try await world.open(as: world.people.custodian, toWrite: true)
      _ = try await Mover(in: opened, for: .reseal([])).run { _, _ in }
    },
  ]

  private static let erasing: [Act] = [
    Act("hold", ["hold", "place", "--name", "case", "--class", "transactions"]) { world in
      let opened = try await world.open(as: world.people.custodian, toWrite: true)
      guard opened.state.holds.isEmpty else { return }
      let held = opened.classNames.first { $0.value == "transactions" }.map(\.key)
      _ = try await opened.placeHold(
        Hold.Terms(classes: [held].compactMap(\.self), subjects: [], name: "case", reason: ""))
    },
    Act("erase", ["erase", "1003", "--yes"], files: { try $0.checkOrders() }) { try await $0.erase("1003") },
    Act("erase undo", ["erase", "undo", "ERASURE", "--yes"]) { world in
      let opened = try await world.open(as: world.people.custodian, toWrite: true)
      let open = opened.state.erasures.values.filter { $0.ended == nil }
      for one in open { try await opened.perform(.end(one.erased.number, reason: "")) }
    },
    Act("erase again", ["erase", "1003", "--yes"], files: { try $0.checkOrders() }) {
      try await $0.erase("1003")
    },
    Act("hold release", ["hold", "release", "HOLD", "--yes"]) { world in
      let opened = try await world.open(as: world.people.custodian, toWrite: true)
      for (number, hold) in opened.state.holds where hold.ended == nil {
        try await opened.perform(.end(number, reason: ""))
      }
    },
    Act("erase run", ["erase", "run", "--yes"], files: { try $0.checkOrders() }) { world in
      try await world.takeUp { try await $0.unfinishedErasures() }
    },
    Act("gc", ["gc", "vault", "--erase-beyond-limit"], days: 30, after: { try $0.dropStrays() }) { world in
      let opened = try await world.open(as: world.people.custodian, toWrite: true)
      _ = try await Remover(from: opened, ignoresLimit: true).run()
    },
    Act("retire", ["keys", "retire"], days: 30) { world in
      let opened = try await world.open(as: world.people.custodian, toWrite: true)
      _ = try await opened.retireEpochs(of: [])
    },
    Act("certificate", ["erase", "certificate"], days: 30, files: { try $0.checkCertificates() }) { world in
      let opened = try await world.open(as: world.people.custodian, toWrite: true)
      for erasure in opened.state.erasures.values where erasure.ended == nil {
        _ = try await opened.attest(try await opened.certificate(ofErasure: erasure.erased.number))
      }
    },
  ]

  private static let recovering: [Act] = [
    Act(
      "restore", ["restore", "destination", "restored"], at: "destination", copyingTo: "restored", days: 30
    ) { world in
      guard !world.isThere("restored") else { return }
      let opened = try await world.open("destination", as: nil)
      _ = try await Restorer(from: opened, to: .folder(world.at("restored"))).run { _ in }
    },
    Act(
      "recover", ["recover", "restored", "--yes", "--accept-fork", "FORK"], at: "restored", days: 30,
      after: { try FileManager.default.removeItem(atPath: $0.path("vault")) }
    ) {
      try await $0.recover("restored")
    },
    Act(
      "erase redo", ["erase", "redo", "ORDERS", "--vault", "restored", "--yes"], at: "restored", days: 30,
      files: { try $0.checkOrders() }
    ) { world in
      let orders = try world.orders().map {
        try ErasureOrder([UInt8](Data(contentsOf: URL(fileURLWithPath: world.path($0)))))
      }
      try await world.takeUp(at: "restored") { try await $0.unfinished(of: orders) }
    },
    Act(
      "seal there", ["seal", "--vault", "restored", "--source", "source", "third"], at: "restored", days: 30
    ) {
      try await $0.seal("third", as: $0.people.custodian, at: "restored")
    },
    Act(
      "forget", ["destination", "forget", "PLACE", "--vault", "restored", "--yes"], at: "restored", days: 30
    ) {
      world in
      let opened = try await world.open("restored", as: world.people.custodian, toWrite: true)
      let given = opened.state.places.filter { $0.key != opened.state.home }
      guard given.values.allSatisfy({ $0.forgotten == nil }), let place = given.keys.min() else { return }
      _ = try await opened.forget(place, reason: "")
    },
  ]

  /// With a second custodian.
  private static let together: [Act] = [
    Act(
      "grant custodian",
      ["grant", "add", "--vault", "restored", "--yes", "deputy.pub", "--role", "custodian"],
      at: "restored", days: 30
    ) { try await $0.grant($0.people.second, .custodian, at: "restored") },
    Act(
      "ask", ["erase", "1001", "--vault", "restored", "--yes"], at: "restored", days: 30, ends: 14
    ) { try await $0.erase("1001", at: "restored") },
    Act(
      "approve", ["request", "approve", "REQUEST", "--subject", "1001", "--vault", "restored", "--yes"],
      as: "deputy", at: "restored", days: 30, files: { try $0.checkOrders() }
    ) { world in
      let opened = try await world.open("restored", as: world.people.second, toWrite: true)
      for waiting in try await opened.requests() {
        _ = try await opened.approve(waiting, try await opened.actToApprove(waiting))
      }
    },
    Act(
      "ask again", ["erase", "1002", "--vault", "restored", "--yes"], at: "restored", days: 30, ends: 14
    ) { try await $0.erase("1002", at: "restored") },
    Act(
      "decline", ["request", "decline", "REQUEST", "--vault", "restored", "--yes"], as: "deputy",
      at: "restored",
      days: 30
    ) { world in
      let opened = try await world.open("restored", as: world.people.second, toWrite: true)
      for waiting in try await opened.requests() { try await opened.decline(waiting, reason: "") }
    },
    Act(
      "shares",
      [
        "shares", "split", "--threshold", "2", "--shares", "3", "--out", "sheets", "--vault", "restored",
        "--yes",
      ], at: "restored", days: 30, ends: 14,
      files: { world in
        let sheets = try FileManager.default.contentsOfDirectory(atPath: world.path("sheets"))
        guard sheets.filter({ $0.hasSuffix(".html") }).count >= 3 else {
          throw ProofFailure("there are only \(sheets)")
        }
      }
    ) { world in
      // Another set would be another secret; whoever writes next completes what was entered.
      _ = try await world.open("restored", as: world.people.custodian, toWrite: true)
    },
  ]

  /// The policy of a new vault, with one class more.
  static let policy = """
    ahead: 10
    cryptoperiod: 365
    destinations: 1
    drill: 90
    holdback: 72
    limit: 10
    rehearse: 0
    snapshot: 24
    verify: 90
    access: no
    eyes: [drop]
    classes:
      basic: {years: 10, keep: no}
      communications: {years: 6, keep: no}
      contracts: {years: 10, keep: no}
      mail: {years: 2, keep: no}
      transactions: {years: 10, keep: no}
    """
}

/// What acts do again, and what they leave.
extension World {
  func perform(_ act: Vault.Act, at name: String = "vault") async throws {
    _ = try await open(name, as: people.custodian, toWrite: true).perform(act)
  }

  func addClass(_ name: String) async throws {
    let opened = try await open(as: people.custodian, toWrite: true)
    let state = opened.state
    guard !opened.classNames.values.contains(name) else { return }
    let id = try Identifier.random()
    let policy = Policy(
      clockLead: state.policy.clockLead, classes: state.policy.classes + [Policy.ClassRule(id: id, years: 2)],
      cryptoperiod: state.policy.cryptoperiod, fourEyes: Set(state.policy.fourEyes),
      holdback: state.policy.holdback, erasePercent: state.policy.erasePercent,
      schedule: state.policy.schedule)
    try await perform(.policy(PolicyChange(policy: policy, from: state.policyEntry, names: [id: name])))
  }

  /// Erases a customer, or asks for it; does nothing where that was done.
  func erase(_ number: String, at name: String = "vault") async throws {
    let opened = try await open(name, as: people.custodian, toWrite: true)
    guard opened.state.requests.values.allSatisfy({ $0.end != nil }),
      let id = try await opened.customer(numbered: number),
      try await opened.erasureScope(of: [id], classes: []).keyCount > 0
    else { return }
    _ = try await opened.carryOut(.erase([id], classes: [], reason: ""))
  }

  /// Erases what is left of erasures.
  func takeUp(
    at name: String = "vault", _ find: (OpenPlace) async throws -> UnfinishedErasures
  ) async throws {
    let opened = try await open(name, as: people.custodian, toWrite: true)
    for group in try await find(opened).due {
      try await opened.perform(.erase(group.subjects, classes: group.classes, reason: ""))
    }
    _ = try await opened.endFinishedFindings()
  }

  /// The orders of erasures, by their paths.
  func orders() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path("erasures")).filter {
      $0.hasSuffix(".order.json")
    }
    .sorted().map { "erasures/" + $0 }
  }

  /// Whoever was told that it is erased has an order, and each is whole.
  func checkOrders() throws {
    let orders = try orders()
    guard !orders.isEmpty else { throw ProofFailure("there is no order") }
    for order in orders { _ = try ErasureOrder([UInt8](Data(contentsOf: URL(fileURLWithPath: path(order))))) }
  }

  /// Nor is any certificate less than whole.
  func checkCertificates() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: path("erasures"))
    let stems = names.filter { $0.hasSuffix(".tlog-proof") }.map { $0.dropLast(".tlog-proof".count) }
    guard !stems.isEmpty else { throw ProofFailure("there is no certificate") }
    for stem in stems {
      _ = try ErasureCertificate(
        [UInt8](Data(contentsOf: URL(fileURLWithPath: path("erasures/\(stem).json")))))
      for page in ["en", "zh"] {
        let text = try String(contentsOfFile: path("erasures/\(stem).\(page).html"), encoding: .utf8)
        guard text.contains("</html>") else { throw ProofFailure("\(stem).\(page).html ends early") }
      }
    }
  }
}
