import Ledger
import Sealing
import Testing

struct EntryTests {
  static let by = "000102030405060708090a0b0c0d0e0f"

  static func line(_ members: String) -> [UInt8] { ascii("{\(members)}") }

  @Test func parsedAndBuiltAreTheSame() throws {
    let line = Self.line(#""act":"x","by":"\#(Self.by)","event":"requested","request":7,"time":1700000000"#)
    let entry = try Entry(line: line)
    #expect(entry.by.hex == Self.by)
    #expect(entry.event == "requested")
    #expect(entry.time == 1_700_000_000)
    #expect(entry.request == 7)
    #expect(entry.sealed == nil)
    #expect(entry.publicPart == line)
    let by = try #require(Identifier(hex: Self.by))
    let built = try Entry(
      event: "requested", by: by, time: 1_700_000_000, request: 7, members: JSONObject(["act": .string("x")]))
    #expect(built.line == line)
  }

  @Test func publicPartLeavesOutWhatIsSealed() throws {
    let entry = try Entry(
      line: Self.line(
        #""a":1,"by":"\#(Self.by)","event":"e","request":7,"sealed":{"epoch":3,"message":"00ff"},"time":5"#))
    #expect(entry.publicPart == Self.line(#""a":1,"by":"\#(Self.by)","event":"e","request":7,"time":5"#))
    #expect(entry.sealed?.epoch == 3)
    #expect(entry.sealed?.message == [0, 255])
    #expect(entry.particulars == Digest.sha256(of: ascii(#"{"a":1,"event":"e"}"#)))
    #expect(entry.leaf == Digest.sha256(of: [0] + entry.line))
  }

  @Test(arguments: [
    // What canonical JSON refuses.
    #"{"by":"\#(by)","event":"e","time":5} "#,
    #" {"by":"\#(by)","event":"e","time":5}"#,
    #"{"by":"\#(by)", "event":"e","time":5}"#,
    #"{"event":"e","by":"\#(by)","time":5}"#,
    #"{"by":"\#(by)","event":"e","time":5,"time":5}"#,
    #"{"by":"\#(by)","event":"e","time":05}"#,
    #"{"by":"\#(by)","event":"e","time":-5}"#,
    #"{"by":"\#(by)","event":"e","time":5.0}"#,
    #"{"by":"\#(by)","event":"e","time":9007199254740992}"#,
    #"{"by":"\#(by)","event":"\u0065","time":5}"#,
    #"{"by":"\#(by)","event":"é","time":5}"#,
    #"{"by":"\#(by)","event":"e","time":5,"x":null}"#,
    #"{"by":"\#(by)","event":"e","time":5,"x":true}"#,
    #"{"by":"\#(by)","event":"e","time":5"#,
    #"[]"#, "", "{}",
    // What an entry must have.
    #"{"event":"e","time":5}"#,
    #"{"by":"\#(by)","time":5}"#,
    #"{"by":"\#(by)","event":"e"}"#,
    #"{"by":"00","event":"e","time":5}"#,
    #"{"by":"000102030405060708090A0B0C0D0E0F","event":"e","time":5}"#,
    #"{"by":"\#(by)","event":5,"time":5}"#,
    #"{"by":"\#(by)","event":"e","time":"5"}"#,
    #"{"by":"\#(by)","event":"e","request":"7","time":5}"#,
    #"{"by":"\#(by)","event":"e","sealed":7,"time":5}"#,
    #"{"by":"\#(by)","event":"e","sealed":{"epoch":1},"time":5}"#,
    #"{"by":"\#(by)","event":"e","sealed":{"epoch":1,"message":"0"},"time":5}"#,
    #"{"by":"\#(by)","event":"e","sealed":{"epoch":1,"message":"00","more":1},"time":5}"#,
  ])
  func refused(_ line: String) {
    #expect(refusal { try Entry(line: ascii(line)) } == .malformed, "\(line)")
  }

  @Test func limitOfALine() throws {
    func entry(_ count: Int) -> [UInt8] {
      let shell = #"{"by":"\#(Self.by)","event":"e","time":5,"x":""}"#
      return ascii(
        shell.replacing(
          #""x":"""#, with: #""x":"\#(String(repeating: "a", count: count - shell.utf8.count))""#))
    }
    #expect(entry(Entry.lineLimit).count == 32768)
    _ = try Entry(line: entry(Entry.lineLimit))
    #expect(refusal { try Entry(line: entry(Entry.lineLimit + 1)) } == .tooLarge)
  }
}
