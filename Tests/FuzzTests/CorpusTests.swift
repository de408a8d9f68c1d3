import Foundation
import FuzzTargets
import Testing

/// What fuzzing kept, met again: inputs that reach far, and those that once broke something.
@Suite struct CorpusTests {
  private static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fuzz/corpus").path

  @Test(arguments: FuzzTarget.all.map(\.name))
  func everyTargetTakesItsCorpus(name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    let folder = Self.corpus + "/" + name
    let inputs = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(!inputs.isEmpty)
    for input in inputs {
      let bytes = try #require(FileManager.default.contents(atPath: folder + "/" + input))
      do {
        try target.run(Array(bytes))
      } catch {
        Issue.record("\(name)/\(input): \(error)")
      }
    }
  }

  /// Each input as it is, and with some bytes changed: what needs no fuzzer to be met.
  @Test(arguments: FuzzTarget.all.map(\.name))
  func changedInputsAreRefusedInOurWords(name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    let folder = Self.corpus + "/" + name
    for input in try FileManager.default.contentsOfDirectory(atPath: folder).sorted().prefix(8) {
      guard let bytes = FileManager.default.contents(atPath: folder + "/" + input).map(Array.init) else {
        continue
      }
      for step in 0..<16 where !bytes.isEmpty {
        var changed = bytes
        changed[step * 7919 % bytes.count] ^= UInt8(1 << (step % 8))
        do { try target.run(changed) } catch { Issue.record("\(name)/\(input), step \(step): \(error)") }
        let cut = Array(bytes.prefix(bytes.count * step / 16))
        do { try target.run(cut) } catch { Issue.record("\(name)/\(input), cut \(step): \(error)") }
      }
    }
  }
}
