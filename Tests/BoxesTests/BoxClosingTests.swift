import TestKit
import Testing

@testable import Boxes

struct BoxClosingTests {
  private static let mib: UInt64 = 1 << 20

  @Test func smallBoxesStayOpenAndFullOnesDoNot() {
    for end in stride(from: UInt64(0), to: 48 * Self.mib, by: 99_991) { #expect(!BoxClosing.isDue(end)) }
    for end in stride(from: 64 * Self.mib, to: 200 * Self.mib, by: 99_991) { #expect(BoxClosing.isDue(end)) }
  }

  /// Between 32 and 64 MiB Padmé numbers are whole MiB.
  @Test(arguments: [
    (49, 1, true), (49, 100_000, true), (49, 130_000, false), (56, 150_000, true), (56, 200_000, false),
    (64, 500_000, true),
  ])
  func choosyAtFirst(_ padded: UInt64, _ filler: UInt64, _ due: Bool) {
    #expect(BoxClosing.isDue(padded * Self.mib - filler) == due)
  }

  @Test func neverJustAboveAStep() {
    for whole in UInt64(48)..<63 { #expect(!BoxClosing.isDue(whole * Self.mib + 1)) }
  }

  /// Filler over many boxes of bundles of about 700 KB, as customers have them: a fifth of a percent at most.
  @Test func fillerOfManyBoxes() {
    var dice = Dice(81)
    var (content, filler, boxes, smallest): (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, .max)
    var end: UInt64 = 32
    for _ in 0..<100_000 {
      end += UInt64.random(in: 1...1_400_000, using: &dice)
      guard BoxClosing.isDue(end) else { continue }
      content += end
      filler += (Padme.padded(end) ?? 0) - end
      smallest = min(smallest, end)
      boxes += 1
      end = 32
    }
    #expect(filler * 500 <= content)
    #expect(smallest >= 48 * Self.mib)
    #expect(content / boxes >= 52 * Self.mib)
  }

  /// A box that isn't small takes nothing that makes it larger than it should be.
  @Test(arguments: [
    (0, 64, true), (31, 66, true), (32, 32, true), (32, 33, false), (47, 17, true), (47, 18, false),
    (64, 0, true),
    (64, 1, false), (100, 1, false),
  ])
  func roomForTheNext(_ end: UInt64, _ next: UInt64, _ takes: Bool) {
    #expect(BoxClosing.takes(next * Self.mib, behind: end * Self.mib) == takes)
    #expect(!BoxClosing.takes(.max, behind: 64 * Self.mib))
  }
}
