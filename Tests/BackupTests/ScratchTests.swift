import Foundation
import Storage
import Synchronization
import Testing

@testable import Backup
@testable import Vault

/// A folder with records in the clear goes, or somebody is told.
@Suite struct ScratchTests {
  @Test("A scratch folder that can't be removed is said, with where it was")
  func movedAway() async throws {
    let story = try await Story.furnished()
    let parent = story.at("scratch")
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    let opened = try await story.open(toWrite: false)
    // Somebody moves it while it is worked in: open folders stay open.
    await #expect(throws: VaultError(.storage, "")) {
      try await Verifier(of: opened, level: .restore, scratch: parent).run { report in
        guard report.stage == "comparing with the labels" else { return }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] {
          try? FileManager.default.moveItem(atPath: parent + "/" + name, toPath: story.at("moved"))
        }
      }
    }
    #expect(FileManager.default.fileExists(atPath: story.at("moved/basic/1001/name.txt")))
  }

  @Test("Nothing is left of one, however it went")
  func removed() async throws {
    let story = try await Story.furnished()
    let parent = story.at("scratch")
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    let opened = try await story.open(toWrite: false)
    _ = try await Verifier(of: opened, level: .restore, scratch: parent).run { _ in }
    #expect(try FileManager.default.contentsOfDirectory(atPath: parent).isEmpty)
  }

  @Test("Records that fit lie in memory, and the machine keeps note of where")
  func inMemory() async throws {
    let story = try await Story.furnished()
    let parent = story.at("scratch")
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    let opened = try await story.open(toWrite: false)
    let memory = MemoryFolder.fitting(1 << 20, files: 100)
    let notesFolder = opened.machine.memory + "/scratch"
    let seen = Mutex<Set<String>>([])
    _ = try await Verifier(of: opened, level: .restore, scratch: parent, orInMemoryOf: opened.machine).run {
      report in
      guard report.stage == "comparing with the labels" else { return }
      let notes = try? FileManager.default.contentsOfDirectory(atPath: notesFolder)
      for name in notes ?? [] {
        for folder in [parent, memory ?? ""]
        where FileManager.default.fileExists(atPath: "\(folder)/\(name)/basic") {
          seen.withLock { _ = $0.insert(folder) }
        }
      }
    }
    #expect(seen.withLock { $0 } == [memory ?? parent])
    let notes = try FileManager.default.contentsOfDirectory(atPath: notesFolder)
    #expect(notes.isEmpty)
  }
}
