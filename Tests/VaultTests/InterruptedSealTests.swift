import Sealing
import Storage
import Synchronization
import TestKit
import Testing

@testable import Vault

/// A seal that is told to stop: it may not look like one that is done.
struct InterruptedSealTests {
  @Test(arguments: [1, 3, 40])
  func whoIsInterruptedIsToldSo(after reports: Int) async throws {
    let scene = try await Scene()
    var files: [String: String] = [:]
    for number in 0..<200 { files["basic/\(number)/a"] = "content \(number)" }
    let source = scene.source(files)
    let seen = Mutex(0)
    let sealing = Mutex<Task<Sealer.Summary, any Error>?>(nil)
    let opened = Task {
      let opened = try await scene.open()
      return try await opened.seal([source], layout: .default) { report in
        guard report.stage == "sealing",
          seen.withLock({
            $0 += 1; return $0
          }) == reports
        else { return }
        sealing.withLock { $0 }?.cancel()
      }
    }
    sealing.withLock { $0 = opened }
    var stopped = false
    do {
      let summary = try await opened.value
      // It was done before it was told.
      #expect(summary.new == 200)
    } catch is CancellationError {
      stopped = true
    }
    // What it did stays, and the next run does the rest.
    let again = try await scene.open().seal([source], layout: .default)
    #expect(stopped || again.new == 0)
    #expect(again.new + again.unchanged == 200 && again.changed == 0)
    #expect(try await scene.export().files == Files.tree(source))
  }
}
