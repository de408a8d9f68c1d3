/// The files in which AWS's tools keep profiles: sections, `key = value`, and indented lines below a key as its own.
struct ProfileFile {
  /// By section as it is written ("default", "profile ann", "services s"), then by key; a key of a key as "s3.endpoint_url".
  private(set) var sections: [String: [String: String]] = [:]

  init(_ text: String) {
    var section: String?
    var above: String?
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.trimmed
      if words.isEmpty || words.hasPrefix("#") || words.hasPrefix(";") { continue }
      if words.hasPrefix("["), let end = words.firstIndex(of: "]") {
        let name = words[words.index(after: words.startIndex)..<end]
          .split(whereSeparator: \.isWhitespace).joined(separator: " ")
        section = name
        sections[name, default: [:]].merge([:]) { $1 }
        above = nil
        continue
      }
      guard let name = section, let equals = words.firstIndex(of: "=") else { continue }
      let key = words[..<equals].trimmed.lowercased()
      let value = String(words[words.index(after: equals)...].trimmed)
      if line.first?.isWhitespace == true, let above {
        sections[name]?["\(above).\(key)"] = value
      } else {
        sections[name]?[key] = value
        above = value.isEmpty ? key : nil
      }
    }
  }

  /// What a profile says, in the file for settings or in that for keys.
  func profile(_ name: String) -> [String: String]? { sections["profile \(name)"] ?? sections[name] }
}

extension StringProtocol {
  /// Without blanks at both ends.
  fileprivate var trimmed: SubSequence {
    var text = self[...]
    while text.first?.isWhitespace == true { text = text.dropFirst() }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return text
  }
}
