import Foundation
import Testing

@testable import strongroom

/// Docs/JSON.schema.json, and a check of values against it.
///
/// It knows the part of JSON Schema (2020-12) that the file is written in, and takes any other keyword for a fault of the
/// file. In one point it is stricter than a validator: a member that the schema doesn't name is a fault, unless
/// `additionalProperties` is true. The file leaves others be, so that whoever holds an old one can read a newer program.
struct JSONSchema: Sendable {
  static let ours: JSONSchema = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Docs/JSON.schema.json")
    guard let text = try? Data(contentsOf: file), let schema = try? JSONSchema(text) else {
      Issue.record("Docs/JSON.schema.json can't be read")
      return JSONSchema(definitions: [:])
    }
    return schema
  }()

  let definitions: [String: JSONKind]

  init(definitions: [String: JSONKind]) { self.definitions = definitions }

  init(_ text: Data) throws {
    let schema = try JSONDecoder().decode(JSONKind.self, from: text)
    guard let definitions = schema["$defs"]?.members else { throw Trouble("there are no $defs") }
    self.init(definitions: definitions)
  }

  /// The definitions of commands, by the words that call them.
  var commands: [String: JSONKind] {
    definitions.values.reduce(into: [:]) { commands, definition in
      guard let title = definition["title"]?.text, title.hasPrefix("strongroom ") else { return }
      commands[String(title.dropFirst("strongroom ".count))] = definition
    }
  }

  private static let annotations: Set = ["description", "title"]

  /// What is wrong with a value; nil if nothing is.
  func fault(of value: JSONKind, as name: String) -> String? {
    guard let schema = definitions[name] else { return "there is no definition '\(name)'" }
    return fault(of: value, schema, at: name)
  }

  func fault(of value: JSONKind, _ schema: JSONKind, at place: String) -> String? {
    guard let keywords = schema.members else { return "\(place): the schema is no object" }
    for (keyword, argument) in keywords.sorted(by: { $0.key < $1.key })
    where !Self.annotations.contains(keyword) {
      if let fault = fault(of: value, keyword, argument, of: schema, at: place) { return fault }
    }
    return nil
  }

  private func fault(
    of value: JSONKind, _ keyword: String, _ argument: JSONKind, of schema: JSONKind, at place: String
  ) -> String? {
    switch (keyword, argument) {
    case ("$ref", .text(let target)): return fault(of: value, target: target, at: place)
    case ("type", .text(let type)): return value.type == type ? nil : "\(place) is no \(type): \(value)"
    case ("const", _): return value == argument ? nil : "\(place) is \(value)"
    case ("enum", .list(let values)): return values.contains(value) ? nil : "\(place) is \(value)"
    case ("minimum", .integer(let least)):
      return value.integer.map { $0 >= least } == false ? "\(place) is \(value)" : nil
    case ("maximum", .integer(let most)):
      return value.integer.map { $0 <= most } == false ? "\(place) is \(value)" : nil
    case ("pattern", .text(let pattern)):
      guard let regex = try? Regex(pattern) else { return "\(place): no pattern: \(pattern)" }
      return value.text.map { $0.contains(regex) } == false ? "\(place) is \(value)" : nil
    case ("items", _):
      return value.items?.lazy.compactMap { fault(of: $0, argument, at: place + "[]") }.first
    case ("anyOf", .list(let schemas)):
      let faults = schemas.compactMap { fault(of: value, $0, at: place) }
      return faults.count < schemas.count ? nil : "\(place) is none of these: \(faults)"
    case ("required", .list(let names)):
      let missing = names.compactMap(\.text).filter { value[$0] == nil }
      return missing.isEmpty ? nil : "\(place) lacks \(missing)"
    case ("properties", .object(let properties)):
      return members(of: value, properties, isOpen: schema["additionalProperties"] == .truth(true), at: place)
    case ("additionalProperties", .truth(true)): return nil
    default: return "\(place): this check knows nothing of \(keyword) \(argument)"
    }
  }

  private func fault(of value: JSONKind, target: String, at place: String) -> String? {
    guard target.hasPrefix("#/$defs/"), let schema = definitions[String(target.dropFirst(8))] else {
      return "\(place): there is no \(target)"
    }
    return fault(of: value, schema, at: place)
  }

  private func members(
    of value: JSONKind, _ properties: [String: JSONKind], isOpen: Bool, at place: String
  ) -> String? {
    for (name, member) in (value.members ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard let schema = properties[name] else {
        if isOpen { continue }
        return "\(place) has '\(name)', which isn't in the schema"
      }
      if let fault = fault(of: member, schema, at: "\(place).\(name)") { return fault }
    }
    return nil
  }
}

extension JSONKind {
  fileprivate var type: String {
    switch self {
    case .integer: "integer"
    case .truth: "boolean"
    case .text: "string"
    case .list: "array"
    case .object: "object"
    }
  }
}

/// What holds of every run of the program with `--json`, however it ended.
extension JSONSchema {
  /// What of a run isn't as it is promised; nil if nothing is.
  func fault(of ran: Ran, of arguments: [String]) -> String? {
    guard let lines = ran.lines() else { return "these are no lines of JSON" }
    let (path, type) = CommandTree.command(of: arguments)
    let schema = commands[path.joined(separator: " ")]
    guard schema != nil || !type.configuration.subcommands.isEmpty else { return "the command has no schema" }
    for line in lines {
      // Of a group of commands there is help, or the error that it isn't one.
      let own = line["text"] == nil ? "ending" : "help"
      let wrong =
        schema.map { fault(of: line, $0, at: path.joined(separator: " ")) } ?? fault(of: line, as: own)
      if let wrong { return wrong }
    }
    if lines.dropLast().contains(where: { $0["warnings"] != nil || $0["error"] != nil }) {
      return "something follows the last line"
    }
    let code = lines.last?["error"]?["exit"]?.integer ?? 0
    return code == UInt64(ran.code) ? nil : "the last line says exit code \(code), and it is \(ran.code)"
  }
}
