import Foundation

/// A document of the repository, as people read it.
struct Document {
  let text: String

  init(_ name: String) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    text = try String(contentsOf: root.appending(path: name), encoding: .utf8)
  }

  /// The lines that stand between fences, block by block.
  var blocks: [[String]] {
    text.components(separatedBy: "\n```").enumerated().filter { $0.offset % 2 == 1 }.map { block in
      block.element.split(separator: "\n").map(String.init)
    }
  }
}
