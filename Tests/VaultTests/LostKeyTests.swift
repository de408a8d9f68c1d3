import Keyring
import Sealing
import TestKit
import Testing

@testable import Vault

/// A key that is in the keyring no more is lost, and said to be, unless an entry accounts for just that bundle.
struct LostKeyTests {
  /// A vault whose keyring was once made smaller, by a customer who has nothing to do with what is lost later.
  private func scene() async throws -> Scene {
    let scene = try await Scene()
    try await scene.seal(scene.source(["basic/1001/a": "1", "basic/1002/b": "2", "contracts/1003/c": "3"]))
    try await scene.open().dropSubject("1003", in: "contracts")
    return scene
  }

  private func lost(_ findings: [Finding]) -> [String] {
    findings.filter { $0.kind == .lost && $0.object.hasPrefix("boxes/") }.map(\.object)
  }

  @Test func verifyCallsNoMissingKeyErasedBecauseOthersWere() async throws {
    let scene = try await scene()
    let opened = try await scene.open()
    let basic = try #require(
      try await opened.catalog().records.first { $0.className == "basic" }?.places.first?.box)
    try await opened.dropSubject("1001", in: "basic")
    let boxes = Array(opened.state.liveBoxes())
    let check = try await opened.checkBoxes(boxes) { _, _ in }
    // Both are gone; no entry says of either whose key went.
    #expect(lost(check.findings).sorted() == boxes.map { Layout.box($0.box.hash).text }.sorted())
    #expect(lost(check.findings).contains(Layout.box(basic.box.hash).text))
    #expect(check.records == 1 && check.sound.isEmpty)
  }

  @Test func whoLooksForRecordsIsToldThatTheirKeysAreLost() async throws {
    let scene = try await scene()
    let catalog = try await scene.open(toWrite: false).catalog()
    #expect(catalog.records.count == 2 && catalog.findings.map(\.kind) == [.lost])
    let (files, summary) = try await scene.export()
    #expect(files.count == 2 && summary.findings.map(\.kind) == [.lost])
  }

  /// What can't be opened because a page of keys can't be read isn't verified either, and is told with the page.
  @Test(arguments: [false, true]) func aBoxWithABundleThatNobodyOpenedIsNotVerified(takenOver: Bool)
    async throws
  {
    let scene = try await Scene()
    try await scene.seal(scene.source(["basic/1001/a": "1", "contracts/1002/b": "2"]))
    // Two boxes hang on the page: the second is looked at when it is known to be bad.
    try await scene.seal(scene.source("more", ["contracts/1002/c": "3"]))
    if takenOver { _ = try await scene.open().rotate(sections: ["communications"]) }
    let keys = try await scene.open(toWrite: false).unlocked()
    let section = try #require(keys.section(named: "contracts"))
    let page = try #require(KeyRows(section, additions: keys.additions).pages.first).digest
    for half in ["", "second/"] { Files.unlink("\(scene.place)/\(half)\(Layout.keyringFile(page))") }
    let opened = try await scene.open(toWrite: false)
    let check = try await opened.checkBoxes(Array(opened.state.liveBoxes())) { _, _ in }
    #expect(check.findings.map(\.object) == [Layout.keyringFile(page).text])
    #expect(check.records == 1 && check.sound.count == 1)
  }
}
