import Foundation
import FuzzTargets
import Testing

/// What fuzzing kept, met again: inputs that reach far, and those that once broke something.
@Suite struct CorpusTests {
  private static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fuzz/corpus").path

  @Test(arguments: FuzzTarget.all.map(\.name))
  func everyTargetTakesItsCorpus(name: String) async throws {
    let target = try #require(FuzzTarget.named(name))
    let folder = Self.corpus + "/" + name
    let inputs = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(!inputs.isEmpty)
    for input in inputs {
      let bytes = try #require(FileManager.default.contents(atPath: folder + "/" + input))
      if let broken = await meet(target, Array(bytes)) { Issue.record("\(name)/\(input): \(broken)") }
    }
  }

  /// Each input as it is, and with some bytes changed: what needs no fuzzer to be met.
  @Test(arguments: FuzzTarget.all.map(\.name))
  func changedInputsAreRefusedInOurWords(name: String) async throws {
    let target = try #require(FuzzTarget.named(name))
    let folder = Self.corpus + "/" + name
    for input in try FileManager.default.contentsOfDirectory(atPath: folder).sorted().prefix(8) {
      guard let bytes = FileManager.default.contents(atPath: folder + "/" + input).map(Array.init) else {
        continue
      }
      for step in 0..<16 where !bytes.isEmpty {
        var changed = bytes
        changed[step * 7919 % bytes.count] ^= UInt8(1 << (step % 8))
        if let broken = await meet(target, changed) {
          Issue.record("\(name)/\(input), step \(step): \(broken)")
        }
        let cut = Array(bytes.prefix(bytes.count * step / 16))
        if let broken = await meet(target, cut) { Issue.record("\(name)/\(input), cut \(step): \(broken)") }
      }
    }
  }

  /// On a thread of its own: some targets wait for tasks, which the threads of tests would have to run.
  private func meet(_ target: FuzzTarget, _ bytes: [UInt8]) async -> Broken? {
    await withCheckedContinuation { done in
      Thread.detachNewThread {
        do throws(Broken) {
          try target.run(bytes)
          done.resume(returning: nil)
        } catch {
          done.resume(returning: error)
        }
      }
    }
  }
}
