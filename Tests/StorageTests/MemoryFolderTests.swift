import Testing

@testable import Storage

/// What may lie in memory.
@Suite struct MemoryFolderTests {
  private func fits(_ bytes: UInt64, _ files: UInt64, free: UInt64, available: UInt64) -> Bool {
    MemoryFolder.fits(bytes, files: files, free: free, available: available)
  }

  @Test func halfOfWhatIsThereAndNoMore() {
    let gibibyte: UInt64 = 1 << 30
    #expect(fits(gibibyte, 0, free: 2 * gibibyte, available: 9 * gibibyte))
    #expect(!fits(gibibyte + 1, 0, free: 2 * gibibyte, available: 9 * gibibyte))
    // A gibibyte of memory is left to others.
    #expect(fits(gibibyte, 0, free: 9 * gibibyte, available: 3 * gibibyte))
    #expect(!fits(gibibyte + 1, 0, free: 9 * gibibyte, available: 3 * gibibyte))
    #expect(!fits(0, 0, free: 9 * gibibyte, available: gibibyte))
    #expect(fits(0, 0, free: 0, available: 2 * gibibyte))
  }

  @Test func manySmallFilesTakeMoreThanTheirBytes() {
    let mebibyte: UInt64 = 1 << 20
    #expect(fits(1, 128, free: 4 * mebibyte, available: 1 << 40))
    #expect(!fits(1, 512, free: 4 * mebibyte, available: 1 << 40))
  }

  @Test func numbersThatNoMachineHas() {
    #expect(!fits(.max, 1, free: .max, available: .max))
    #expect(!fits(0, .max, free: .max, available: .max))
  }
}
