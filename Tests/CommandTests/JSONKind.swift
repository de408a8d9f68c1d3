import Foundation
import Testing

/// What stands at a place of a JSON text.
indirect enum JSONKind: Hashable, Decodable, Sendable {
  case integer(UInt64)
  case truth(Bool)
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
      // Neither null nor a fraction is ever written.
      if let text = try? value.decode(String.self) {
        self = .text(text)
      } else if let truth = try? value.decode(Bool.self) {
        self = .truth(truth)
      } else {
        self = .integer(try value.decode(UInt64.self))
      }
    }
  }

  subscript(_ name: String) -> JSONKind? { members?[name] }

  var members: [String: JSONKind]? { if case .object(let members) = self { members } else { nil } }
  var items: [JSONKind]? { if case .list(let items) = self { items } else { nil } }
  var text: String? { if case .text(let text) = self { text } else { nil } }
  var integer: UInt64? { if case .integer(let integer) = self { integer } else { nil } }
}

extension Ran {
  /// The objects of the result, one a line; nil for what isn't lines of JSON in ASCII.
  func lines() -> [JSONKind]? {
    if out.isEmpty { return [] }
    guard out.last == 0x0a else { return nil }
    var objects: [JSONKind] = []
    for line in out.dropLast().split(separator: 0x0a, omittingEmptySubsequences: false) {
      guard line.allSatisfy({ (0x20...0x7e).contains($0) }),
        let object = try? JSONDecoder().decode(JSONKind.self, from: Data(line)), object.members != nil
      else { return nil }
      objects.append(object)
    }
    return objects
  }

  /// The objects of the result, one a line, all of this shape.
  func objects(_ shape: Shape, sourceLocation: SourceLocation = #_sourceLocation) throws -> [JSONKind] {
    let objects = try #require(lines(), "\(result)", sourceLocation: sourceLocation)
    for object in objects {
      #expect(
        JSONSchema.ours.fault(of: object, as: shape.rawValue) == nil, sourceLocation: sourceLocation)
    }
    return objects
  }

  /// The only one.
  func object(_ shape: Shape, sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONKind {
    let all = try objects(shape, sourceLocation: sourceLocation)
    try #require(all.count == 1, "\(result)", sourceLocation: sourceLocation)
    return all[0]
  }
}
