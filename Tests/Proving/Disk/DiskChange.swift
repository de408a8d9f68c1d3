import Foundation

/// A number that a file or folder keeps for as long as it is there.
typealias Inode = UInt64

/// One thing that a program did to a disk, as `recorder.c` wrote it down.
enum DiskChange: Hashable, Sendable {
  case newFile(folder: Inode, name: String, inode: Inode)
  case newFolder(folder: Inode, name: String, inode: Inode)
  case write(Inode, at: Int, [UInt8])
  case cut(Inode, to: Int)
  case link(folder: Inode, name: String, inode: Inode)
  case unlink(folder: Inode, name: String)
  case rename(folder: Inode, name: String, to: Inode, newName: String, inode: Inode)
  case sync(Inode)
  case syncAll

  /// What must be synced for it to be durable; nil for a sync itself.
  var home: Inode? {
    switch self {
    case .newFile(let folder, _, _), .newFolder(let folder, _, _), .link(let folder, _, _),
      .unlink(let folder, _), .rename(_, _, let folder, _, _):
      folder
    case .write(let inode, _, _), .cut(let inode, _): inode
    case .sync, .syncAll: nil
    }
  }

  /// The log of a recorded run.
  /// - Throws: `ProofFailure` where a line isn't one of the recorder's.
  static func log(_ path: String) throws -> [DiskChange] {
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    return try text.split(separator: "\n").map { line in
      guard let change = DiskChange(line) else {
        throw ProofFailure("unknown line in \(path): \(line.prefix(80))")
      }
      return change
    }
  }

  init?(_ line: Substring) {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    func number(_ index: Int) -> UInt64? { index < words.count ? UInt64(words[index]) : nil }
    func name(_ index: Int) -> String? {
      guard index < words.count, let bytes = Self.bytes(words[index]) else { return nil }
      return String(decoding: bytes, as: UTF8.self)
    }
    switch words.first {
    case "C":
      guard let folder = number(1), let name = name(2), let inode = number(3) else { return nil }
      self = .newFile(folder: folder, name: name, inode: inode)
    case "M":
      guard let folder = number(1), let name = name(2), let inode = number(3) else { return nil }
      self = .newFolder(folder: folder, name: name, inode: inode)
    case "L":
      guard let folder = number(1), let name = name(2), let inode = number(3) else { return nil }
      self = .link(folder: folder, name: name, inode: inode)
    case "W":
      guard let inode = number(1), let offset = number(2), words.count == 4, let bytes = Self.bytes(words[3])
      else { return nil }
      self = .write(inode, at: Int(offset), bytes)
    case "T":
      guard let inode = number(1), let size = number(2) else { return nil }
      self = .cut(inode, to: Int(size))
    case "U":
      guard let folder = number(1), let name = name(2) else { return nil }
      self = .unlink(folder: folder, name: name)
    case "R":
      guard let folder = number(1), let old = name(2), let other = number(3), let new = name(4),
        let inode = number(5)
      else { return nil }
      self = .rename(folder: folder, name: old, to: other, newName: new, inode: inode)
    case "S":
      guard let inode = number(1) else { return nil }
      self = .sync(inode)
    case "Y": self = .syncAll
    default: return nil
    }
  }

  private static func bytes(_ hex: Substring) -> [UInt8]? {
    func digit(_ character: UInt8) -> UInt8? {
      switch character {
      case 0x30...0x39: character - 0x30
      case 0x61...0x66: character - 0x57
      default: nil
      }
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(hex.utf8.count / 2)
    var high: UInt8?
    for character in hex.utf8 {
      guard let value = digit(character) else { return nil }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return high == nil ? bytes : nil
  }
}

/// A proof that failed, or could not be run.
public struct ProofFailure: Error, CustomStringConvertible {
  /// What happened.
  public let description: String

  /// Says what happened.
  public init(_ what: String) { description = what }
}
