import Foundation
import Sealing
import Testing

/// What canonical JSON is, and all that looks like it and isn't (Format.md, 1.5).
struct CanonicalJSONTests {
  private static func nested(_ depth: Int) -> String {
    String(repeating: "{\"a\":", count: depth - 1) + "{}" + String(repeating: "}", count: depth - 1)
  }

  private static func arrays(_ depth: Int) -> String {
    "{\"a\":" + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1) + "}"
  }

  private static let brackets = String(repeating: "[{", count: 20)
  private static let closing = String(repeating: "]}", count: 20)

  static let canonical = [
    "{}", "{\"a\":0}", "{\"a\":1,\"b\":2}", "{\"a\":9007199254740991}", "{\"a\":[]}", "{\"a\":{}}",
    "{\"a\":[1,\"x\",[],{}]}", "{\"a\":\"\"}", "{\"a\":\" !#$%&'()*+,-./:;<=>?@[]^_`{|}~\"}",
    "{\"a\":\"true\",\"b\":\"null\",\"c\":\"1.5\"}", "{\"a_1\":1,\"a__\":2,\"aa\":3,\"z9\":4}",
    "{\"a\":1,\"a0\":1,\"aa\":1}", nested(16), arrays(16),
    "{\"a\":[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]}",
    // Brackets in a string are text.
    "{\"a\":\"\(brackets)\"}", "{\"a\":\"\(closing)\",\"b\":[]}",
  ]

  static let refused: [(String, String)] = [
    ("nothing", ""), ("no object: an array", "[]"), ("no object: a number", "1"),
    ("no object: a text", "\"a\""),
    ("no object: null", "null"),
    ("a duplicate", "{\"a\":1,\"a\":1}"), ("a duplicate within", "{\"a\":{\"b\":1,\"b\":2}}"),
    ("unsorted", "{\"b\":1,\"a\":2}"), ("unsorted within", "{\"a\":[{\"c\":1,\"b\":2}]}"),
    ("unsorted by length", "{\"aa\":1,\"a\":1}"), ("unsorted digits", "{\"aa\":1,\"a0\":1}"),
    ("an escape", "{\"a\":\"\\u0041\"}"), ("an escaped key", "{\"\\u0061\":1}"),
    ("a short escape", "{\"a\":\"\\n\"}"),
    ("an escaped slash", "{\"a\":\"\\/\"}"), ("an escaped quote", "{\"a\":\"\\\"\"}"),
    ("an escaped backslash", "{\"a\":\"\\\\\"}"),
    ("a float", "{\"a\":1.5}"), ("a float that is whole", "{\"a\":1.0}"), ("an exponent", "{\"a\":1e3}"),
    ("a capital exponent", "{\"a\":1E3}"), ("an exponent of 0", "{\"a\":1e0}"), ("negative", "{\"a\":-1}"),
    ("negative zero", "{\"a\":-0}"), ("a plus", "{\"a\":+1}"), ("a leading zero", "{\"a\":01}"),
    ("2^53", "{\"a\":9007199254740992}"), ("2^64 - 1", "{\"a\":18446744073709551615}"),
    ("2^64", "{\"a\":18446744073709551616}"), ("hexadecimal", "{\"a\":0x1}"), ("NaN", "{\"a\":NaN}"),
    ("true", "{\"a\":true}"), ("false", "{\"a\":false}"), ("null", "{\"a\":null}"),
    ("null in an array", "{\"a\":[null]}"),
    ("a blank before", " {}"), ("a blank after", "{} "), ("a blank within", "{ }"),
    ("a blank after a colon", "{\"a\": 1}"),
    ("a line feed", "{}\n"), ("a tab", "{\t}"), ("a carriage return", "{}\r"),
    ("17 deep", nested(17)), ("17 deep in arrays", arrays(17)),
    ("17 deep, hidden behind brackets in a text", "{\"a\":\"\(closing)\",\"b\":\(arrays(17))}"),
    ("very deep", String(repeating: "[", count: 100_000)),
    ("not ASCII", "{\"a\":\"ü\"}"), ("a key that isn't ASCII", "{\"ü\":1}"), ("DEL", "{\"a\":\"\u{7f}\"}"),
    ("a control character", "{\"a\":\"\u{1}\"}"), ("a zero byte", "{\"a\":\"\0\"}"),
    ("a zero byte after", "{}\0"),
    ("an upper-case key", "{\"A\":1}"), ("upper case within a key", "{\"aB\":1}"),
    ("an empty key", "{\"\":1}"),
    ("a key that begins with a digit", "{\"1a\":1}"), ("a key that begins with a line", "{\"_a\":1}"),
    ("a key with a dash", "{\"a-b\":1}"), ("a key with a dot", "{\"a.b\":1}"),
    ("a key with a blank", "{\"a b\":1}"),
    ("trailing bytes", "{}x"), ("two objects", "{}{}"), ("a trailing comma", "{\"a\":1,}"),
    ("a trailing comma in an array", "{\"a\":[1,]}"), ("a leading comma", "{,\"a\":1}"),
    ("no value", "{\"a\":}"),
    ("no colon", "{\"a\"}"), ("no end", "{\"a\":1"), ("no end of a text", "{\"a\":\"b}"),
    ("no begin", "\"a\":1}"),
    ("single quotes", "{'a':1}"), ("no quotes", "{a:1}"), ("a comment", "{/**/}"),
    ("a comment after", "{}//"),
    ("a byte order mark", "\u{feff}{}"),
  ]

  @Test(arguments: canonical) func takes(_ text: String) throws {
    let object = try CanonicalJSON.decode(ascii(text), limit: 10_000)
    #expect(object.encoded() == ascii(text))
  }

  @Test(arguments: refused) func refuses(_ why: String, _ text: String) {
    #expect(isMalformed { try CanonicalJSON.decode(Array(text.utf8), limit: 200_000) }, "\(why)")
  }

  @Test func refusesOtherEncodings() {
    for encoding in [
      String.Encoding.utf16, .utf16BigEndian, .utf16LittleEndian, .utf32, .utf32BigEndian, .utf32LittleEndian,
    ] {
      let bytes = "{\"a\":1}".data(using: encoding).map(Array.init)
      #expect(bytes.map { bytes in isMalformed { try CanonicalJSON.decode(bytes, limit: 1000) } } == true)
    }
    for bytes: [UInt8] in [
      ascii("{\"a\":\"") + [0xc3, 0x28] + ascii("\"}"), [0xff], [0xef, 0xbb, 0xbf, 0x7b, 0x7d],
    ] {
      #expect(isMalformed { try CanonicalJSON.decode(bytes, limit: 1000) })
    }
  }

  @Test func looksAtNothingBeyondTheLimit() throws {
    let text = ascii("{\"a\":1}")
    #expect(try CanonicalJSON.decode(text, limit: 7) == JSONObject(["a": .integer(1)]))
    #expect(isMalformed { try CanonicalJSON.decode(text, limit: 6) })
  }

  @Test func everyCutAndEveryOtherByteIsRefusedOrSomethingElse() throws {
    let text = ascii("{\"a\":[1,{\"b\":\"c\"}],\"d\":20}")
    let object = try CanonicalJSON.decode(text, limit: 100)
    for end in 0..<text.count {
      #expect(isMalformed { try CanonicalJSON.decode(Array(text.prefix(end)), limit: 100) }, "cut at \(end)")
    }
    for index in text.indices {
      for byte in UInt8.min...UInt8.max where byte != text[index] {
        var other = text
        other[index] = byte
        guard let read = try? CanonicalJSON.decode(other, limit: 100) else { continue }
        #expect(read != object && read.encoded() == other, "byte \(byte) at \(index)")
      }
    }
  }

  /// Whoever puts such a text into an object makes something that nobody takes, and nothing else.
  @Test(arguments: [
    ("a\",\"b\":\"", "a\\u0022,\\u0022b\\u0022:\\u0022"), ("\\", "\\u005c"), ("\n", "\\u000a"),
    ("\u{7f}", "\\u007f"),
    ("ü", "\\u00fc"), ("🔑", "\\ud83d\\udd11"),
  ])
  func aTextThatItCannotHoldCannotPassForAnythingElse(_ text: String, _ escaped: String) throws {
    for object: JSONObject in [["a": .string(text)], ["a": .array([.object([text: .integer(1)])])]] {
      let bytes = object.encoded()
      #expect(String(decoding: bytes, as: UTF8.self).contains("\"\(escaped)\""))
      #expect(isMalformed { try CanonicalJSON.decode(bytes, limit: 1000) })
    }
    let plain = try JSONDecoder().decode(
      [String: String].self, from: Data(JSONObject(["a": .string(text)]).encoded()))
    #expect(plain == ["a": text])
  }

  @Test func anIntegerThatItCannotHoldIsRefused() {
    let bytes = JSONObject(["a": .integer(1 << 53)]).encoded()
    #expect(isMalformed { try CanonicalJSON.decode(bytes, limit: 1000) })
  }

  @Test func members() throws {
    let object = try CanonicalJSON.decode(
      ascii("{\"array\":[1],\"hex\":\"00ff\",\"integer\":7,\"object\":{},\"text\":\"zz\"}"), limit: 1000)
    #expect(object.keys == ["array", "hex", "integer", "object", "text"])
    #expect(try object.array("array") == [.integer(1)])
    #expect(try object.hex("hex") == [0, 255])
    #expect(try object.hex("hex", count: 2) == [0, 255])
    #expect(try object.integer("integer") == 7)
    #expect(try object.object("object") == JSONObject())
    #expect(try object.string("text") == "zz")
    #expect(try object.optionalInteger("none") == nil)
    #expect(try object.optionalString("none") == nil)
    #expect(try object.optionalObject("none") == nil)
    try object.only(["array", "hex", "integer", "object", "text", "more"])
    #expect(isMalformed { try object.only(["array", "hex", "integer", "object"]) })
    #expect(isMalformed { try object.hex("hex", count: 3) })
    #expect(isMalformed { try object.hex("text") })
    #expect(isMalformed { try object.integer("text") })
    #expect(isMalformed { try object.string("integer") })
    #expect(isMalformed { try object.optionalString("integer") })
    #expect(isMalformed { try object.optionalInteger("text") })
    #expect(isMalformed { try object.array("object") })
    #expect(isMalformed { try object.object("array") })
    #expect(isMalformed { try object.value("none") })
    #expect(isMalformed { try object.identifier("hex") })
    #expect(isMalformed { try object.digest("hex") })
  }
}
