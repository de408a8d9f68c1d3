internal import Yams

/// What is wrong with a YAML document of ours: with what, and in which line.
package struct YAMLFault: Error, Hashable {
  /// Lower case, no full stop.
  package let what: String

  package init(_ what: String) { self.what = what }
}

/// Reads the members of one YAML mapping, and refuses what it doesn't know.
package struct YAMLReader {
  private let mapping: Node.Mapping
  private let place: String

  /// Reads a document.
  /// - Parameter name: what it is called where something is wrong.
  package init(_ text: String, of name: String, limit: Int = 64 * 1024) throws(YAMLFault) {
    guard text.utf8.count <= limit else { throw YAMLFault("\(name): it is longer than \(limit / 1024) KiB") }
    // Aliases can make a small document unfold into an endless one; nothing of ours has a use for them.
    guard YAMLAliases.first(in: text) == nil else {
      throw YAMLFault("\(name): YAML anchors and aliases aren't allowed")
    }
    let node: Node?
    do { node = try Yams.compose(yaml: text) } catch {
      // The lines after the first one quote the text.
      let what = "\(error)".prefix { !$0.isNewline }
      throw YAMLFault("\(name): it isn't YAML: \(what)")
    }
    guard let mapping = node?.mapping else { throw YAMLFault("\(name): it is no list of names and values") }
    self.init(mapping, of: name)
  }

  private init(_ mapping: Node.Mapping, of place: String) {
    self.mapping = mapping
    self.place = place
  }

  /// The names that stand in it, in order.
  package var names: [String] { mapping.compactMap { $0.key.string } }

  /// YAML's null: nothing behind the name, or a plain `~` or `null`.
  private static func isNothing(_ node: Node) -> Bool { node.tag == Tag(.null) }

  private static func line(of node: Node) -> String { node.mark.map { ", line \($0.line)" } ?? "" }

  package func only(_ names: Set<String>) throws(YAMLFault) {
    var seen: Set<String> = []
    for (key, _) in mapping {
      guard let name = key.string, names.contains(name) else {
        throw YAMLFault(
          "\(place)\(Self.line(of: key)): '\(key.string ?? "?")' is not known; known: \(names.sorted().joined(separator: ", "))"
        )
      }
      guard seen.insert(name).inserted else {
        throw YAMLFault("\(place)\(Self.line(of: key)): '\(name)' stands twice")
      }
    }
  }

  package func text(_ name: String, limit: Int) throws(YAMLFault) -> String {
    guard let text = try optionalText(name, limit: limit) else {
      throw YAMLFault("\(place): '\(name)' is missing")
    }
    return text
  }

  package func optionalText(_ name: String, limit: Int) throws(YAMLFault) -> String? {
    guard let node = mapping[name] else { return nil }
    guard !Self.isNothing(node) else {
      throw YAMLFault(
        "\(place)\(Self.line(of: node)): '\(name)' has no value; quote it if that is what it is")
    }
    guard let text = node.string, text.utf8.count <= limit else {
      throw YAMLFault("\(place)\(Self.line(of: node)): '\(name)' is no text, or longer than \(limit) bytes")
    }
    return text
  }

  package func list(_ name: String) throws(YAMLFault) -> [String] {
    guard let node = mapping[name] else { return [] }
    guard let sequence = node.sequence else {
      throw YAMLFault("\(place)\(Self.line(of: node)): '\(name)' is no list")
    }
    var words: [String] = []
    for item in sequence.prefix(100) {
      guard let word = item.string else {
        throw YAMLFault("\(place): '\(name)' has an item that is no text")
      }
      words.append(word)
    }
    return words
  }

  package func mapping(_ name: String) throws(YAMLFault) -> YAMLReader {
    guard let inner = mapping[name]?.mapping else {
      throw YAMLFault("\(place): '\(name)' is missing")
    }
    return YAMLReader(inner, of: name)
  }

  package func optionalMapping(_ name: String) throws(YAMLFault) -> YAMLReader? {
    guard let node = mapping[name], !Self.isNothing(node) else { return nil }
    guard let inner = node.mapping else {
      throw YAMLFault("\(place)\(Self.line(of: node)): '\(name)' is no list of names and values")
    }
    return YAMLReader(inner, of: "\(place), \(name)")
  }

  /// The same, nil where it isn't there.
  package func optionalDuration(_ name: String) throws(YAMLFault) -> UInt64? {
    mapping[name] == nil ? nil : try duration(name)
  }

  /// A span of time: a number and `s`, `m`, `h` or `d`.
  package func duration(_ name: String) throws(YAMLFault) -> UInt64 {
    let text = try text(name, limit: 20)
    guard let seconds = SpanText.seconds(text) else {
      throw YAMLFault("\(place): '\(name)' is a span of time as 90s, 30m, 4h or 2d, not '\(text)'")
    }
    return seconds
  }
}
