import Backup
import Glibc
import Sealing
import Storage
import Synchronization
import TestKit
import Vault

/// A small vault that has everything, its destination, and how both were at earlier moments: made once, in a folder,
/// from which many workers take copies.
///
/// Its keys are random, so a state that failed is repeated in the world in which it failed.
package struct World: Sendable {
  /// Which world.
  package enum Kind: String, Sendable, CaseIterable {
    /// Few bytes, every kind of object.
    case small
    /// A record of more than 64 MiB, which is cut into parts. Its content is zeros, so that its boxes are small.
    case parts
  }

  package let folder: String
  package let identity: Identity
  package let vaultID: Identifier
  /// What an export brings back.
  package let plain: [String: Fact]
  /// Each place by its files.
  package let trees: [PlaceName: [String: [UInt8]]]
  /// The places as they were earlier, oldest first.
  package let moments: [Moment]

  /// A place of the world.
  package enum PlaceName: String, Hashable, Sendable, CaseIterable {
    case vault, destination
  }

  /// How a place was at some time.
  package struct Moment: Sendable {
    package let name: String
    package let trees: [PlaceName: [String: [UInt8]]]
    /// What had been sealed by then.
    package let plain: [String: Fact]
  }

  static let later: UInt64 = Clock.start + 30 * 86_400

  /// Reads a world that `Founding` made.
  package init(in folder: String) async throws {
    self.folder = folder
    guard let text = try PlainFiles.read(folder + "/identity"),
      let id = try PlainFiles.read(folder + "/vault-id").flatMap({
        Identifier(hex: String(decoding: $0, as: UTF8.self))
      })
    else { throw WorldError("no world lies in \(folder)") }
    identity = try IdentityFile.identity(from: text)
    vaultID = id
    plain = try PlainFiles.facts(folder + "/plain")
    trees = try Self.places(folder + "/now")
    moments = try (0..<16).compactMap { number in
      let trees = try Self.places(folder + "/then/\(number)")
      return trees.isEmpty
        ? nil
        : Moment(
          name: "\(number)", trees: trees, plain: try PlainFiles.facts("\(folder)/then/\(number)/plain"))
    }
  }

  private static func places(_ folder: String) throws -> [PlaceName: [String: [UInt8]]] {
    var trees: [PlaceName: [String: [UInt8]]] = [:]
    for place in PlaceName.allCases {
      let tree = try PlainFiles.tree("\(folder)/\(place.rawValue)")
      if !tree.isEmpty { trees[place] = tree }
    }
    return trees
  }

  /// A machine whose memory lies in `memory`.
  static func machine(_ memory: String) -> Machine {
    Machine(memory: memory, now: { later }, foldsFrom: 1, openStore: Machine.folders)
  }
}

/// Something is wrong with the proof itself.
package struct WorldError: Error, CustomStringConvertible {
  package let description: String

  package init(_ what: String) { description = what }
}
