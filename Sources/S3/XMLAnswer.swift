internal import Foundation
internal import FoundationXML

/// An answer's XML as a tree, bounded in size and depth; names are without their namespaces.
struct XMLAnswer: Sendable {
  /// The most bytes that are read as XML. A page of a listing has a thousand keys of at most 1024 bytes, each of which may
  /// be written as three.
  static let mostBytes = 8 << 20

  let name: String
  fileprivate(set) var text = ""
  fileprivate(set) var children: [XMLAnswer] = []

  /// Reads it; nil where it is none, is too large or too deep, or declares a type of document: no server's answer does,
  /// and entities may make a little much.
  init?(_ bytes: [UInt8]) {
    guard bytes.count <= Self.mostBytes, !bytes.isEmpty, !Self.declaresType(bytes) else { return nil }
    let builder = TreeBuilder()
    let parser = XMLParser(data: Data(bytes))
    parser.delegate = builder
    guard parser.parse(), let root = builder.root else { return nil }
    self = root
  }

  fileprivate init(name: String) { self.name = name }

  /// The first child of a name.
  subscript(_ name: String) -> XMLAnswer? { children.first { $0.name == name } }

  /// The text of a child, by the names that lead to it; nil where there is none.
  func text(_ path: String...) -> String? {
    var node: XMLAnswer? = self
    for name in path { node = node?[name] }
    return node?.text
  }

  /// All children of a name.
  func all(_ name: String) -> [XMLAnswer] { children.filter { $0.name == name } }

  private static func declaresType(_ bytes: [UInt8]) -> Bool {
    let mark = UInt8(ascii: "!")
    let word = Array("DOCTYPE".utf8)
    return bytes.indices.contains { index in
      bytes[index] == mark
        && bytes[(index + 1)...].prefix(word.count).elementsEqual(word) { $0 & 0xdf == $1 }
    }
  }
}

/// Puts the tree together while the parser reads.
private final class TreeBuilder: NSObject, XMLParserDelegate {
  private(set) var root: XMLAnswer?
  private var open: [XMLAnswer] = []
  private var count = 0

  private static let deepest = 16
  private static let most = 100_000

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    count += 1
    guard open.count < Self.deepest, count <= Self.most else { return parser.abortParsing() }
    open.append(XMLAnswer(name: String(name.split(separator: ":").last ?? "")))
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    guard let last = open.indices.last else { return }
    open[last].text += text
  }

  func parser(_ parser: XMLParser, foundCDATA block: Data) {
    guard let last = open.indices.last else { return }
    open[last].text += String(decoding: block, as: UTF8.self)
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    guard let done = open.popLast() else { return }
    guard let above = open.indices.last else {
      root = done
      return
    }
    open[above].children.append(done)
  }
}
