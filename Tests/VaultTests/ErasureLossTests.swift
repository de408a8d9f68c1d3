import Sealing
import TestKit
import Testing

@testable import Backup
@testable import Keyring
@testable import Rules
@testable import Vault

/// What an erasure, a change of keys or gc must not lose, and what it must not leave.
struct ErasureLossTests {
  private func scene() async throws -> Scene {
    let scene = try await Scene(classes: NewClasses([("basic", 10), ("contracts", 10)]))
    try await scene.seal(
      scene.source("first", ["basic/1001/a": "1", "contracts/1001/b": "2", "contracts/1002/c": "3"]))
    return scene
  }

  private func pages(_ scene: Scene) async throws -> [String] {
    try await scene.open(toWrite: false).state.pendingPages.map { Layout.keyringFile($0.page.hash).text }
  }

  private func hide(_ name: String, _ scene: Scene) throws -> [UInt8] {
    let bytes = try #require(Files.read("\(scene.place)/\(name)"))
    for half in ["", "second/"] { Files.unlink("\(scene.place)/\(half)\(name)") }
    return bytes
  }

  private func putBack(_ name: String, _ bytes: [UInt8], _ scene: Scene) {
    for half in ["", "second/"] { Files.write(bytes, to: Array("\(scene.place)/\(half)\(name)")) }
  }

  /// Whoever runs the store hides a page for one command: what others have on it must not be lost by that.
  @Test func aPageThatIsMislaidStopsEveryChangeOfKeys() async throws {
    for place in 0..<(try await pages(try await scene()).count) {
      let scene = try await scene()
      let opened = try await scene.open()
      let first = try #require(try await opened.customer(numbered: "1001"))
      let classes = try opened.unlocked().classes.map(\.name)
      let (name, before) = (try await pages(scene)[place], opened.state.size)
      let bytes = try hide(name, scene)
      let changes: [(OpenPlace) async throws -> Void] = [
        { _ = try await $0.erase([first], classes: [], reason: "") },
        { _ = try await $0.rotate(sections: classes) },
        { _ = try await $0.unfinishedErasures() == UnfinishedErasures(due: [], kept: []) },
      ]
      for change in changes.prefix(2) {
        #expect(await code { try await change(scene.open()) } == .missing, "\(name)")
      }
      let clerk = try Identity.generate()
      #expect(
        await code {
          _ = try await scene.open().grant(
            IdentityFile.Public(of: clerk), role: .clerk, classes: ["basic"], label: "")
        } == .missing)
      #expect(try await scene.open(toWrite: false).state.size == before)
      #expect(try await scene.open().mislaidPages().pages.map(\.name) == [name])
      putBack(name, bytes, scene)
      for change in changes { try await change(scene.open()) }
      #expect(try await scene.export().summary.findings.isEmpty)
      #expect(try await scene.open().mislaidPages().pages.isEmpty)
    }
  }

  /// Their rights end at once; their keys once nothing is lost by it.
  @Test func aRevocationWaitsForNoPage() async throws {
    let scene = try await scene()
    let archivist = try await scene.hire(.archivist)
    try await scene.seal(scene.source("more", ["basic/1003/d": "4"]), as: archivist)
    let name = try #require(try await pages(scene).last)
    let bytes = try hide(name, scene)
    let id = archivist.publicIdentity.id
    #expect(await code { _ = try await scene.open().revoke(id, reason: "") } == .missing)
    let after = try await scene.open()
    #expect(!after.state.isActive(id))
    #expect(try after.unlocked().opened.generation.grant(of: id) != nil)
    putBack(name, bytes, scene)
    _ = try await scene.open().revoke(id, reason: "")
    let last = try await scene.open()
    #expect(try last.unlocked().opened.generation.grant(of: id) == nil)
    #expect(try await scene.export().summary.findings.isEmpty)
  }

  /// A generation that is held back may be hidden as well: what only it names stays.
  @Test func gcErasesNothingOfAGenerationThatIsHidden() async throws {
    let scene = try await scene()
    let second = try await scene.hire(.custodian)
    _ = try await scene.open().rotate(sections: ["basic"])
    let held = try #require(try await scene.open(toWrite: false).state.generation)
    let opened = try await scene.open()
    let only = try await KeyringFiles(opened.place.store).generation(held, vault: opened.state.vault).pages
    let erased = try #require(try await opened.customer(numbered: "1001"))
    // With two custodians it is asked for.
    guard case .asked(let asked) = try await opened.carryOut(.erase([erased], classes: [], reason: "")) else {
      throw Files.Failed("nobody asked")
    }
    let other = try await scene.open(as: second, on: "second")
    let request = try await other.request(asked.number)
    _ = try await other.approve(request, try await other.actToApprove(request))
    let name = Layout.keyringFile(held.file).text
    let bytes = try hide(name, scene)
    scene.clock.pass(days: 10)
    let outcome = try await Remover(from: scene.open(), ignoresLimit: true).run()
    #expect(outcome.findings.map(\.object) == [name] && outcome.findings.first?.kind == .missing)
    let now = try await scene.open(toWrite: false)
    for page in only { _ = try await KeyringFiles(now.place.store).page(page.digest, size: Int(page.size)) }
    // Whoever is to compare says why they can't.
    let comparing = try await scene.open()
    await comparing.compareWhereDue()
    #expect(comparing.remarks.contains { if case .notCompared = $0 { true } else { false } })
    putBack(name, bytes, scene)
    for (identity, machine) in [(second, "second"), (scene.custodian, "custodian")] {
      let again = try await scene.open(as: identity, on: machine)
      await again.compareWhereDue()
      #expect(again.remarks.isEmpty, "\(again.remarks)")
    }
    #expect(try await scene.open(toWrite: false).state.uncompared.isEmpty)
    #expect(try await Remover(from: scene.open(), ignoresLimit: true).run().findings.isEmpty)
  }

  /// What one entry accounts for can be taken back by it alone.
  @Test func noCustomerIsInTwoEntries() throws {
    let classes = try (0..<4).map { _ in try Identifier.random() }
    let subjects = try (0..<90).map { _ in try Identifier.random() }.sorted()
    let keys = Dictionary(
      uniqueKeysWithValues: classes.map { id in
        (id, subjects.map { ErasureAccount.Pair(subject: $0, check: [UInt8](repeating: 1, count: 8)) })
      })
    let plan = ErasurePlan(keys: keys, gone: Set(subjects), withheld: [], unknown: [], kept: [])
    let accounts = try plan.accounts(reason: "", rows: 450)
    #expect(accounts.count == 2 && accounts.reduce(0) { $0 + $1.rows } == 450)
    var seen: Set<Identifier> = []
    for (account, _) in accounts {
      let mine = Set(account.keys.flatMap { $0.pairs.map(\.subject) })
      #expect(seen.isDisjoint(with: mine))
      #expect(account.keys.allSatisfy { $0.pairs.count == mine.count })
      seen.formUnion(mine)
    }
    #expect(seen.count == 90)
  }

  /// Who raises the years means what is sealed already.
  @Test func theLawsYearsAreThoseOfToday() async throws {
    let scene = try await scene()
    let opened = try await scene.open()
    let first = try #require(try await opened.customer(numbered: "1001"))
    let basic = try #require(try opened.unlocked().section(named: "basic")).id
    let policy = opened.state.policy
    let classes = policy.classes.map { rule in
      rule.id == basic ? Policy.ClassRule(id: basic, years: 30, isKept: true) : rule
    }
    let next = Policy(
      clockLead: policy.clockLead, classes: classes, cryptoperiod: policy.cryptoperiod,
      fourEyes: Set(policy.fourEyes), holdback: policy.holdback, erasePercent: policy.erasePercent,
      schedule: policy.schedule)
    _ = try await opened.perform(
      .policy(PolicyChange(policy: next, from: opened.state.policyEntry, names: [:])))
    scene.clock.pass(days: 365 * 12)
    let plan = try await scene.open().erasureScope(of: [first], classes: [])
    #expect(plan.kept.map(\.className) == ["basic"] && plan.kept.first?.until == 2056, "\(plan.kept)")
  }
}
