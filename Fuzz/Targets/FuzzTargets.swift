// FuzzTargets are the doors through which bytes come in from a store or a user, each as a function of any bytes: it must
// refuse them with one of our errors, or take them and hold what it promises. A driver under Fuzz/Driver throws changed
// bytes at them; a test replays what was kept in Fuzz/corpus.
import Sealing

/// A promise that some bytes broke.
public struct Broken: Error, CustomStringConvertible {
  /// Which one.
  public let description: String

  init(_ what: String) { description = what }
}

func promise(_ holds: @autoclosure () throws -> Bool, _ what: String) throws {
  guard try holds() else { throw Broken(what) }
}

/// A door.
public struct FuzzTarget: Sendable {
  /// By which it is called, and its folder in the corpus.
  public let name: String
  /// The longest input that makes sense.
  public let limit: Int
  /// What it does with bytes; throws `Broken`, and nothing else that isn't one of our errors.
  let take: @Sendable ([UInt8]) throws -> Void

  /// Throws bytes at the door.
  public func run(_ bytes: [UInt8]) throws(Broken) {
    do {
      try take(bytes)
    } catch let broken as Broken {
      throw broken
    } catch {
      guard Refusals.isOurs(error) else { throw Broken("\(name): a refusal that isn't ours: \(error)") }
      // Whoever is told must be able to read it.
      guard "\(error)".utf8.count < 64 << 10 else { throw Broken("\(name): a refusal too long to read") }
    }
  }

  /// All of them, by name.
  public static let all: [FuzzTarget] = (small + boxes + keyring + ledger + machine).sorted {
    $0.name < $1.name
  }

  /// The one of a name.
  public static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// Ids and keys that every input is met with, always the same: what is sealed under them can be made up by hand.
enum Known {
  static let vault = id(0xa0)
  static let classID = id(0xc0)
  static let subject = id(0xd0)
  static let bundle = id(0xb0)
  static let epoch: UInt32 = 3
  static let year: UInt16 = 2036
  static let key = Secret(copying: [UInt8](repeating: 0x11, count: 32))
  static let otherKey = Secret(copying: [UInt8](repeating: 0x22, count: 32))
  static let identity: Identity = {
    guard let made = try? Identity(seed: Secret(copying: Array(0..<32))) else {
      preconditionFailure("an identity can't be made")
    }
    return made
  }()

  static let journal: JournalKey = {
    guard let made = try? JournalKey(seed: key) else { preconditionFailure("a key can't be made") }
    return made
  }()

  static func id(_ byte: UInt8) -> Identifier {
    Identifier(bytes: [UInt8](repeating: byte, count: 16)) ?? .zero
  }
}

/// Cuts an input into pieces: a length in two bytes, and so many bytes.
struct Pieces {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  mutating func number(_ bytes: Int) -> UInt64 {
    (0..<bytes).reduce(0) { number, _ in number << 8 | UInt64(byte()) }
  }

  mutating func piece() -> [UInt8] {
    let count = min(Int(number(2)), rest.count)
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  mutating func all() -> [UInt8] {
    defer { rest = [] }
    return Array(rest)
  }

  /// The bytes from which these pieces are cut.
  static func joined(_ pieces: [[UInt8]], last: [UInt8] = []) -> [UInt8] {
    pieces.flatMap { [UInt8(truncatingIfNeeded: $0.count >> 8), UInt8(truncatingIfNeeded: $0.count)] + $0 }
      + last
  }
}
