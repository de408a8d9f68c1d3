public import Rules
/// How a source's paths say whose record a file is and of which class: `{class}/{subject}/{path}`.
///
/// Parts are separated by `/`. Each is a pattern of a folder's name: `{class}`, `{subject}`, `{title}`, `{date}`, `*`
/// (anything) and text that must be there, as in `{title}_{subject}`. It ends with `{path}`, which takes the rest, or
/// with a pattern of the file's name. What the path doesn't say must be fixed by the caller.
public struct SourceLayout: Hashable, Sendable {
  /// What a path says.
  public struct Reading: Hashable, Sendable {
    /// The class's name as written.
    public let className: ArraySlice<UInt8>
    /// The customer as the source gives it.
    public let subject: ArraySlice<UInt8>
    /// Folders before the path that are kept in the record's path, each with a `/` behind it: two files that only
    /// their names tell apart stay two records.
    public let kept: [UInt8]
    /// The end of the path that was read, below class and subject.
    public let path: ArraySlice<UInt8>
    /// What the record is called; "" where the path doesn't tell.
    public let title: String
    /// The day that the record is of; nil where the path doesn't tell.
    public let date: CivilDay?
  }

  /// The default: class and customer are the first two folders.
  public static let standard = "{class}/{subject}/{path}"

  /// As it was written, or came of what is fixed.
  public let text: String
  private let folders: [NamePattern]
  /// The file's name, where the layout tells it; else what is left of a path may lie as deep as it likes.
  private let file: NamePattern?
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
    var patterns: [NamePattern] = []
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let takesRest = parts.last == "{path}"
    for word in takesRest ? parts.dropLast() : parts[...] {
      do throws(NamePattern.Malformed) { patterns.append(try NamePattern(word)) } catch {
        let reason = word.contains("{path}") ? "{path} must stand alone, at its end" : error.reason
        throw VaultError(.input, "layout '\(text)': \(reason)")
      }
    }
    let file = takesRest ? nil : patterns.popLast()
    if let file, file.isBare {
      throw VaultError(
        .input,
        "layout '\(text)' must end with {path}, or with what files are called, as {date}_{title}.pdf")
    }
    let told = (patterns + [file].compactMap(\.self)).flatMap(\.fields)
    for (field, fixed) in [(NamePattern.Field.className, className), (.subject, subject)] {
      guard told.count(where: { $0 == field }) + (fixed == nil ? 0 : 1) == 1 else {
        throw VaultError(
          .input,
          "layout '\(text)' must tell the \(field.rawValue) once, or --\(field.rawValue) must, not both")
      }
    }
    for field in [NamePattern.Field.title, .date] where told.count(where: { $0 == field }) > 1 {
      throw VaultError(.input, "layout '\(text)' tells the \(field.rawValue) more than once")
    }
    // It becomes a folder's name when records are exported.
    if let subject,
      subject.isEmpty || subject == "." || subject == ".."
        || subject.utf8.contains(where: { $0 == 0x2f || $0 == 0 })
    {
      throw VaultError(
        .input, "'\(subject)' can't be a customer's number: it must be usable as a folder's name")
    }
    self.text = text
    folders = patterns
    self.file = file
    fixedClass = className.map { Array($0.utf8) }
    fixedSubject = subject.map { Array($0.utf8) }
  }

  /// Reads a path relative to the source; nil where it doesn't fit the layout.
  public func read(_ path: [UInt8]) -> Reading? {
    var found = NamePattern.Fields()
    found.className = fixedClass.map { $0[...] }
    found.subject = fixedSubject.map { $0[...] }
    var kept: [UInt8] = []
    var rest = path[...]
    for pattern in folders {
      guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
      guard pattern.match(rest[..<slash], &found) else { return nil }
      if pattern.varies { kept += rest[...slash] }
      rest = rest[(slash + 1)...]
    }
    if let file {
      guard !rest.contains(UInt8(ascii: "/")), file.match(rest, &found) else { return nil }
    }
    guard let className = found.className, let subject = found.subject, !rest.isEmpty else { return nil }
    return Reading(
      className: className, subject: subject, kept: kept, path: rest,
      title: found.title.map { String(decoding: $0, as: UTF8.self) } ?? "",
      date: found.date.flatMap { CivilDay(fileName: $0) })
  }
}
