import Foundation
import Storage
import StorageFaults
import TestKit
import Testing

@testable import Vault

/// An export that broke off goes on where it was.
@Suite("Exports that go on")
struct ExportResumeTests {
  private static let files = Dictionary(
    uniqueKeysWithValues: (1...30).map { ("basic/C\($0)/a.txt", "record \($0)") })

  private func broken() async throws -> (scene: Scene, out: String) {
    let scene = try await Scene()
    try await scene.seal(scene.source(Self.files))
    let out = scene.at("out")
    let task = Task { () throws -> Void in
      _ = try await Exporter(from: scene.open(), workers: 1).run(to: out) { report in
        if report.records >= 5 { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    return (scene, out)
  }

  @Test("what is there as it was sealed stays, what isn't is written anew, and no note is left")
  func goesOn() async throws {
    let (scene, out) = try await broken()
    let first = Files.contents(out)
    let names = first.keys.filter { $0.hasPrefix("basic/") }.sorted()
    #expect(first[ExportFolder.note] != nil && names.count >= 1 && names.count < 30, "\(names.count)")
    let kept = try #require(names.first)
    let inode = try FileManager.default.attributesOfItem(atPath: "\(out)/\(kept)")[.systemFileNumber] as? Int
    // A file that was half written when the power went bears no permissions of its own yet.
    if names.count > 1 {
      Files.write("rec", to: "\(out)/\(names[1])")
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(out)/\(names[1])")
    }
    let summary = try await Exporter(from: scene.open()).run(to: out) { _ in }
    #expect(summary.records == 30 && summary.expected == 30 && summary.findings.isEmpty)
    #expect(Files.contents(out) == Self.files.mapValues { Array($0.utf8) })
    let after = try FileManager.default.attributesOfItem(atPath: "\(out)/\(kept)")[.systemFileNumber] as? Int
    #expect(inode == after)
    await #expect(throws: VaultError(.exists, "")) {
      try await Exporter(from: scene.open()).run(to: out) { _ in }
    }
  }

  @Test("a file that somebody worked on stays, and is told")
  func edited() async throws {
    let (scene, out) = try await broken()
    let name = try #require(Files.contents(out).keys.filter { $0.hasPrefix("basic/") }.min())
    Files.write("with a note of mine", to: "\(out)/\(name)")
    let summary = try await Exporter(from: scene.open()).run(to: out) { _ in }
    #expect(summary.records == 29 && summary.findings.map(\.kind) == [.unwritten])
    #expect(Files.contents(out)[name] == Array("with a note of mine".utf8))
  }

  @Test("an export of something else, or of a later state, doesn't go on there")
  func others() async throws {
    let (scene, out) = try await broken()
    await #expect(throws: VaultError(.exists, "")) {
      try await Exporter(from: scene.open(), selection: Selection(subject: "C1")).run(to: out) { _ in }
    }
    try await scene.seal(scene.source("more", ["basic/C31/b.txt": "new"]))
    await #expect(throws: VaultError(.exists, "")) {
      try await Exporter(from: scene.open()).run(to: out) { _ in }
    }
  }
}
