import Foundation
import Testing

/// What stands at a place of a JSON text.
indirect enum JSONKind: Hashable, Decodable {
  case integer(UInt64)
  case text(String)
  case list([JSONKind])
  case object([String: JSONKind])

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    if let object = try? decoder.container(keyedBy: Name.self) {
      var members: [String: JSONKind] = [:]
      for key in object.allKeys { members[key.stringValue] = try object.decode(JSONKind.self, forKey: key) }
      self = .object(members)
    } else if var list = try? decoder.unkeyedContainer() {
      var items: [JSONKind] = []
      while !list.isAtEnd { items.append(try list.decode(JSONKind.self)) }
      self = .list(items)
    } else {
      let value = try decoder.singleValueContainer()
      // Neither true nor false nor null nor a fraction is ever written.
      if let text = try? value.decode(String.self) {
        self = .text(text)
      } else {
        self = .integer(try value.decode(UInt64.self))
      }
    }
  }

  subscript(_ name: String) -> JSONKind? {
    if case .object(let members) = self { members[name] } else { nil }
  }
}

/// How a part of the result must look.
indirect enum Shape: Sendable {
  case integer
  /// 0 or 1.
  case flag
  /// Hexadecimal digits, a fixed number of them or any.
  case hex(Int?)
  /// One of these words.
  case word([String])
  /// Any printable text of this form.
  case text(@Sendable (String) -> Bool)
  case list(of: Shape)
  case either(Shape, Shape)
  case object([String: Shape], optional: [String: Shape] = [:])

  static let identifier = Shape.hex(32)
  static let digest = Shape.hex(64)
  /// Paths and names: hex of UTF-8.
  static let name = Shape.hex(nil)
  /// Paths, names and what is said: any text.
  static let words = Shape.text { _ in true }
  /// YYYY-MM-DD.
  static let day = Shape.text { text in text.count == 10 && text.allSatisfy { "0123456789-".contains($0) } }
  /// A number as text, or nothing.
  static let number = Shape.text { $0.allSatisfy { "0123456789".contains($0) } }

  /// What is wrong with a value; nil if nothing is.
  func fault(of value: JSONKind, at place: String = "") -> String? {
    switch (self, value) {
    case (.integer, .integer): nil
    case (.flag, .integer(let number)): number < 2 ? nil : "\(place) is \(number)"
    case (.hex(let count), .text(let text)):
      text.utf8.count == count ?? text.utf8.count && text.utf8.count % 2 == 0
        && text.allSatisfy { "0123456789abcdef".contains($0) } ? nil : "\(place) is \(text)"
    case (.word(let words), .text(let text)): words.contains(text) ? nil : "\(place) is \(text)"
    case (.text(let fits), .text(let text)): fits(text) ? nil : "\(place) is \(text)"
    case (.list(let shape), .list(let items)):
      items.lazy.compactMap { shape.fault(of: $0, at: place + "[]") }.first
    case (.either(let one, let other), _):
      one.fault(of: value, at: place) == nil ? nil : other.fault(of: value, at: place)
    case (.object(let members, let optional), .object(let found)):
      fault(of: found, members, optional, at: place)
    default: "\(place) is \(value)"
    }
  }

  private func fault(
    of found: [String: JSONKind], _ members: [String: Shape], _ optional: [String: Shape], at place: String
  ) -> String? {
    let missing = Set(members.keys).subtracting(found.keys)
    let unknown = Set(found.keys).subtracting(members.keys).subtracting(optional.keys)
    if !missing.isEmpty { return "\(place) lacks \(missing.sorted())" }
    if !unknown.isEmpty { return "\(place) has \(unknown.sorted())" }
    for (name, value) in found.sorted(by: { $0.key < $1.key }) {
      if let fault = (members[name] ?? optional[name])?.fault(of: value, at: "\(place).\(name)") {
        return fault
      }
    }
    return nil
  }
}

extension Ran {
  /// The objects of the result, one a line, all of this shape.
  func objects(_ shape: Shape, sourceLocation: SourceLocation = #_sourceLocation) throws -> [JSONKind] {
    try #require(out.last == 0x0a, "the last line has no end: \(result)", sourceLocation: sourceLocation)
    return try out.dropLast().split(separator: 0x0a, omittingEmptySubsequences: false).map { line in
      let value = try JSONDecoder().decode(JSONKind.self, from: Data(line))
      let fault = shape.fault(of: value)
      #expect(fault == nil, sourceLocation: sourceLocation)
      #expect(line.allSatisfy { (0x20...0x7e).contains($0) }, sourceLocation: sourceLocation)
      return value
    }
  }

  /// The only one.
  func object(_ shape: Shape, sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONKind {
    let all = try objects(shape, sourceLocation: sourceLocation)
    try #require(all.count == 1, "\(result)", sourceLocation: sourceLocation)
    return all[0]
  }
}
