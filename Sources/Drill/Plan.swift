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
  package let story: String
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
    do { try self.init(YAMLReader(text, of: "plan", limit: Self.limit)) } catch {
      throw DrillError(.plan, error.what)
    }
  }

  private init(_ reader: YAMLReader) throws(YAMLFault) {
    try reader.only(["name", "title", "story", "loses", "destination", "objectives"])
    name = try reader.text("name", limit: 64)
    guard !name.isEmpty,
      name.utf8.allSatisfy({ $0 == 0x2d || (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) })
    else { throw YAMLFault("plan: name '\(name)' may have a-z, 0-9 and - only") }
    title = try reader.text("title", limit: 200)
    story = try reader.text("story", limit: 4000)
    destination = try reader.optionalText("destination", limit: 4096)
    var loses: [Loss] = []
    for word in try reader.list("loses") {
      guard let loss = Loss(rawValue: word) else {
        let known = Loss.allCases.map(\.rawValue).joined(separator: ", ")
        throw YAMLFault("plan: '\(word)' can't be lost; known: \(known)")
      }
      loses.append(loss)
    }
    guard !loses.isEmpty else { throw YAMLFault("plan: a drill that loses nothing proves nothing") }
    self.loses = loses
    objectives = try Objectives(reader.mapping("objectives"))
  }
}
