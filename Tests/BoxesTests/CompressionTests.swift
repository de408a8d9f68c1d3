// swift-format-ignore-file: NeverForceUnwrap, NeverUseForceTry
import Foundation
import TestKit
import Testing

@testable import Boxes

struct CompressionTests {
  /// Stored size against zstd -3 over each record alone, and over its frames, with the levels that the writer picks.
  @Test func textIsHardlyLargerThanAtLevelThree() async throws {
    var dice = Dice(77)
    var contents = (0..<4).map { (_) in dice.prose(3 << 20) }
    // And this package's own sources and documents, as one.
    contents.append(try Self.ownTexts())
    let box = try SampleBox(contents)
    let bundle = try await box.open(MemorySource(box.bytes))
    let compressor = try Compressor()
    var (packed, alone, framed): ([UInt8], Int, Int) = ([], 0, 0)
    for content in contents {
      try compressor.compress(content.span, .level3, into: &packed)
      alone += packed.count
      for start in stride(from: 0, to: content.count, by: 1 << 20) {
        try compressor.compress(
          content.span.extracting(start..<min(start + 1 << 20, content.count)), .level3, into: &packed)
        framed += packed.count
      }
    }
    let stored = Double(bundle.table.frames.bodySize)
    #expect(stored <= Double(framed) * 1.02)
    // Frames of 1 MiB cost more where records repeat themselves over longer stretches, as sources do, and more with each
    // that is added.
    #expect(stored <= Double(alone) * 1.03)
    #expect(bundle.table.frames.frames.allSatisfy { $0.method == .zstd })
  }

  @Test func whatDoesNotShrinkIsStored() async throws {
    var dice = Dice(78)
    let box = try SampleBox([dice.noise(3 << 20)], ending: "jpg")
    let bundle = try await box.open(MemorySource(box.bytes))
    #expect(bundle.table.frames.frames.allSatisfy { $0.method == .plain })
    #expect(box.bytes.count < 3 << 20 + 120_000)
  }

  @Test func effortIsTriedAgain() throws {
    let effort = FrameEffort(bounds: .quick ... .level3)
    let compressor = try Compressor()
    var dice = Dice(79)
    let classID = House().classID
    var packed: [UInt8] = []
    func chosen(_ path: String, _ frame: [UInt8]) throws -> Effort {
      try effort.compress(
        frame.span, .init(classID: classID, path: Array(path.utf8)), with: compressor, into: &packed)
    }
    // Levels 2 and 3 win on text by more than that, and none on noise.
    let (text, noise) = (dice.prose(300_000), dice.noise(300_000))
    #expect(try chosen("a.txt", text) >= .level2)
    #expect(try chosen("a.jpg", noise) == .quick)
    // A kind that changes is found out: a trial comes again and again.
    var changed: (text: Int?, noise: Int?)
    for frame in 1...1024 {
      if try chosen("b/c.TXT", noise) == .quick, changed.text == nil { changed.text = frame }
      if try chosen("d.jpg", text) >= .level2, changed.noise == nil { changed.noise = frame }
    }
    #expect(changed.text != nil && changed.noise != nil)
  }

  @Test func effortKeepsToItsBounds() throws {
    let compressor = try Compressor()
    var dice = Dice(80)
    var packed: [UInt8] = []
    let kind = FrameEffort.Kind(classID: House().classID, path: Array("a.txt".utf8))
    let (text, noise) = (dice.prose(300_000), dice.noise(300_000))
    let low = FrameEffort(bounds: .level1 ... .level2)
    #expect(try low.compress(text.span, kind, with: compressor, into: &packed) <= .level2)
    let fixed = FrameEffort(bounds: .level2 ... .level2)
    #expect(try fixed.compress(noise.span, kind, with: compressor, into: &packed) == .level2)
  }

  /// Rows that are smaller at less effort, beside text that isn't: what the rows save is spent on speed for the text,
  /// and no more than that.
  @Test func whatIsSavedIsSpent() throws {
    let compressor = try Compressor()
    let effort = FrameEffort(bounds: .quick ... .level3)
    var dice = Dice(83)
    var packed: [UInt8] = []
    let classID = House().classID
    let text = FrameEffort.Kind(classID: classID, path: Array("a.txt".utf8))
    let rows = FrameEffort.Kind(classID: classID, path: Array("a.jsonl".utf8))
    let sample = dice.prose(200_000) + dice.noise(200_000)
    let alone = try FrameEffort(bounds: .quick ... .level3)
      .compress(sample.span, text, with: compressor, into: &packed)
    var (stored, greatest, lower) = (0, 0, 0)
    for frame in 0..<40 {
      let isText = frame % 2 == 0
      let content = isText ? dice.prose(200_000) + dice.noise(200_000) : Self.rows(400_000, &dice)
      let chosen = try effort.compress(content.span, isText ? text : rows, with: compressor, into: &packed)
      if isText, chosen < alone { lower += 1 }
      stored += min(packed.count, content.count)
      try compressor.compress(content.span, .level3, into: &packed)
      greatest += min(packed.count, content.count)
    }
    #expect(lower > 0)
    #expect(Double(stored) <= Double(greatest) * 1.01)
  }

  private static func rows(_ count: Int, _ dice: inout Dice) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let (payment, order, amount) = (
        dice.next() % 10_000_000_000, dice.next() % 1_000_000_000_000, dice.next() % 1_000_000
      )
      bytes += Array(
        #"{"pay_id":"P\#(payment)","order":"\#(order)","amount":"\#(amount)","ccy":"CNY","status":"PENDING"}"#
          .utf8)
      bytes.append(0x0a)
    }
    return bytes
  }

  @Test func kinds() throws {
    let classID = House().classID
    func kind(_ path: String) -> FrameEffort.Kind { .init(classID: classID, path: Array(path.utf8)) }
    #expect(kind("a/b.pdf") == kind("c.PDF"))
    #expect(kind("a.pdf") != kind("a.txt"))
    #expect(kind("a") == kind("pdf"))
    #expect(kind("x.y/a") == kind("a"))
    #expect(kind("a.extension-without-end") == kind("a"))
    #expect(kind("a.12345678") != kind("a"))
  }

  private static func ownTexts() throws -> [UInt8] {
    var bytes: [UInt8] = []
    for folder in ["Sources", "Docs"] {
      let files = FileManager.default.enumerator(
        at: packageRoot.appending(path: folder), includingPropertiesForKeys: nil)
      for case let file as URL in files! where ["swift", "md", "proto"].contains(file.pathExtension) {
        bytes += try Data(contentsOf: file)
      }
    }
    return bytes
  }
}
