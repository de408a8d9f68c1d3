internal import Yams

/// What a drill rehearses and what it must achieve: a YAML document (Docs/Runbook.md says how to write one).
public struct Plan: Hashable, Sendable {
  /// What is lost before the recovery begins.
  public enum Loss: String, Sendable, Hashable, CaseIterable {
    /// The whole vault: nothing of it is read.
    case vault
  }

  /// A short name, as `site-lost`.
  public let name: String
  /// What a manager reads.
  public let title: String
  /// What is rehearsed, in a sentence or two.
  public let story: String
  /// What is lost.
  public let loses: [Loss]
  /// Where the recovery comes from; nil leaves it to the command.
  public let destination: String?
  /// What must be achieved.
  public let objectives: Objectives

  /// A plan is at most this long.
  public static let limit = 64 * 1024

  /// Reads a plan.
  /// - Throws: `DrillError` `.plan`, which says what is wrong and where.
  public init(yaml text: String) throws(DrillError) {
    guard text.utf8.count <= Self.limit else { throw DrillError(.plan, "the plan is longer than 64 KiB") }
    // Aliases can make a small document unfold into an endless one; a plan has no use for them.
    let node: Node?
    do {
      guard !text.split(separator: "\n").contains(where: Self.hasAlias) else {
        throw DrillError(.plan, "a plan may not use YAML anchors or aliases")
      }
      node = try Yams.compose(yaml: text)
    } catch let error as DrillError {
      throw error
    } catch {
      throw DrillError(.plan, "the plan isn't YAML: \(error)")
    }
    guard let mapping = node?.mapping else { throw DrillError(.plan, "a plan is a list of names and values") }
    let reader = PlanReader(mapping, of: "plan")
    try reader.only(["name", "title", "story", "loses", "destination", "objectives"])
    name = try reader.text("name", limit: 64)
    guard !name.isEmpty,
      name.utf8.allSatisfy({ $0 == 0x2d || (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) })
    else { throw DrillError(.plan, "plan: name '\(name)' may have a-z, 0-9 and - only") }
    title = try reader.text("title", limit: 200)
    story = try reader.text("story", limit: 4000)
    destination = try reader.optionalText("destination", limit: 4096)
    var loses: [Loss] = []
    for word in try reader.list("loses") {
      guard let loss = Loss(rawValue: word) else {
        let known = Loss.allCases.map(\.rawValue).joined(separator: ", ")
        throw DrillError(.plan, "plan: '\(word)' can't be lost; known: \(known)")
      }
      loses.append(loss)
    }
    guard !loses.isEmpty else { throw DrillError(.plan, "plan: a drill that loses nothing proves nothing") }
    self.loses = loses
    objectives = try Objectives(reader.mapping("objectives"))
  }

  private static func hasAlias(_ line: Substring) -> Bool {
    let value = line.split(separator: ":", maxSplits: 1).last?.drop { $0 == " " || $0 == "-" }
    return value?.first == "*" || value?.first == "&"
  }
}

/// Reads the members of one YAML mapping, and refuses what it doesn't know.
struct PlanReader {
  private let mapping: Node.Mapping
  private let place: String

  init(_ mapping: Node.Mapping, of place: String) {
    self.mapping = mapping
    self.place = place
  }

  func only(_ names: Set<String>) throws(DrillError) {
    var seen: Set<String> = []
    for (key, _) in mapping {
      guard let name = key.string, names.contains(name) else {
        throw DrillError(
          .plan,
          "\(place): '\(key.string ?? "?")' is not known; known: \(names.sorted().joined(separator: ", "))")
      }
      guard seen.insert(name).inserted else { throw DrillError(.plan, "\(place): '\(name)' stands twice") }
    }
  }

  func text(_ name: String, limit: Int) throws(DrillError) -> String {
    guard let text = try optionalText(name, limit: limit) else {
      throw DrillError(.plan, "\(place): '\(name)' is missing")
    }
    return text
  }

  func optionalText(_ name: String, limit: Int) throws(DrillError) -> String? {
    guard let node = mapping[name] else { return nil }
    guard let text = node.string, text.utf8.count <= limit else {
      throw DrillError(.plan, "\(place): '\(name)' is no text, or longer than \(limit) bytes")
    }
    return text
  }

  func list(_ name: String) throws(DrillError) -> [String] {
    guard let node = mapping[name] else { return [] }
    guard let sequence = node.sequence else { throw DrillError(.plan, "\(place): '\(name)' is no list") }
    var words: [String] = []
    for item in sequence.prefix(100) {
      guard let word = item.string else {
        throw DrillError(.plan, "\(place): '\(name)' has an item that is no text")
      }
      words.append(word)
    }
    return words
  }

  func mapping(_ name: String) throws(DrillError) -> PlanReader {
    guard let inner = mapping[name]?.mapping else {
      throw DrillError(.plan, "\(place): '\(name)' is missing")
    }
    return PlanReader(inner, of: name)
  }

  /// A span of time: a number and `s`, `m`, `h` or `d`.
  func duration(_ name: String) throws(DrillError) -> UInt64 {
    let text = try text(name, limit: 20)
    let units: [Character: UInt64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let last = text.last, let unit = units[last], let number = UInt64(text.dropLast()), number > 0,
      number <= 36_500 * 86_400 / unit
    else {
      throw DrillError(.plan, "\(place): '\(name)' is a span of time as 90s, 30m, 4h or 2d, not '\(text)'")
    }
    return number * unit
  }
}
