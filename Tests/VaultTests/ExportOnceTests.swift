import StorageFaults
import TestKit
import Testing

@testable import Vault

/// An export looks for what is selected while it writes it, not once before.
struct ExportOnceTests {
  /// Ten boxes of as many customers.
  private func scene() async throws -> Scene {
    let scene = try await Scene()
    for number in 0..<10 {
      try await scene.seal(scene.source("\(number)", ["basic/\(1000 + number)/\(number).txt": "\(number)"]))
    }
    _ = try await scene.open(toWrite: false).catalog()
    return scene
  }

  private func reads(_ store: FaultyStore) -> Int {
    store.log.count { $0.kind == .read && $0.name?.isUnder(Layout.boxes) == true }
  }

  @Test func tablesAreReadOnce() async throws {
    let scene = try await scene()
    let store = try scene.faulty()
    let opened = try await scene.open(toWrite: false, store: store)
    let all = try await opened.catalog()
    // The one that is met last.
    let last = try #require(all.records.max { $0.subject < $1.subject })
    let selection = Selection(text: String(decoding: last.path, as: UTF8.self))
    store.reset()
    #expect(try await opened.catalog(selection).records.count == 1)
    let once = reads(store)
    store.reset()
    let summary = try await Exporter(from: opened, selection: selection).run(to: scene.scratch.at("out")) {
      _ in
    }
    #expect(summary.records == 1 && once >= 10)
    // And the record itself.
    #expect(reads(store) <= once + 2)
  }

  @Test func whatSelectsNothingLeavesNoFolder() async throws {
    let scene = try await scene()
    let opened = try await scene.open(toWrite: false)
    let out = scene.scratch.at("out")
    let nothing = Exporter(from: opened, selection: Selection(text: "no such record"))
    #expect(await code { _ = try await nothing.run(to: out) { _ in } } == .input)
    #expect(!Files.exists(out))
    // Nor is anything written beside what is there.
    Files.write("mine", to: out + "/mine")
    #expect(await code { _ = try await nothing.run(to: out) { _ in } } == .exists)
    let some = Exporter(from: opened, selection: Selection(text: "3.txt"))
    #expect(await code { _ = try await some.run(to: out) { _ in } } == .exists)
    #expect(Files.names(out) == ["mine"])
    #expect(await code { _ = try await Exporter(from: opened).run(to: out) { _ in } } == .exists)
  }
}
