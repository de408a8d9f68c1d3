import Foundation
import Testing

/// Wrong on purpose, and only where asked: `Scripts/sanitize` runs one of them first, and wants it to be told.
struct SanitizerTests {
  private static let planted = ProcessInfo.processInfo.environment["STRONGROOM_PLANT"]
  nonisolated(unsafe) private static var counter = 0

  @Test(.enabled(if: planted == "thread")) func aPlantedRaceIsTold() {
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for _ in 0..<10_000 { Self.counter += 1 }
    }
  }

  @Test(.enabled(if: planted == "address")) func aPlantedOverrunIsTold() {
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 32)
    for offset in 0...32 { bytes[offset] = 1 }
    #expect(bytes[0] == 1)
    bytes.deallocate()
  }
}
