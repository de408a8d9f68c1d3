import Foundation
import Testing

@testable import Sealing

/// The reader of our own against Foundation's parser, whose answer is written again and compared.
struct CanonicalReaderTests {
  /// What Foundation makes of bytes, if writing it again gives the same bytes.
  private static func foundation(_ bytes: [UInt8]) -> JSONObject? {
    guard isShallow(bytes), let parsed = try? JSONSerialization.jsonObject(with: Data(bytes)),
      case .object(let object)? = value(parsed), object.encoded() == bytes
    else { return nil }
    return object
  }

  /// Its parser is recursive, and takes all of Unicode.
  private static func isShallow(_ bytes: [UInt8]) -> Bool {
    var (depth, isString) = (0, false)
    for byte in bytes {
      guard (0x20...0x7e).contains(byte), byte != 0x5c else { return false }
      if byte == 0x22 { isString.toggle() }
      if isString { continue }
      if byte == 0x7b || byte == 0x5b { depth += 1 }
      if byte == 0x7d || byte == 0x5d { depth -= 1 }
      guard (0...16).contains(depth) else { return false }
    }
    return true
  }

  private static func value(_ parsed: Any) -> JSONValue? {
    let type = type(of: parsed)
    if type == String.self, let string = parsed as? String { return .string(string) }
    if type == [String: Any].self, let object = parsed as? [String: Any] {
      var members: [String: JSONValue] = [:]
      for (key, member) in object {
        guard key.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, let value = value(member) else { return nil }
        members[key] = value
      }
      return .object(JSONObject(members))
    }
    if type == [Any].self, let array = parsed as? [Any] {
      let values = array.compactMap(value)
      return values.count == array.count ? .array(values) : nil
    }
    guard let number = parsed as? NSNumber, let integer = UInt64(exactly: number), integer < 1 << 53 else {
      return nil
    }
    return .integer(integer)
  }

  private func object(_ random: inout some RandomNumberGenerator, depth: Int) -> JSONObject {
    let letters = Array("abz019_")
    var object = JSONObject()
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      let rest = (0..<Int.random(in: 0...3, using: &random)).compactMap { _ in
        letters.randomElement(using: &random)
      }
      let first = ["a", "b", "z"].randomElement(using: &random) ?? "a"
      object[first + String(rest)] = value(&random, depth: depth)
    }
    return object
  }

  private func value(_ random: inout some RandomNumberGenerator, depth: Int) -> JSONValue {
    switch Int.random(in: depth > 15 ? 0...2 : 0...4, using: &random) {
    case 0: .integer([0, 9, 10, 4711, (1 << 53) - 1].randomElement(using: &random) ?? 0)
    case 1: .integer(.random(in: 0..<(1 << 53), using: &random))
    case 2:
      .string(
        String(
          decoding: (0..<Int.random(in: 0...20, using: &random)).map { _ in
            UInt8.random(in: 0x20...0x7e, using: &random)
          }.filter { $0 != 0x22 && $0 != 0x5c }, as: UTF8.self))
    case 3:
      .array((0..<Int.random(in: 0...3, using: &random)).map { _ in value(&random, depth: depth + 1) })
    default: .object(object(&random, depth: depth + 1))
    }
  }

  private func agree(_ bytes: [UInt8]) -> Bool {
    (try? CanonicalJSON.decode(bytes, limit: 100_000)) == Self.foundation(bytes)
  }

  @Test func takesWhatFoundationTakes() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      let written = object(&random, depth: 1)
      let bytes = written.encoded()
      #expect(try CanonicalJSON.decode(bytes, limit: bytes.count) == written)
      #expect(Self.foundation(bytes) == written)
    }
  }

  /// Single changes, mostly to bytes that mean something: hardly any is taken, and then by both.
  @Test func refusesWhatFoundationRefuses() {
    var random = SystemRandomNumberGenerator()
    let marks = Array(#"{}[]",:0123456789abz_ -+.eE\/tfn"#.utf8) + [0, 9, 10, 0x7f, 0xc3, 0xff]
    for _ in 0..<200 {
      let bytes = object(&random, depth: 1).encoded()
      for _ in 0..<20 {
        var changed = bytes
        let place = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: changed[place] = marks.randomElement(using: &random)!
        case 1: changed.insert(marks.randomElement(using: &random)!, at: place)
        case 2: changed.remove(at: place)
        default: changed.swapAt(place, Int.random(in: bytes.indices, using: &random))
        }
        #expect(agree(changed), "\(String(decoding: changed, as: UTF8.self))")
      }
    }
  }

  @Test func agreeAtTheirBounds() {
    for number in ["9007199254740991", "9007199254740992", "00", "0", "01", "18446744073709551616", "1e1"] {
      #expect(agree(Array("{\"a\":\(number)}".utf8)), "\(number)")
    }
    for depth in 14...18 {
      let inner = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      #expect(agree(Array("{\"a\":\(inner)}".utf8)), "\(depth)")
      let objects = String(repeating: "{\"a\":", count: depth) + "0" + String(repeating: "}", count: depth)
      #expect(agree(Array(objects.utf8)), "\(depth)")
    }
  }

  @Test func deepNestingTakesNoStack() {
    for bracket in ["[", "{\"a\":"] {
      let text = "{\"a\":" + String(repeating: bracket, count: 1_000_000)
      #expect(throws: Malformed.self) { try CanonicalJSON.decode(Array(text.utf8), limit: .max) }
    }
  }
}
