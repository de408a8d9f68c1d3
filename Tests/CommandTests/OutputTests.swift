import Testing

@testable import strongroom

/// The one door to the terminal, with what must come out of it written by hand.
@Suite struct OutputTests {
  @Test(arguments: [
    ("plain text, ümlauts and 漢字", "plain text, ümlauts and 漢字"), ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"),
    ("bell\u{7}", "bell\\u{7}"), ("tab\tend", "tab\\u{9}end"), ("one\r\ntwo", "one\\u{d}\\u{a}two"),
    ("nul\0", "nul\\u{0}"), ("delete\u{7f}", "delete\\u{7f}"), ("csi\u{9b}2J", "csi\\u{9b}2J"),
    ("right to left \u{202e}txt.exe", "right to left \\u{202e}txt.exe"),
    ("isolate \u{2066}a\u{2069}", "isolate \\u{2066}a\\u{2069}"),
    ("mark \u{200f}\u{61c}", "mark \\u{200f}\\u{61c}"),
    ("line \u{2028} paragraph \u{2029}", "line \\u{2028} paragraph \\u{2029}"),
    ("un\u{200b}seen \u{feff}\u{ad}\u{2060}\u{e0041}", "un\\u{200b}seen \\u{feff}\\u{ad}\\u{2060}\\u{e0041}"),
    // Persian and emoji are written with joiners, Japanese names with variants.
    ("می\u{200c}خواهم 👩\u{200d}💻 葛\u{e0100}", "می\u{200c}خواهم 👩\u{200d}💻 葛\u{e0100}"),
    // Of a flag of letters nothing is hidden, and what is combined stays.
    ("e\u{301} \\ \"", "e\u{301} \\ \""),
  ])
  func whatATerminalActsOnIsEscaped(text: String, shown: String) {
    #expect(Output.harmless(text) == shown)
  }

  @Test func linesStayWhereLinesAreMeant() {
    #expect(Output.harmless("one\ntwo\r\u{1b}", lines: true) == "one\ntwo\\u{d}\\u{1b}")
  }

  @Test(arguments: [
    ("letter.txt", "letter.txt"), ("a\\u{1b}", "a\\\\u{1b}"), ("a\u{1b}", "a\\u{1b}"), ("\\", "\\\\"),
    ("", ""),
    ("a\nstrongroom: all is well", "a\\u{a}strongroom: all is well"),
  ])
  func aNameCantPassForAnother(name: String, shown: String) {
    #expect(Output.printable(name) == shown)
    #expect(Output.printable(Array(name.utf8)) == shown)
  }

  @Test func aNameThatIsNoTextIsShownByteByByte() {
    #expect(Output.printable([0x61, 0xff, 0x5c, 0x0a, 0xc3, 0xa9]) == "a\\xff\\x5c\\x0a\\xc3\\xa9")
  }

  @Test(
    arguments: [
      (0, "0 B"), (1, "1 B"), (1023, "1023 B"), (1024, "1.00 KiB"), (1536, "1.50 KiB"), (10_240, "10.0 KiB"),
      (1_048_524, "1023.9 KiB"), (1_048_525, "1.00 MiB"), (1_048_576, "1.00 MiB"), (123_456_789, "117.7 MiB"),
      (1_073_741_824, "1.00 GiB"),
      (5_497_558_138_880, "5.00 TiB"), (1_125_899_906_842_624, "1024.0 TiB"), (UInt64.max, "16777216.0 TiB"),
    ] as [(UInt64, String)])
  func sizes(bytes: UInt64, shown: String) { #expect(Output.size(bytes) == shown) }

  @Test(
    arguments: [
      (0, 2, "0.00"), (1, 0, "1"), (1.5, 0, "2"), (0.05, 2, "0.05"), (0.005, 2, "0.01"), (0.004, 2, "0.00"),
      (12.345, 1, "12.3"), (9.999, 2, "10.00"), (-3, 1, "0.0"), (1e30, 0, "1000000000000000"),
    ] as [(Double, Int, String)])
  func decimals(value: Double, places: Int, shown: String) {
    #expect(Output.decimal(value, places: places) == shown)
  }

  @Test(arguments: [
    (0, "record", "0 records"), (1, "record", "1 record"), (2, "record", "2 records"),
    (1000, "object", "1,000 objects"), (1, "entry", "1 entry"), (2, "entry", "2 entries"),
    (0, "box", "0 boxes"),
    (1, "box", "1 box"), (12_345_678, "box", "12,345,678 boxes"), (3, "new customer", "3 new customers"),
    (2, "later entry", "2 later entries"),
  ])
  func counts(number: Int, word: String, shown: String) { #expect(Output.count(number, word) == shown) }

  @Test(
    arguments: [
      (0, "0"), (999, "999"), (1000, "1,000"), (10_000, "10,000"), (999_999, "999,999"),
      (1_234_567, "1,234,567"),
      (UInt64.max, "18,446,744,073,709,551,615"),
    ] as [(UInt64, String)])
  func thousands(number: UInt64, shown: String) { #expect(Output.grouped(number) == shown) }

  @Test(
    arguments: [
      (0, "0 s"), (59, "59 s"), (119, "119 s"), (120, "2 min 0 s"), (3599, "59 min 59 s"),
      (7199, "119 min 59 s"),
      (7200, "2 h 0 min"), (9000, "2 h 30 min"), (172_799, "47 h 59 min"), (172_800, "2 days"),
      (864_000, "10 days"),
    ] as [(UInt64, String)])
  func spansOfTime(seconds: UInt64, shown: String) { #expect(Output.duration(seconds) == shown) }

  @Test func momentsAreInUTC() { #expect(Output.moment(1_700_000_000) == "2023-11-14 22:13:20 UTC") }
}
