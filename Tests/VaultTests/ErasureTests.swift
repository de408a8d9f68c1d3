import Sealing
import TestKit
import Testing

@testable import Keyring
@testable import Rules
@testable import Vault

/// Customers are erased, and nobody else; what is withheld stays, and what was erased can be taken back for a while.
struct ErasureTests {
  private static let files = [
    "basic/1001/a": "1", "basic/1002/b": "2", "contracts/1001/c": "3", "contracts/1003/d": "4",
  ]

  private func scene() async throws -> Scene {
    let scene = try await Scene(classes: NewClasses([("basic", 10), ("contracts", 10)]))
    try await scene.seal(scene.source("first", Self.files))
    return scene
  }

  /// What an export holds, by path.
  private func names(_ scene: Scene, as identity: Identity? = nil) async throws -> Set<String> {
    let opened = try await scene.open(as: identity ?? scene.custodian, toWrite: false)
    return Set(
      try await opened.catalog().records.map {
        "\($0.className)/\(String(decoding: $0.subjectAsGiven, as: UTF8.self))"
      })
  }

  private func erase(_ numbers: [String], in className: String? = nil, _ opened: OpenPlace) async throws
    -> ErasureOutcome
  {
    var ids: [Identifier] = []
    for number in numbers { ids.append(try #require(try await opened.customer(numbered: number))) }
    let classes = try className.map { [try #require(try opened.unlocked().section(named: $0)).id] } ?? []
    return try await opened.erase(ids, classes: classes, reason: "asked for it")
  }

  @Test func aCustomerIsErasedAndNobodyElse() async throws {
    let scene = try await scene()
    let opened = try await scene.open()
    let id = try #require(try await opened.customer(numbered: "1001"))
    let outcome = try await erase(["1001"], opened)
    #expect(outcome.plan.keyCount == 2 && outcome.rows == 3 && outcome.plan.gone == [id])
    #expect(try await names(scene) == ["basic/1002", "contracts/1003"])
    let after = try await scene.open()
    #expect(try await after.customer(numbered: "1001") == nil)
    #expect(after.state.notCounted.isEmpty)
    // It is no loss: verifying finds nothing.
    let check = try await after.checkBoxes(Array(after.state.liveBoxes())) { _, _ in }
    #expect(check.findings.isEmpty && check.records == 2 && check.sound.count == after.state.boxes.count)
    #expect(await code { _ = try await erase(["1002"], in: "contracts", after) } == .input)
    #expect(await code { _ = try await after.erase([id], classes: [], reason: "") } == .input)
    // The same customer who comes back is another id, and what was erased stays so.
    try await scene.seal(scene.source("again", ["basic/1001/e": "5"]))
    let back = try await scene.open()
    #expect(try await back.customer(numbered: "1001") != id)
    #expect(try await names(scene).contains("basic/1001"))
  }

  /// Who sealed for a customer may have kept the key.
  @Test func aKeyThatComesBackIsTold() async throws {
    let scene = try await scene()
    let opened = try await scene.open()
    let id = try #require(try await opened.customer(numbered: "1001"))
    let section = try #require(try opened.unlocked().section(named: "basic"))
    let key = try #require(try await opened.unlocked().key(of: id, in: section.id))
    _ = try await erase(["1001"], opened)
    var rows = NewRows(for: section.id)
    rows.add(subject: id, key: key)
    try await add(rows, opened, scene)
    let after = try await scene.open(toWrite: false)
    let check = try await after.checkBoxes(Array(after.state.liveBoxes())) { _, _ in }
    // No number leads to its records any more, so that they are nobody's.
    #expect(Set(check.findings.map(\.kind)) == [.exposed, .mislabelled])
    #expect(check.findings.filter { $0.kind == .exposed }.map(\.part) == [.customer(id)])
    #expect(check.erased == 1 && check.erasedOrLost == 0)
    // Erased once more, it is gone.
    _ = try await scene.open().erase([id], classes: [], reason: "")
    let last = try await scene.open(toWrite: false)
    let again = try await last.checkBoxes(Array(last.state.liveBoxes())) { _, _ in }
    #expect(again.findings.isEmpty && again.erased == 2)
  }

  private func add(_ rows: NewRows, _ opened: OpenPlace, _ scene: Scene) async throws {
    let page = try #require(try rows.sealed(vault: opened.state.vault).first)
    let keys = try opened.unlocked()
    try await keys.files.put(page.bytes)
    let addition = try Addition(naming: page, in: keys.opened)
    try await opened.commit(as: scene.custodian) { _ in
      [OpenLedger.Draft(.keys(AddedPages(generation: keys.number, pages: [AddedPages.Page(addition)])))]
    }
  }

  @Test func oneClassAlone() async throws {
    let scene = try await scene()
    let outcome = try await erase(["1001"], in: "basic", try await scene.open())
    #expect(outcome.rows == 1 && outcome.plan.gone.isEmpty)
    #expect(try await names(scene) == ["basic/1002", "contracts/1001", "contracts/1003"])
    // The rest goes later, and what leads to them with it.
    let rest = try await erase(["1001"], try await scene.open())
    #expect(rest.rows == 2)
  }

  /// Who doesn't open the journal can't tell an erased bundle from a lost one, and calls it neither.
  @Test func aClerkSeesNeitherLossNorWhole() async throws {
    let scene = try await scene()
    let clerk = try await scene.hire(.clerk, ["basic", "contracts"])
    _ = try await erase(["1001"], try await scene.open())
    let opened = try await scene.open(as: clerk, toWrite: false)
    let check = try await opened.checkBoxes(Array(opened.state.liveBoxes())) { _, _ in }
    #expect(check.findings.isEmpty && check.records == 2 && check.sound.count < opened.state.boxes.count)
    #expect(check.erasedOrLost == 2 && check.erased == 0)
    #expect(try await names(scene, as: clerk) == ["basic/1002", "contracts/1003"])
  }

  /// Rows that never counted are merged: an archivist's junk breaks no account.
  @Test func rowsThatNeverCountedBreakNoAccount() async throws {
    let scene = try await scene()
    let opened = try await scene.open()
    let id = try #require(try await opened.customer(numbered: "1001"))
    let section = try #require(try opened.unlocked().section(named: "basic"))
    var rows = NewRows(for: section.id)
    _ = try rows.addKey(for: id)
    try await add(rows, opened, scene)
    let outcome = try await erase(["1001"], try await scene.open())
    #expect(outcome.rows == 3)
    let state = try await scene.open(toWrite: false).state
    #expect(state.generation?.change.rows.merged == 1 && state.notCounted.isEmpty)
    #expect(try await names(scene) == ["basic/1002", "contracts/1003"])
  }

  @Test func whatIsHeldStays() async throws {
    let scene = try await scene()
    let opened = try await scene.open()
    let id = try #require(try await opened.customer(numbered: "1001"))
    let basic = try #require(try opened.unlocked().section(named: "basic")).id
    let hold = try await opened.placeHold(
      Hold.Terms(classes: [basic], subjects: [id], name: "case 7", reason: "a court"))
    #expect(await code { _ = try await erase(["1001"], in: "basic", opened) } == .refused)
    let outcome = try await erase(["1001"], opened)
    #expect(outcome.plan.keyCount == 1 && outcome.plan.kept.map(\.className) == ["basic"])
    #expect(outcome.plan.gone.isEmpty && outcome.plan.kept.allSatisfy { $0.until == nil })
    #expect(try await names(scene) == ["basic/1001", "basic/1002", "contracts/1003"])
    #expect(await code { _ = try await erase(["1001"], try await scene.open()) } == .refused)
    try await scene.open().perform(.end(hold, reason: "over"))
    #expect(try await scene.open().holds().isEmpty)
    _ = try await erase(["1001"], try await scene.open())
    #expect(try await names(scene) == ["basic/1002", "contracts/1003"])
    #expect(await code { try await opened.perform(.end(hold, reason: "")) } == .refused)
  }

  /// A hold that nobody can read holds everything.
  @Test func aHoldThatCannotBeReadHoldsAll() async throws {
    let scene = try await scene()
    let opened = try await scene.open()
    try await opened.commit(as: scene.custodian) { _ in [OpenLedger.Draft(.held(Holding()))] }
    #expect(await code { _ = try await erase(["1001"], try await scene.open()) } == .refused)
  }

  @Test func whatTheLawKeepsStays() async throws {
    let scene = try await scene()
    let opened = try await scene.open()
    let basic = try #require(try opened.unlocked().section(named: "basic")).id
    let policy = opened.state.policy
    let strict = Policy(
      clockLead: policy.clockLead,
      classes: policy.classes.map { Policy.ClassRule(id: $0.id, years: $0.years, isKept: $0.id == basic) },
      cryptoperiod: policy.cryptoperiod, fourEyes: Set(policy.fourEyes), holdback: policy.holdback,
      erasePercent: policy.erasePercent, schedule: policy.schedule)
    try await opened.perform(
      .policy(PolicyChange(policy: strict, from: opened.state.policyEntry, names: [:])))
    let outcome = try await erase(["1001"], try await scene.open())
    let year = try #require(outcome.plan.kept.first?.until)
    #expect(outcome.plan.kept.map(\.className) == ["basic"])
    #expect(try await names(scene).contains("basic/1001"))
    // Once the last year is over it is let go.
    let day = try #require(CivilDay(year: Int(year) + 1, month: 1, day: 2))
    scene.clock.set(try #require(CivilTime.start(of: day)))
    _ = try await erase(["1001"], try await scene.open())
    #expect(try await names(scene) == ["basic/1002", "contracts/1003"])
  }

  @Test func isTakenBackWhileTheHoldBackRuns() async throws {
    let scene = try await scene()
    let before = try await names(scene)
    // One of the rows that go was added since the last generation.
    try await scene.seal(scene.source("more", ["contracts/1002/n": "6"]))
    let outcome = try await erase(["1001", "1002"], try await scene.open())
    #expect(try await names(scene) == ["contracts/1003"])
    let entry = try #require(outcome.entries.first)
    let listed = try await scene.open(toWrite: false).erasures()
    #expect(listed.map(\.erasure.erased.number) == [entry] && listed.first?.reason == "asked for it")
    #expect(listed.first?.isGone == false)
    try await scene.open().perform(.end(entry, reason: "another customer was meant"))
    #expect(try await names(scene) == before.union(["contracts/1002"]))
    let opened = try await scene.open()
    let check = try await opened.checkBoxes(Array(opened.state.liveBoxes())) { _, _ in }
    #expect(check.findings.isEmpty && check.records == 5 && opened.state.notCounted.isEmpty)
    #expect(await code { try await opened.perform(.end(entry, reason: "")) } == .refused)
    // And erased once more.
    _ = try await erase(["1001"], try await scene.open())
    #expect(try await !names(scene).contains("basic/1001"))
  }

  /// The next delivery gives the customer a new id; what was erased comes back all the same.
  @Test func isTakenBackThoughTheCustomerCameBack() async throws {
    let scene = try await scene()
    let opened = try await scene.open()
    let id = try #require(try await opened.customer(numbered: "1001"))
    let entry = try #require(try await erase(["1001"], opened).entries.first)
    try await scene.seal(scene.source("again", ["basic/1001/e": "5"]))
    try await scene.open().perform(.end(entry, reason: ""))
    let after = try await scene.open(toWrite: false)
    let check = try await after.checkBoxes(Array(after.state.liveBoxes())) { _, _ in }
    #expect(Set(check.findings.map(\.kind)) == [.mislabelled] && check.records == 5)
    #expect(try await after.customer(numbered: "1001") != id)
    // Whoever lost a page of the directory isn't told that all came back.
    let again = try await scene.open()
    let second = try #require(try await erase(["1002"], again).entries.first)
    let old = try #require(again.state.generations.dropLast().last)
    let generation = try await KeyringFiles(again.place.store).generation(old, vault: again.state.vault)
    for page in generation.pages {
      for half in ["", "second/"] { Files.unlink("\(scene.place)/\(half)\(Layout.keyringFile(page.digest))") }
    }
    #expect(await code { try await scene.open().perform(.end(second, reason: "")) } != nil)
    #expect(try await scene.open(toWrite: false).state.erasures[second]?.ended == nil)
  }

  @Test func isNotTakenBackOverAKeyThatCameSince() async throws {
    let scene = try await scene()
    let outcome = try await erase(["1001"], in: "basic", try await scene.open())
    try await scene.seal(scene.source("again", ["basic/1001/e": "5"]))
    let entry = try #require(outcome.entries.first)
    #expect(await code { try await scene.open().perform(.end(entry, reason: "")) } == .refused)
  }

  @Test func isGoneOnceTheHoldBackIsOver() async throws {
    let scene = try await scene()
    let outcome = try await erase(["1001"], try await scene.open())
    scene.clock.set(RemoverTests.later(10))
    _ = try await Remover(from: try await scene.open(on: "gc"), ignoresLimit: true).run()
    let listed = try await scene.open(toWrite: false).erasures()
    #expect(listed.map(\.isGone) == [true])
    let entry = try #require(outcome.entries.first)
    #expect(await code { try await scene.open().perform(.end(entry, reason: "")) } == .refused)
  }

  // MARK: four eyes, and comparison

  private func pair() async throws -> (scene: Scene, other: Identity) {
    let scene = try await scene()
    return (scene, try await scene.hire(.custodian))
  }

  /// Asks for an act as the other custodian; the request's number.
  private func ask(_ act: Act, _ scene: Scene, _ other: Identity) async throws -> UInt64 {
    let asking = try await scene.open(as: other, on: "other")
    guard case .asked(let request) = try await asking.carryOut(act) else {
      Issue.record("nobody had to be asked")
      return 0
    }
    return request.number
  }

  @Test func anotherCustodianComparesWhatWasErased() async throws {
    let (scene, other) = try await pair()
    let opened = try await scene.open()
    let id = try #require(try await opened.customer(numbered: "1001"))
    let asked = try await ask(.erase([id], classes: [], reason: "asked for it"), scene, other)
    try await opened.ledger.catchUp()
    // The request says whom, and allows no more rows.
    let listed = try await opened.request(asked)
    #expect(listed.act == .erase([id], classes: [], reason: "") && listed.request.asked.content.drops == 4)
    let act = try await opened.actToApprove(listed)
    let outcome = try #require(try await opened.approve(listed, act).erasure)
    #expect(await code { _ = try await opened.actToApprove(opened.request(asked)) } == .refused)
    let compared = try await scene.open(as: other, on: "other")
    #expect(compared.state.uncompared.map(\.number) == [outcome.generation])
    await compared.compareWhereDue()
    #expect(compared.state.uncompared.isEmpty && compared.remarks.isEmpty)
    // It can be taken back still, since the hold-back runs.
    let back = try await ask(.end(outcome.entries[0], reason: "wrong one"), scene, other)
    let again = try await scene.open()
    let taken = try await again.request(back)
    _ = try await again.approve(taken, try await again.actToApprove(taken))
    #expect(try await names(scene).contains("basic/1001"))
  }

  private func keepByLaw(_ classID: Identifier, _ scene: Scene, _ other: Identity) async throws {
    let opened = try await scene.open()
    let policy = opened.state.policy
    let next = Policy(
      clockLead: policy.clockLead,
      classes: policy.classes.map {
        $0.id == classID ? Policy.ClassRule(id: classID, years: 10, isKept: true) : $0
      },
      cryptoperiod: policy.cryptoperiod, fourEyes: Set(policy.fourEyes), holdback: policy.holdback,
      erasePercent: policy.erasePercent, schedule: policy.schedule)
    let act = Act.policy(PolicyChange(policy: next, from: opened.state.policyEntry, names: [:]))
    _ = try await opened.perform(act, request: try await ask(act, scene, other))
  }

  /// An account that names more than went, or less, or whom a hold or the law keeps, is no account.
  @Test(arguments: ["other", "held", "law"]) func aFalseAccountIsNotCompared(_ flaw: String) async throws {
    let (scene, other) = try await pair()
    let opened = try await scene.open()
    let id = try #require(try await opened.customer(numbered: "1001"))
    let else_ = try #require(try await opened.customer(numbered: "1002"))
    let basic = try #require(try opened.unlocked().section(named: "basic")).id
    let key = try #require(try await opened.unlocked().key(of: flaw == "other" ? else_ : id, in: basic))
    let check = try KeySchedule.keyCheck(subject: key)
    if flaw == "law" { try await keepByLaw(basic, scene, other) }
    let request = try await ask(.erase([id], classes: [], reason: ""), scene, other)
    try await opened.ledger.catchUp()
    var update = KeyringUpdate(vault: opened, reason: .dropped)
    update.accounting = { next in
      let account = ErasureAccount(
        keys: [(basic, [.init(subject: flaw == "other" ? else_ : id, check: check)])], reason: "",
        withheld: [])
      let erasure = Erasure(generation: UInt64(next.opened.generation.number), rows: next.rows.dropped)
      return [OpenLedger.Draft(.erased(erasure), sealed: account.object, request: request)]
    }
    _ = try await update.run(as: scene.custodian, about: "dropped") { change in
      try change.drop([id], in: basic)
    }
    let comparing = try await scene.open(as: other, on: "other")
    if flaw == "held" {
      _ = try await comparing.placeHold(Hold.Terms(classes: [], subjects: [id], name: "late", reason: ""))
    }
    await comparing.compareWhereDue()
    #expect(comparing.state.uncompared.count == 1)
    // What a later hold keeps was no lie: it is told apart, with what to do about it.
    #expect(
      comparing.remarks.contains {
        switch $0 {
        case .keyringDiffers: flaw == "other"
        case .notCompared(let error):
          flaw == "held" && error.what.contains("that hold ")
            || flaw == "law" && error.what.contains("that the law keeps until the end of ")
        default: false
        }
      })
  }
}
