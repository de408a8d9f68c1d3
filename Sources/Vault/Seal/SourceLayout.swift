/// How a source's paths say whose record a file is and of which class: `{class}/{subject}/{path}`.
///
/// Parts are separated by `/`: `{class}`, `{subject}`, `*` (anything), words that must match, and at the end
/// `{path}`, which takes the rest. What the path doesn't say must be fixed by the caller.
public struct SourceLayout: Hashable, Sendable {
  private enum Part: Hashable, Sendable {
    case className, subject, anything, path
    case word([UInt8])
  }

  /// What a path says.
  public struct Reading: Hashable, Sendable {
    /// The class's name as written.
    public let className: ArraySlice<UInt8>
    /// The customer as the source gives it.
    public let subject: ArraySlice<UInt8>
    /// The path below class and subject: the end of the path that was read.
    public let path: ArraySlice<UInt8>
  }

  /// The default: class and customer are the first two folders.
  public static let standard = "{class}/{subject}/{path}"

  private let parts: [Part]
  /// The class that the caller fixed.
  let fixedClass: [UInt8]?
  private let fixedSubject: [UInt8]?
  /// Whether the class is fixed and nobody said how paths go on: then an archive that is laid out as usual would have
  /// its class folders taken for customers.
  let mayShift: Bool

  /// A layout, with class and subject fixed where the path doesn't tell them.
  /// - Parameter text: nil for the default that fits what is fixed.
  /// - Throws: `VaultError` `.input` where it can't tell class or subject, or is malformed.
  public init(_ text: String?, className: String?, subject: String?) throws(VaultError) {
    mayShift = text == nil && className != nil
    let words = [className == nil ? "{class}" : nil, subject == nil ? "{subject}" : nil, "{path}"]
    let text = text ?? words.compactMap { $0 }.joined(separator: "/")
    var parts: [Part] = []
    for word in text.split(separator: "/", omittingEmptySubsequences: false) {
      switch word {
      case "{class}": parts.append(.className)
      case "{subject}": parts.append(.subject)
      case "{path}": parts.append(.path)
      case "*": parts.append(.anything)
      default:
        guard !word.isEmpty, !word.contains("{"), !word.contains("}") else {
          throw VaultError(
            .input, "layout '\(text)': '\(word)' is none of {class}, {subject}, {path}, * or a folder's name")
        }
        parts.append(.word(Array(word.utf8)))
      }
    }
    guard parts.last == .path, parts.filter({ $0 == .path }).count == 1 else {
      throw VaultError(.input, "layout '\(text)' must end with {path}")
    }
    for (part, name, fixed) in [(Part.className, "class", className), (.subject, "subject", subject)] {
      let count = parts.filter { $0 == part }.count + (fixed == nil ? 0 : 1)
      guard count == 1 else {
        throw VaultError(
          .input, "layout '\(text)' must tell the \(name) once, or --\(name) must, not both")
      }
    }
    // It becomes a folder's name when records are exported.
    if let subject,
      subject.isEmpty || subject == "." || subject == ".."
        || subject.utf8.contains(where: { $0 == 0x2f || $0 == 0 })
    {
      throw VaultError(
        .input, "'\(subject)' can't be a customer's number: it must be usable as a folder's name")
    }
    self.parts = parts
    fixedClass = className.map { Array($0.utf8) }
    fixedSubject = subject.map { Array($0.utf8) }
  }

  /// Reads a path relative to the source; nil where it doesn't fit the layout.
  public func read(_ path: [UInt8]) -> Reading? {
    var className = fixedClass.map { $0[...] }
    var subject = fixedSubject.map { $0[...] }
    var rest = path[...]
    for part in parts {
      if part == .path { break }
      guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
      let word = rest[..<slash]
      rest = rest[(slash + 1)...]
      switch part {
      case .className: className = word
      case .subject: subject = word
      case .word(let expected): if !word.elementsEqual(expected) { return nil }
      case .anything, .path: break
      }
    }
    guard let className, let subject, !rest.isEmpty else { return nil }
    return Reading(className: className, subject: subject, path: rest)
  }
}
