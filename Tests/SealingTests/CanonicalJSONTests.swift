import Foundation
import Testing

@testable import Sealing

struct CanonicalJSONTests {
  private func decode(_ text: String, limit: Int = 10_000) throws(Malformed) -> JSONObject {
    try CanonicalJSON.decode(Array(text.utf8), limit: limit)
  }

  @Test(arguments: [
    "{}", #"{"a":0}"#, #"{"a":9007199254740991}"#, #"{"a":""}"#, #"{"a":"[[[[[[[[[[[[[[[[[[{{{{"}"#,
    #"{"a":"]]}}"}"#, #"{"a":" !#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~"}"#, #"{"a":[]}"#,
    #"{"a":[0,"b",[],{}]}"#,
    #"{"a":{"b":{"c":[1,2,3]}}}"#, #"{"a":1,"a1":2,"a_":3,"aa":4,"b":5}"#, #"{"a":"true"}"#, #"{"a":"1"}"#,
  ]) func accepts(_ text: String) throws {
    #expect(try decode(text).encoded() == Array(text.utf8))
  }

  @Test(arguments: [
    // Not an object, or not JSON.
    "", " ", "0", "\"a\"", "[]", "null", "{", "}", "{}}", "{}{}", #"{"a":1,}"#, #"{"a"}"#, #"{"a":}"#,
    "{a:1}",
    #"{'a':1}"#, #"{"a":1]"#, #"{"a":"b}"#, #"{,"a":1}"#, #"{"a":[1,]}"#, #"{"a":[,]}"#, #"{"a":1 "b":2}"#,
    // Blanks.
    " {}", "{} ", "{}\n", "{ }", #"{"a" :1}"#, #"{"a": 1}"#, #"{"a":1, "b":2}"#, #"{"a":[1, 2]}"#, "{\t}",
    "{\n}",
    // Keys.
    #"{"":1}"#, #"{"A":1}"#, #"{"1":1}"#, #"{"_a":1}"#, #"{"a-b":1}"#, #"{"a b":1}"#, #"{"ä":1}"#,
    #"{"aB":1}"#,
    #"{"b":1,"a":2}"#, #"{"aa":1,"a":1}"#, #"{"aa":1,"a0":1}"#, #"{"a":[{"c":1,"b":1}]}"#,
    #"{"a":1,"a":1}"#, #"{"a":1,"a":2}"#, #"{"a":{"c":1,"b":1}}"#, #"{"\u0061":1}"#,
    // Numbers.
    #"{"a":-1}"#, #"{"a":-0}"#, #"{"a":+1}"#, #"{"a":01}"#, #"{"a":00}"#, #"{"a":1.0}"#, #"{"a":0.5}"#,
    #"{"a":1e3}"#, #"{"a":1E3}"#, #"{"a":.5}"#, #"{"a":9007199254740992}"#, #"{"a":9007199254740993}"#,
    #"{"a":18446744073709551615}"#, #"{"a":18446744073709551616}"#, #"{"a":1e300}"#, #"{"a":-1e300}"#,
    #"{"a":1e400}"#, #"{"a":99999999999999999999999999999999999999999999}"#, #"{"a":0x1}"#, #"{"a":1e-300}"#,
    // Other values.
    #"{"a":true}"#, #"{"a":false}"#, #"{"a":null}"#, #"{"a":NaN}"#, #"{"a":Infinity}"#, #"{"a":[true]}"#,
    // Strings.
    #"{"a":"\n"}"#, #"{"a":"\u0041"}"#, #"{"a":"\""}"#, #"{"a":"\\"}"#, #"{"a":"\/"}"#, #"{"a":"ä"}"#,
    "{\"a\":\"\n\"}", "{\"a\":\"\u{0}\"}", "{\"a\":\"\u{7f}\"}", "{\"a\":\"\u{1f}\"}", #"{"a":"""}"#,
    // Marks and comments.
    "\u{feff}{}", "{}\u{0}", "{/**/}", "{}//",
  ]) func refuses(_ text: String) {
    #expect(throws: Malformed.self) { try decode(text) }
  }

  @Test func refusesBytesThatAreNoText() {
    for bytes in [
      [0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d], [0xff, 0xfe, 0x7b, 0, 0x7d, 0], [0x7b, 0, 0x7d, 0],
    ]
      as [[UInt8]]
    {
      #expect(throws: Malformed.self) { try CanonicalJSON.decode(bytes, limit: 100) }
    }
  }

  @Test func depth() throws {
    func nested(_ depth: Int) -> String {
      #"{"a":"# + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1) + "}"
    }
    #expect(try decode(nested(16)).encoded() == Array(nested(16).utf8))
    #expect(throws: Malformed.self) { try decode(nested(17)) }
    #expect(throws: Malformed.self) { try decode(nested(1_000_000), limit: 10_000_000) }
    let objects = String(repeating: #"{"a":"#, count: 16) + "0" + String(repeating: "}", count: 16)
    #expect(try decode(objects).encoded() == Array(objects.utf8))
    #expect(throws: Malformed.self) { try decode(#"{"a":"# + objects + "}") }
  }

  /// Closing brackets in a text make no room for deeper nesting.
  @Test func depthIsNotHiddenInText() {
    let closing = #"{"a":"\#(String(repeating: "]}", count: 20))","b":"#
    let deep = String(repeating: "[", count: 16) + String(repeating: "]", count: 16) + "}"
    #expect(throws: Malformed.self) { try decode(closing + deep) }
    #expect(throws: Never.self) { try decode(closing + deep.dropFirst().replacing("]]}", with: "]}")) }
  }

  @Test(arguments: [
    String.Encoding.utf16, .utf16BigEndian, .utf16LittleEndian, .utf32, .utf32BigEndian, .utf32LittleEndian,
  ]) func refusesOtherEncodings(_ encoding: String.Encoding) throws {
    let bytes = Array(try #require(#"{"a":1}"#.data(using: encoding)))
    #expect(throws: Malformed.self) { try CanonicalJSON.decode(bytes, limit: 100) }
  }

  @Test func limit() throws {
    #expect(try decode(#"{"a":1}"#, limit: 7)["a"] == .integer(1))
    #expect(throws: Malformed.self) { try decode(#"{"a":1}"#, limit: 6) }
    #expect(throws: Malformed.self) { try decode("{}", limit: 0) }
  }

  /// Whatever a byte is changed to, what is accepted is what it is written as.
  @Test func everyByteCounts() throws {
    let text = Array(#"{"a":[10,"b c"],"d":{"e":"00ff"}}"#.utf8)
    for index in text.indices {
      for byte in 0...255 as ClosedRange<UInt8> where byte != text[index] {
        var altered = text
        altered[index] = byte
        guard let object = try? CanonicalJSON.decode(altered, limit: 100) else { continue }
        #expect(object.encoded() == altered)
      }
    }
  }

  @Test func getters() throws {
    let id = Identifier(bytes: sample(16))!
    let digest = Digest.sha256(of: [])
    let object: JSONObject = [
      "array": .array([.integer(1), .string("x")]), "digest": .string(digest.hex), "hex": .hex([1, 255]),
      "id": .string(id.hex), "integer": .integer(5), "object": .object(["a": .integer(1)]),
      "text": .string("t"),
    ]
    let read = try CanonicalJSON.decode(object.encoded(), limit: 1000)
    #expect(read == object)
    #expect(try read.integer("integer") == 5)
    #expect(try read.string("text") == "t")
    #expect(try read.hex("hex") == [1, 255])
    #expect(try read.hex("hex", count: 2) == [1, 255])
    #expect(try read.identifier("id") == id)
    #expect(try read.digest("digest") == digest)
    #expect(try read.array("array") == [.integer(1), .string("x")])
    #expect(try read.object("object").integer("a") == 1)
    #expect(read.keys == ["array", "digest", "hex", "id", "integer", "object", "text"])
    #expect(throws: Never.self) { try read.only(object.keys) }

    #expect(throws: Malformed.self) { try read.hex("hex", count: 3) }
    #expect(throws: Malformed.self) { try read.hex("text") }
    #expect(throws: Malformed.self) { try read.identifier("digest") }
    #expect(throws: Malformed.self) { try read.digest("id") }
    #expect(throws: Malformed.self) { try read.integer("text") }
    #expect(throws: Malformed.self) { try read.string("integer") }
    #expect(throws: Malformed.self) { try read.array("object") }
    #expect(throws: Malformed.self) { try read.object("array") }
    #expect(throws: Malformed.self) { try read.string("missing") }
    #expect(throws: Malformed.self) { try read.only(["text"]) }
  }

  @Test func optionalGetters() throws {
    let object: JSONObject = ["a": .hex(sample(32)), "b": .integer(0), "d": .object([:])]
    #expect(try object.optionalDigest("a")?.bytes == sample(32))
    #expect(try object.optionalInteger("b") == 0)
    #expect(try object.optionalObject("d") == [:])
    #expect(try object.optionalDigest("x") == nil)
    #expect(try object.optionalInteger("x") == nil)
    #expect(try object.optionalObject("x") == nil)
    // There, but of another type, isn't missing.
    #expect(throws: Malformed.self) { try object.optionalInteger("a") }
    #expect(throws: Malformed.self) { try object.optionalDigest("b") }
    #expect(throws: Malformed.self) { try object.optionalObject("b") }
  }

  /// Where only people read it, any text may stand in it; nothing of that can be taken for the format's own.
  @Test(arguments: ["\",\"b\":\"", "\\", "ä", "\n", "\u{0}", "\u{7f}", "😀", "a\"}"]) func otherTextsStayTexts(
    _ text: String
  ) throws {
    let bytes = JSONObject(["a": .string(text), "c": .integer(1)]).encoded()
    #expect(bytes.allSatisfy { (0x20...0x7e).contains($0) })
    struct Read: Decodable {
      let a: String
      let c: Int
    }
    let read = try JSONDecoder().decode(Read.self, from: Data(bytes))
    #expect(read.a == text)
    #expect(read.c == 1)
    #expect(throws: Malformed.self) { try CanonicalJSON.decode(bytes, limit: 1000) }
  }

  @Test func whatItCannotHoldIsRefused() {
    let objects: [JSONObject] = [
      ["A": .integer(1)], ["": .integer(1)], ["a\"": .integer(1)], ["a": .integer(1 << 53)],
      ["a": .integer(.max)],
    ]
    for object in objects {
      #expect(throws: Malformed.self) { try CanonicalJSON.decode(object.encoded(), limit: 1000) }
    }
  }
}
