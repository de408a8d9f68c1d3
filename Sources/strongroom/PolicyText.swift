internal import Rules
import Drill
import Sealing
import Vault

/// The policy as people read and edit it: YAML, with the classes by name.
struct PolicyText {
  /// A class of the text.
  struct Row: Equatable {
    let years: UInt64
    let keep: Bool
  }

  /// A limit of the policy: its name in the text and in the ledger, and what it means.
  private static let limits: [(name: String, member: String, meaning: String)] = [
    ("ahead", "ahead", "minutes by which a custodian's time may be ahead of a writer's clock"),
    ("cryptoperiod", "cryptoperiod", "days after which a class is to get a new key"),
    ("destinations", "destinations", "destinations that must hold a fresh snapshot"),
    ("drill", "drill", "days within which a drill must pass; 0 for never"),
    ("holdback", "holdback", "hours before what was superseded or removed is erased"),
    ("limit", "limit", "percent of what is there that one run may erase unasked"),
    ("rehearse", "rehearse", "days within which recovery shares must have been tried; 0 for never"),
    ("snapshot", "snapshot", "hours before a snapshot isn't fresh any more; 0 for never"),
    ("verify", "verify", "days within which every box is to be read at each place; 0 for never"),
  ]

  /// What the law of a place wants kept.
  static let presets: [String: (years: UInt64, meaning: String)] = [
    "cn-aml": (10, "China, Anti-Money Laundering Law of 2024: customers' data and transactions for ten years")
  ]

  /// A policy as text, to be edited and given back.
  static func text(_ policy: Policy, names: [Identifier: String]) throws -> String {
    let members = policy.members
    var lines = ["# The policy in force. Edit a copy, and state it by: strongroom policy edit FILE"]
    for limit in limits {
      lines.append("\(limit.name): \(try members.integer(limit.member))  # \(limit.meaning)")
    }
    lines.append(
      "access: \(policy.entersAccess ? "yes" : "no")  # yes: whose records were opened, and what for, is entered in the ledger"
    )
    let eyes = policy.fourEyes.map(\.rawValue).joined(separator: ", ")
    lines.append(
      "eyes: [\(eyes)]  # acts that take two custodians besides those that always do: drop, recovered")
    lines.append(
      "classes:  # kept for so many years; keep: yes where the law wants that, so that nobody is erased before"
    )
    for rule in policy.classes {
      let name = names[rule.id].map(quoted) ?? "id-\(rule.id.hex)"
      lines.append("  \(name): {years: \(rule.years), keep: \(rule.isKept ? "yes" : "no")}")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A YAML text in double quotes says everything in ASCII.
  private static func quoted(_ name: String) -> String {
    if name.utf8.allSatisfy({ (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }),
      name.utf8.first.map({ $0 >= 0x61 }) == true
    {
      return name
    }
    let escaped = name.unicodeScalars.map { scalar in
      (0x20...0x7e).contains(scalar.value) && !["\"", "\\", "&", "*"].contains(scalar)
        ? String(scalar)
        : "\\U" + String(repeating: "0", count: 8 - String(scalar.value, radix: 16).count)
          + String(scalar.value, radix: 16)
    }
    return "\"\(escaped.joined())\""
  }

  /// Reads a text; what isn't known is refused, and what is missing.
  /// - Parameters:
  ///   - policy: the one in force, whose classes keep their ids.
  ///   - fresh: gives an id for a class that is new.
  static func change(
    _ text: String, of name: String, from policy: Policy, entry: UInt64, names: [Identifier: String],
    fresh: () throws -> Identifier = { try Identifier.random() }
  ) throws -> PolicyChange {
    do {
      let reader = try YAMLReader(text, of: name)
      try reader.only(Set(limits.map(\.name) + ["access", "classes", "eyes"]))
      var members = JSONObject()
      for limit in limits { members[limit.member] = .integer(try number(limit.name, in: reader)) }
      members["access"] = .integer(try isYes("access", in: reader) ? 1 : 0)
      members["eyes"] = .array(try reader.list("eyes").sorted().map { .string($0) })
      var (classes, added): ([(Identifier, Row)], [Identifier: String]) = ([], [:])
      let given = try reader.mapping("classes")
      try given.only(Set(given.names))
      for name in given.names {
        let row = try row(name, in: given)
        if let known = names.first(where: { $0.value == name || "id-\($0.key.hex)" == name })?.key {
          classes.append((known, row))
        } else {
          guard (1...96).contains(name.utf8.count), !name.utf8.contains(0), name != "directory",
            name != "journal"
          else { throw YAMLFault("'\(name)' can't be the name of a class") }
          let id = try fresh()
          classes.append((id, row))
          added[id] = name
        }
      }
      let kept = Set(classes.map(\.0))
      if let lost = policy.classes.first(where: { !kept.contains($0.id) }) {
        throw YAMLFault(
          "\(given.names.isEmpty ? name : "classes"): '\(names[lost.id] ?? lost.id.hex)' is missing; a class stays for ever"
        )
      }
      members["classes"] = .array(
        classes.sorted { $0.0 < $1.0 }.map { id, row in
          .object([
            "id": .string(id.hex), "keep": .integer(row.keep ? 1 : 0), "years": .integer(row.years),
          ])
        })
      return PolicyChange(policy: try Policy(members), from: entry, names: added)
    } catch let fault as YAMLFault {
      throw VaultError(.input, fault.what, safe: "nothing was changed")
    } catch let fault as Malformed {
      throw VaultError(.input, "\(name): \(fault.where) \(fault.what)", safe: "nothing was changed")
    }
  }

  /// The policy in force, with what a preset wants of the classes.
  static func change(
    preset: String, classes: [String], from policy: Policy, entry: UInt64, names: [Identifier: String]
  )
    throws -> PolicyChange
  {
    guard let wanted = presets[preset] else {
      throw VaultError(
        .input, "there is no preset '\(preset)'; there are: \(presets.keys.sorted().joined(separator: ", "))")
    }
    let unknown = classes.first { name in !names.values.contains(name) }
    if let unknown {
      throw VaultError(
        .input, "there is no class '\(unknown)'; there are: \(names.values.sorted().joined(separator: ", "))")
    }
    var members = policy.members
    members["classes"] = .array(
      policy.classes.map { rule in
        let isMeant = classes.isEmpty || names[rule.id].map(classes.contains) == true
        return .object([
          "id": .string(rule.id.hex), "keep": .integer(isMeant || rule.isKept ? 1 : 0),
          "years": .integer(isMeant ? max(rule.years, wanted.years) : rule.years),
        ])
      })
    return PolicyChange(policy: try Policy(members), from: entry, names: [:])
  }

  private static func number(_ name: String, in reader: YAMLReader) throws -> UInt64 {
    let text = try reader.text(name, limit: 20)
    guard let number = UInt64(text) else { throw YAMLFault("'\(name)' is a whole number, not '\(text)'") }
    return number
  }

  private static func row(_ name: String, in classes: YAMLReader) throws -> Row {
    let reader = try classes.mapping(name)
    try reader.only(["keep", "years"])
    return Row(years: try number("years", in: reader), keep: try isYes("keep", of: "\(name): ", in: reader))
  }

  private static func isYes(_ name: String, of owner: String = "", in reader: YAMLReader) throws -> Bool {
    let text = try reader.text(name, limit: 5)
    guard let isYes = ["yes": true, "no": false, "true": true, "false": false][text] else {
      throw YAMLFault("\(owner)'\(name)' is yes or no, not '\(text)'")
    }
    return isYes
  }

  /// What is different, a line each.
  static func differences(from old: Policy, to change: PolicyChange, names: [Identifier: String]) throws
    -> [String]
  {
    let (was, now) = (old.members, change.policy.members)
    var lines: [String] = []
    for limit in limits {
      let (before, after) = (try was.integer(limit.member), try now.integer(limit.member))
      if before != after { lines.append("\(limit.name): \(before) becomes \(after)") }
    }
    if old.entersAccess != change.policy.entersAccess {
      lines.append(
        "access: what is read is \(change.policy.entersAccess ? "" : "no longer ")entered in the ledger")
    }
    if old.fourEyes != change.policy.fourEyes {
      func text(_ eyes: [Policy.Eyes]) -> String { "[\(eyes.map(\.rawValue).joined(separator: ", "))]" }
      lines.append("eyes: \(text(old.fourEyes)) becomes \(text(change.policy.fourEyes))")
    }
    for rule in change.policy.classes {
      let name = names[rule.id] ?? change.names[rule.id] ?? rule.id.hex
      let after = "\(rule.years) years\(rule.isKept ? ", kept by law" : "")"
      guard let before = old.rule(for: rule.id) else {
        lines.append("new class \(name): \(after)")
        continue
      }
      guard before != rule else { continue }
      lines.append("\(name): \(before.years) years\(before.isKept ? ", kept by law" : "") becomes \(after)")
    }
    return lines
  }
}
