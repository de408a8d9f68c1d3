import Foundation

/// A text file of the project, by its path from the package's root.
struct SourceFile: Sendable, CustomStringConvertible {
  let path: String
  let text: String
  /// Its code without comments and texts, where it is Swift; taken apart once for all that look at it.
  let code: SwiftCode

  init(path: String, text: String) {
    (self.path, self.text) = (path, text)
    code = SwiftCode(path.hasSuffix(".swift") ? text : "")
  }

  var description: String { path }
  var name: String { String(path.split(separator: "/").last ?? "") }
  var isGenerated: Bool { name.hasSuffix(".pb.swift") }
  var lineCount: Int { text.split(separator: "\n", omittingEmptySubsequences: false).count - 1 }

  /// The folders between the package's root and the file.
  var folders: [String] { path.split(separator: "/").dropLast().map(String.init) }

  /// The module, for a file below Sources.
  var module: String? { folders.first == "Sources" && folders.count > 1 ? folders[1] : nil }
}

/// The project's own files: what is built, tested and read, without what a build leaves behind.
enum SourceTree {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let swiftSources = files(below: "Sources").filter { $0.name.hasSuffix(".swift") }
  static let programs = everything.filter { $0.name.hasSuffix(".swift") || $0.name.hasSuffix(".py") }
  static let documents = files(below: "Docs").filter { $0.name.hasSuffix(".md") }

  static let everything: [SourceFile] =
    [
      "Sources", "Tests", "Fuzz/Targets", "Fuzz/Driver", "Benchmarks", "Docs", "Keys", "Scripts", "Packaging",
      ".ci",
    ]
    .flatMap(files(below:))
    + ["README.md", "Makefile", "Package.swift", ".gitignore", ".swift-format"].compactMap(file(at:))

  static func files(below folder: String) -> [SourceFile] {
    let start = root.appending(path: folder).path
    guard let found = FileManager.default.enumerator(atPath: start) else { return [] }
    return found.compactMap { $0 as? String }.sorted()
      .filter { !$0.contains("__pycache__") }
      .compactMap { file(at: folder + "/" + $0) }
  }

  /// A file that is text; nil for folders and everything else.
  static func file(at path: String) -> SourceFile? {
    guard let data = FileManager.default.contents(atPath: root.appending(path: path).path),
      let text = String(data: data, encoding: .utf8)
    else { return nil }
    return SourceFile(path: path, text: text)
  }
}
