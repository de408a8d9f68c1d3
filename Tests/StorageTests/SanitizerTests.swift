import Foundation
import Testing

/// Wrong on purpose, and only where asked: `Scripts/sanitize` runs one of them first, and wants it to be told.
struct SanitizerTests {
  private static let planted = ProcessInfo.processInfo.environment["STRONGROOM_PLANT"]
  nonisolated(unsafe) private static var counter = 0

  @Test(.enabled(if: planted == "thread")) func aPlantedRaceIsTold() {
    // Threads of its own: a pool may do both shares on one, one after the other, where nothing races.
    let (ready, start, done) = (
      DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)
    )
    for _ in 0..<2 {
      Thread.detachNewThread {
        ready.signal()
        start.wait()
        for _ in 0..<10_000 { Self.counter += 1 }
        done.signal()
      }
    }
    for _ in 0..<2 { ready.wait() }
    for _ in 0..<2 { start.signal() }
    for _ in 0..<2 { done.wait() }
  }

  @Test(.enabled(if: planted == "address")) func aPlantedOverrunIsTold() {
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 32)
    for offset in 0...32 { bytes[offset] = 1 }
    #expect(bytes[0] == 1)
    bytes.deallocate()
  }
}
