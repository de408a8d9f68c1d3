import Testing

@testable import Boxes

struct PadmeTests {
  /// Computed apart from this program: the next multiple of 2^(e - s).
  static let values: [(UInt64, UInt64)] = [
    (0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (7, 7), (8, 8), (9, 10), (10, 10), (15, 16), (16, 16), (17, 18),
    (18, 18), (31, 32), (32, 32), (33, 36), (63, 64), (64, 64), (65, 72), (100, 104), (127, 128), (128, 128),
    (129, 144), (255, 256), (256, 256), (257, 272), (511, 512), (1000, 1024), (1023, 1024), (1024, 1024),
    (1025, 1088), (65535, 65536), (65536, 65536), (65537, 67584), (1_000_000, 1_015_808),
    (67_108_863, 67_108_864), (67_108_864, 67_108_864), (67_108_865, 69_206_016), (70_000_000, 71_303_168),
    (4_294_967_295, 4_294_967_296), (4_294_967_297, 4_362_076_160), (17_179_869_184, 17_179_869_184),
    (17_179_869_185, 17_448_304_640), (9_223_372_036_854_775_807, 9_223_372_036_854_775_808),
    (9_223_372_036_854_775_809, 9_367_487_224_930_631_680),
    (18_302_628_885_633_695_744, 18_302_628_885_633_695_744),
  ]

  @Test(arguments: values)
  func known(_ size: UInt64, _ padded: UInt64) {
    #expect(Padme.padded(size) == padded)
    #expect(Padme.isPadded(padded))
    #expect(Padme.isPadded(size) == (size == padded))
  }

  @Test func overflow() {
    #expect(Padme.padded(.max) == nil)
    #expect(!Padme.isPadded(.max))
    #expect(Padme.padded(UInt64.max - (1 << 57) + 1) == UInt64.max - (1 << 57) + 1)
  }

  @Test func ascendsAndCostsAtMostTwelvePercent() {
    var before: UInt64 = 0
    var count = 0
    for size in UInt64(1)...65536 {
      let padded = Padme.padded(size)!
      #expect(padded >= size && padded >= before)
      #expect((padded - size) * 100 < size * 12)
      if padded == size { count += 1 }
      before = padded
    }
    #expect(count == 172)
  }
}
