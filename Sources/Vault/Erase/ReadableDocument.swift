internal import Foundation

/// A JSON text in UTF-8 for people and programs, of which the ledger or evidence vouches: bounded, and known by its `format`.
public protocol ReadableDocument: Codable {
  /// What it is called in itself.
  static var format: String { get }
  /// So many bytes it may have.
  static var limit: Int { get }
  /// As it says.
  var format: String { get }
  /// 1.
  var version: Int { get }
}

extension ReadableDocument {
  /// The document's bytes.
  public func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let bytes = Array(try encoder.encode(self)) + [0x0a]
    guard bytes.count <= Self.limit else {
      throw VaultError(
        .refused, "a \(Self.format) would be over \(Self.limit >> 20) MiB", safe: "nothing was written")
    }
    return bytes
  }

  /// Reads one; what isn't one is refused, and what says more, or something twice, than a program writes: another reader
  /// might take what this one doesn't see.
  public init(_ bytes: [UInt8]) throws {
    guard bytes.count <= Self.limit, let read = try? JSONDecoder().decode(Self.self, from: Data(bytes)),
      read.format == Self.format, read.version == 1
    else { throw VaultError(.input, "this is no \(Self.format)") }
    guard try read.encoded() == bytes else {
      throw VaultError(
        .damaged, "this \(Self.format) isn't as a program wrote it", safe: "nothing was changed")
    }
    self = read
  }
}
